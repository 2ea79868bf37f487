"""督导: the office's board, statistics, exports, the monthly report, the yearly evaluation; reads across the slices."""
