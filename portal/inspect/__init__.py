"""What is in cells, names and hidden parts: Findings."""
