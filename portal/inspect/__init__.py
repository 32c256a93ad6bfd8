"""What is in cells, names and hidden parts: Findings."""

from portal.inspect.scanning import SCANNER_VERSION, combine, scan_original, scan_table, scan_texts
from portal.inspect.telling import tellable, untellable

__all__ = ["SCANNER_VERSION", "combine", "scan_original", "scan_table", "scan_texts", "tellable", "untellable"]
