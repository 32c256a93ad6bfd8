"""Fetch: a table's rows or a file's bytes; increments and the bases they are merged into."""
