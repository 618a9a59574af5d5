"""What each vendor's documents mean: one file (or folder) a vendor, pure functions and word tables."""
