"""企业用户空间: what is mine, what is to do, how it stands. Reads across through its own queries only."""
