"""One class for each way to reach a department's system; registered under `redemption.adapters`."""
