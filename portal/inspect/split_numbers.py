"""Numbers split over neighbouring columns: place, birth and rest of an identity number, network and rest of a mobile one.

Columns that hold short runs of digits are candidates; two to four that stand side by side are joined row by row.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from portal.gate.rules.counts import CHANCE
from portal.inspect import digits
from portal.kernel.findings import Finding

_PART: Final = r"^\s*[0-9０-９]{1,16}[0-9０-９XxＸ]?\s*$"
_JOINED_IDENTITY: Final = "^[1-9][0-9]{16}[0-9X]$"
_JOINED_MOBILE: Final = "^1[3-9][0-9]{9}$"
_SHAPES: Final = frozenset(
    {(6, 8, 4), (6, 12), (14, 4), (10, 8), (6, 4, 4, 4), (6, 4, 2, 2, 4), (8, 10), (3, 8), (7, 4), (3, 4, 4)}
)
"""How identity and mobile numbers come apart: digits of each part."""
_SIZES: Final = sorted({size for shape in _SHAPES for size in shape})
_FEWEST_MOBILES: Final = 3
_PHONE_NAME: Final = re.compile(r"手机|手機|电话|電話|号段|mobile|phone|tel", re.IGNORECASE)
_CHECKS_AT_MOST: Final = 64


class Sizes:
    """How many digits the cells of one column have, counted stretch by stretch. Whole numbers and days count like text."""

    def __init__(self) -> None:
        self._filled = 0
        self._of: Counter[int] = Counter()

    def add(self, cells: pl.Series) -> None:
        """Count the next stretch of the column; other types than strings, whole numbers and days are no parts."""
        if cells.dtype == pl.String:
            self._filled += int((cells.str.len_bytes() > 0).sum())
            parts = cells.filter(cells.str.contains(_PART))
            if len(parts):
                self._of.update(dict(parts.str.strip_chars().str.len_chars().value_counts().iter_rows()))
        elif cells.dtype.is_integer():
            self._filled += len(cells) - cells.null_count()
            self._add_integers(cells)
        elif cells.dtype == pl.Date:
            filled = len(cells) - cells.null_count()
            self._filled += filled
            self._of[8] += filled

    def _add_integers(self, cells: pl.Series) -> None:
        least, most = cells.min(), cells.max()
        if not isinstance(least, int) or not isinstance(most, int):
            return
        for size in _SIZES:
            first, last = 10 ** (size - 1), 10**size - 1
            if first <= most and last >= least:
                is_sized = cells >= first if last >= most else cells.is_between(first, last)
                self._of[size] += int(is_sized.sum())

    @property
    def usual(self) -> frozenset[int]:
        """The numbers of digits that at least half of the filled cells have."""
        return frozenset(size for size in _SIZES if self._of[size] and self._of[size] * 2 >= self._filled)


def find_split_numbers(
    frame: pl.LazyFrame, schema: Mapping[str, pl.DataType], sizes: Mapping[str, Sizes]
) -> list[Finding]:
    """Findings about numbers that only neighbouring columns together make; every part's column is named. `sizes`: of the
    columns whose cells were counted."""
    usual = {name: of.usual for name, of in sizes.items()}
    columns = tuple(schema)
    checks = [
        columns[start : start + len(shape)]
        for shape in _SHAPES
        for start in range(len(columns) - len(shape) + 1)
        if all(size in usual.get(columns[start + i], ()) for i, size in enumerate(shape))
    ][:_CHECKS_AT_MOST]
    if not checks:
        return []
    counts = frame.select(*_counted(checks, schema)).collect(engine="streaming").row(0, named=True)
    found: dict[tuple[str, str], Finding] = {}
    for number, parts in enumerate(checks):
        dated, checked = counts[f"dated {number}"], counts[f"checked {number}"]
        mobile, filled = counts[f"mobile {number}"], counts[f"filled {number}"]
        if checked and checked > CHANCE * dated:
            found |= _findings("identity_number", parts, checked, filled)
        has_day = any(schema[name] == pl.Date for name in parts)
        if _is_mobile(parts, mobile, filled, has_day=has_day):
            found |= _findings("mobile_number", parts, mobile, filled)
    return list(found.values())


def _findings(rule: str, parts: Sequence[str], count: int, filled: int) -> dict[tuple[str, str], Finding]:
    return {(rule, name): Finding(rule, name, "split over columns", count, count / max(1, filled)) for name in parts}


def _is_mobile(parts: Sequence[str], count: int, filled: int, *, has_day: bool) -> bool:
    """Of three and eight random digits one in thirteen looks like a mobile number: half of a column is no chance, and the
    one or two rows of a tiny table are looked at by a person."""
    if has_day or not count or count < 0.5 * filled:
        return False
    return count >= _FEWEST_MOBILES or count == filled or any(_PHONE_NAME.search(name) for name in parts)


def _counted(checks: Sequence[tuple[str, ...]], schema: Mapping[str, pl.DataType]) -> list[pl.Expr]:
    expressions = []
    for number, parts in enumerate(checks):
        joined = pl.concat_str([_digits_of(name, schema[name]) for name in parts])
        eighteen = pl.when(joined.str.contains(_JOINED_IDENTITY)).then(joined)
        is_dated = digits.is_dated(eighteen) & digits.has_province(eighteen)
        expressions += [
            is_dated.sum().alias(f"dated {number}"),
            (is_dated & digits.identity_checks(eighteen)).sum().alias(f"checked {number}"),
            joined.str.contains(_JOINED_MOBILE).sum().alias(f"mobile {number}"),
            joined.is_not_null().sum().alias(f"filled {number}"),
        ]
    return expressions


def _digits_of(name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if dtype == pl.Date:
        return column.dt.strftime("%Y%m%d")
    text = column.cast(pl.String)
    return text.str.strip_chars().str.normalize("NFKC").str.to_uppercase() if dtype == pl.String else text
