"""Spreadsheets, as tables for data and as grids for catalogues."""
