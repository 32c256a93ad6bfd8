"""Numbers split over neighbouring columns: place, birth and rest of an identity number, network and rest of a mobile one.

Columns that hold short runs of digits are candidates; two to four that stand side by side are joined row by row.
"""

import re
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


def find_split_numbers(frame: pl.LazyFrame, schema: Mapping[str, pl.DataType]) -> list[Finding]:
    """Findings about numbers that only neighbouring columns together make; every part's column is named."""
    sizes = _sizes(frame, schema)
    columns = tuple(schema)
    checks = [
        columns[start : start + len(shape)]
        for shape in _SHAPES
        for start in range(len(columns) - len(shape) + 1)
        if all(size in sizes.get(columns[start + i], ()) for i, size in enumerate(shape))
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
        if _is_mobile(parts, mobile, filled):
            found |= _findings("mobile_number", parts, mobile, filled)
    return list(found.values())


def _findings(rule: str, parts: Sequence[str], count: int, filled: int) -> dict[tuple[str, str], Finding]:
    return {(rule, name): Finding(rule, name, "split over columns", count, count / max(1, filled)) for name in parts}


def _is_mobile(parts: Sequence[str], count: int, filled: int) -> bool:
    """Of three and eight random digits one in thirteen looks like a mobile number: half of a column is no chance."""
    if not count or count < 0.5 * filled:
        return False
    return count >= _FEWEST_MOBILES or any(_PHONE_NAME.search(name) for name in parts)


def _sizes(frame: pl.LazyFrame, schema: Mapping[str, pl.DataType]) -> dict[str, frozenset[int]]:
    """Column → how many digits at least half of its filled cells have. Whole numbers and days count like text."""
    texts = [name for name, dtype in schema.items() if dtype == pl.String]
    chosen = [name for name, dtype in schema.items() if dtype.is_integer()]
    if texts:
        counted = frame.select(
            *(pl.col(name).str.contains(_PART).sum().alias(f"part {i}") for i, name in enumerate(texts)),
            *((pl.col(name) != "").sum().alias(f"filled {i}") for i, name in enumerate(texts)),
        )
        row = counted.collect(engine="streaming").row(0, named=True)
        chosen += [n for i, n in enumerate(texts) if row[f"part {i}"] and row[f"part {i}"] * 2 >= row[f"filled {i}"]]
    sizes = {name: frozenset({8}) for name, dtype in schema.items() if dtype == pl.Date}
    if len(chosen) + len(sizes) < 2 or not chosen:
        return sizes
    expressions = []
    for i, name in enumerate(chosen):
        expressions.append(pl.col(name).is_not_null().sum().alias(f"filled {i}"))
        expressions += [_has_size(name, schema[name], size).sum().alias(f"{i} of {size}") for size in _SIZES]
    row = frame.select(expressions).collect(engine="streaming").row(0, named=True)
    for i, name in enumerate(chosen):
        often = frozenset(size for size in _SIZES if row[f"{i} of {size}"] * 2 >= max(1, row[f"filled {i}"]))
        sizes[name] = often
    return sizes


def _has_size(name: str, dtype: pl.DataType, size: int) -> pl.Expr:
    column = pl.col(name)
    if dtype.is_integer():
        number = column.cast(pl.Int64, strict=False)
        return number.is_between(int("1" + "0" * (size - 1)), int("9" * size))
    return column.str.strip_chars().str.len_chars() == size


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
