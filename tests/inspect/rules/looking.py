"""Which rules find something in a text, in a column, in a table."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from portal.inspect import scan_table, scan_texts


def rules_in(text: str) -> set[str]:
    """The rules that find something in one text; what is only noted is left out."""
    return {finding.rule for finding in scan_texts({"text": text}, digest="d").findings} - {"serial_number"}


def rules_of(columns: Mapping[str, Sequence[object]], folder: Path) -> set[str]:
    """The same for a table."""
    path = folder / "t.parquet"
    pl.DataFrame(dict(columns), strict=False).write_parquet(path)
    return {finding.rule for finding in scan_table(path, digest="d").findings} - {"serial_number"}
