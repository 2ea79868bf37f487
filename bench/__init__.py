"""Measured figures, each with the bar it must pass. `python -m bench [NAME …] [--long]`."""
