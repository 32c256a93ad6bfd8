"""What persons decide about what is held."""
