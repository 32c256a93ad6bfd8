"""What one pass over a table gathers about one column, stretch by stretch: the cells that need a look, and sizes of numbers.

The pre-filter runs on every stretch; the full rules cost a fixed 30 ms each time they are called, so the cells that it
selects are gathered and examined many at once.
"""

from typing import Final

import polars as pl

from portal.gate.rules import Counts
from portal.inspect.cells import examine
from portal.inspect.prefilter import suspects
from portal.inspect.split_numbers import Sizes

_SMALLEST_LONG_NUMBER: Final = 10_000_000_000
_BYTES_KEPT: Final = 64_000_000
"""Of cells that wait, over all columns."""


class ColumnScan:
    """One column of a table. `kind`: text, integer, float, decimal or day; `columns`: how many share the memory."""

    def __init__(self, name: str, kind: str, columns: int) -> None:
        self.name, self.kind = name, kind
        self.counts = Counts()
        self.filled: int = 0
        self.sizes = Sizes()
        self._waiting: list[pl.Series] = []
        self._bytes = 0
        self._most = _BYTES_KEPT // columns

    def take(self, cells: pl.Series) -> None:
        """Look at the next stretch of the column (strings, numbers or days)."""
        self.sizes.add(cells)
        if self.kind == "day":
            return
        if self.kind in ("text", "decimal"):
            self.filled += int((cells.str.len_bytes() > 0).sum())
            found = suspects(cells, self.name)
        else:
            self.filled += len(cells) - cells.null_count()
            found = _long_integers(cells) if self.kind == "integer" else _long_floats(cells)
        if len(found):
            found = _copied(found)
            self._waiting.append(found)
            self._bytes += max(int(found.estimated_size()), 16 * len(found))
            if self._bytes >= self._most:
                self.examine()

    def examine(self) -> None:
        """Examine the cells that wait."""
        if self._waiting:
            cells = pl.concat(self._waiting, rechunk=True)
            self._waiting, self._bytes = [], 0
            self.counts.add(examine(cells, column=self.name, is_lossy=self.kind == "float"))


def _copied(cells: pl.Series) -> pl.Series:
    """The same strings without the stretch that they come from: cells of a filtered column keep all of its text alive."""
    return pl.Series(cells.to_arrow(compat_level=pl.CompatLevel.oldest()))


def _long_integers(cells: pl.Series) -> pl.Series:
    """Numbers of eleven digits and more as strings; a sign in front hides nothing."""
    if not (_reaches(cells.max(), _SMALLEST_LONG_NUMBER) or _reaches(cells.min(), -_SMALLEST_LONG_NUMBER)):
        return cells.clear().cast(pl.String)
    is_long = cells >= _SMALLEST_LONG_NUMBER
    if _reaches(cells.min(), -_SMALLEST_LONG_NUMBER):  # a column of unsigned numbers refuses the question
        is_long |= cells <= -_SMALLEST_LONG_NUMBER
    return cells.filter(is_long).cast(pl.String)


def _long_floats(cells: pl.Series) -> pl.Series:
    """Whole numbers of eleven digits and more as strings of digits."""
    if not (_reaches(cells.max(), _SMALLEST_LONG_NUMBER) or _reaches(cells.min(), -_SMALLEST_LONG_NUMBER)):
        return cells.clear().cast(pl.String)
    sizes = cells.abs()
    is_whole = cells.is_finite() & (sizes == sizes.floor())
    return sizes.filter(is_whole & (sizes >= _SMALLEST_LONG_NUMBER) & (sizes < 1e19)).cast(pl.UInt64).cast(pl.String)


def _reaches(extreme: object, limit: int) -> bool:
    if not isinstance(extreme, int | float):
        return False
    return extreme >= limit if limit > 0 else extreme <= limit
