"""The window clerk's screens (一窗). Reads across through its own queries only."""
