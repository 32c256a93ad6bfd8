"""Rows of published tables: Parquet in, pages and batches out. Takes a ReadableTable and asks no more questions."""
