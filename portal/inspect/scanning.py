"""Scan every row of a table, and texts that stand beside it."""

from collections.abc import Mapping
from pathlib import Path

from portal.kernel.findings import Findings

SCANNER_VERSION = "1"


def scan_table(path_parquet: Path, *, digest: str) -> Findings:
    """Findings about every row of a Parquet file."""
    raise NotImplementedError


def scan_texts(texts: Mapping[str, str], *, digest: str) -> Findings:
    """Findings about texts by place."""
    raise NotImplementedError
