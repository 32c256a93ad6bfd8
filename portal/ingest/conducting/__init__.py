"""Conduct a run from its listing to its last record, or try it without changing anything."""
