"""Descriptions for other people's catalogues and tools, read by those tools."""
