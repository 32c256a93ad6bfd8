"""The gate: what is asked and what it answers."""
