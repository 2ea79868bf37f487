"""The office's board, statistics and exports. Reads across through its own queries only."""
