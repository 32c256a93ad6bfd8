"""Every endpoint of every door, asked by every tier about a dataset in every state."""
