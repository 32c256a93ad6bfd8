"""Datasets as other people's catalogues and tools want them: pure functions from the catalogue's views to documents."""
