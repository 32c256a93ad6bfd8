"""The open API, version 1."""
