"""Catalogue workbooks: made by the tests, read, and harvested."""
