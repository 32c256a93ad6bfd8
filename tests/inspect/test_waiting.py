"""Cells that wait for the full rules hold no memory but their own."""

from pathlib import Path

import polars as pl

from portal.inspect.columns import ColumnScan

_STRETCHES = 60


def anonymous_bytes() -> int:
    """Memory of this process that no file backs."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith("RssAnon"))


def stretch(number: int) -> pl.Series:
    """About 8 MB of text with one cell to be looked at."""
    return pl.Series([f"{number}{i}" + "无事" * 60 for i in range(20_000)] + ["联系张先生13812345678（微信同号）"])


def test_a_few_cells_do_not_keep_their_whole_stretches_in_memory() -> None:
    scan = ColumnScan("备注", "text", 1)
    scan.take(stretch(0))
    before, size = anonymous_bytes(), stretch(0).estimated_size()
    for number in range(1, _STRETCHES):
        scan.take(stretch(number))
    assert anonymous_bytes() - before < _STRETCHES * size / 3
    scan.examine()
    assert scan.counts.cells["mobile_cells"] == _STRETCHES
