"""What departments said: events from their systems and from the workbench, applied in order."""
