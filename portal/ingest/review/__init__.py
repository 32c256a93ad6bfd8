"""What waits for a person, and what persons decided about it."""
