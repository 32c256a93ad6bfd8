"""Files made from tables and records."""
