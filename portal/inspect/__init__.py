"""What is in cells, names and hidden parts: Findings."""

from portal.inspect.scanning import SCANNER_VERSION, combine, scan_original, scan_table, scan_texts

__all__ = ["SCANNER_VERSION", "combine", "scan_original", "scan_table", "scan_texts"]
