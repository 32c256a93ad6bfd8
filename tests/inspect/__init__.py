"""The inspection: what it finds, what it leaves alone, and that it misses no row."""
