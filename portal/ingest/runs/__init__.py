"""Runs: when they are due, who watches them, how they end, who is told."""
