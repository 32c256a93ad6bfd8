"""Rows that are not public: those whose day has come, and those that a person withdrew. Both as conditions of SQL.

Withdrawn rows are remembered by keyed marks of one cell, so that neither the database nor a backup of it tells whom they
were about, and yet the next delivery cannot bring them back.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from portal.kernel.columns import Column
from portal.kernel.declaration import RowEnds
from portal.kernel.vocab import ColumnType
from portal.tables.duck import literal, quoted

_DIGITS = "'０１２３４５６７８９／．－　', '0123456789/.- '"
_DAY = r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]+\d.*)?$"
_COMPACT = r"^(\d{4})(\d{2})(\d{2})$"


@dataclass(frozen=True, slots=True)
class WithdrawnCell:
    """A row is withdrawn when its cell in `column` has this mark. `reason`: why, in words for the public."""

    column: str
    mark: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RowCut:
    """What is left out of a table. `today`: the day in the portal's time zone; `key`: the secret of the marks.

    `ends` names a column of the table as it is published.
    """

    today: date
    ends: RowEnds | None = None
    withdrawn: tuple[WithdrawnCell, ...] = ()
    key: bytes = b""


@dataclass(frozen=True, slots=True)
class RowsCut:
    """What a cut did. `next_end_on`: the day on which the next row ends. `blank_ends`, `unreadable_ends`: rows of which
    nobody can say when they end; they are still in the table."""

    ended: int = 0
    withdrawn: int = 0
    next_end_on: date | None = None
    blank_ends: int = 0
    unreadable_ends: int = 0


def mark_of(key: bytes, column: str, value: str) -> str:
    """The mark of a cell: 64 hex digits that nobody without the key can compare with a guess."""
    secret = key.hex()
    inner = hashlib.sha256(f"{secret}{column}\x1f{value.strip()}".encode()).hexdigest()
    return hashlib.sha256(f"{secret}{inner}".encode()).hexdigest()


def end_of(column: Column) -> str:
    """The expression of the day that a cell names; null where it names none."""
    name = quoted(column.name)
    if column.type in (ColumnType.DATE, ColumnType.DATETIME):
        return f"CAST({name} AS DATE)"
    text = f"trim(translate(CAST({name} AS VARCHAR), {_DIGITS}))"
    found = [
        "TRY_CAST("
        + " || '-' || ".join(f"regexp_extract({text}, {literal(form)}, {i})" for i in (1, 2, 3))
        + " AS DATE)"
        for form in (_DAY, _COMPACT)
    ]
    return f"coalesce({', '.join(found)})"


def is_blank(column: Column) -> str:
    """Whether a cell says nothing."""
    return f"coalesce(trim(CAST({quoted(column.name)} AS VARCHAR)), '') = ''"


def is_forever(column: Column, ends: RowEnds) -> str:
    """Whether a cell says that its row has no end."""
    words = ", ".join(literal(word.strip()) for word in ends.forever)
    return f"coalesce(trim(CAST({quoted(column.name)} AS VARCHAR)) IN ({words}), false)" if words else "false"


def has_ended(cut: RowCut, columns: Sequence[Column]) -> str:
    """Whether a row's day has come: on the day it names, it is public no more."""
    column = _column(columns, cut.ends.column) if cut.ends else None
    if column is None:
        return "false"
    return f"coalesce({end_of(column)} <= DATE '{cut.today.isoformat()}', false)"


def is_withdrawn(cut: RowCut, columns: Sequence[Column]) -> str:
    """Whether a person withdrew a row."""
    conditions = []
    for name in dict.fromkeys(cell.column for cell in cut.withdrawn):
        if _column(columns, name) is None:
            continue
        secret = literal(cut.key.hex())
        value = f"coalesce(trim(CAST({quoted(name)} AS VARCHAR)), '')"
        mark = f"sha256({secret} || sha256({secret} || {literal(name)} || chr(31) || {value}))"
        marks = ", ".join(literal(cell.mark) for cell in cut.withdrawn if cell.column == name)
        conditions.append(f"{mark} IN ({marks})")
    return f"({' OR '.join(conditions)})" if conditions else "false"


def counted(cut: RowCut, columns: Sequence[Column]) -> str:
    """Five aggregates over the rows before the cut: the fields of `RowsCut` in order."""
    ended, withdrawn = has_ended(cut, columns), is_withdrawn(cut, columns)
    column = _column(columns, cut.ends.column) if cut.ends else None
    if column is None or cut.ends is None:
        return f"0, count_if({withdrawn}), NULL, 0, 0"
    end, blank, forever = end_of(column), is_blank(column), is_forever(column, cut.ends)
    return (
        f"count_if({ended}), count_if({withdrawn} AND NOT {ended}), "
        f"min({end}) FILTER (WHERE NOT {ended} AND NOT {withdrawn}), "
        f"count_if({blank}), count_if({end} IS NULL AND NOT {blank} AND NOT {forever})"
    )


def _column(columns: Sequence[Column], name: str) -> Column | None:
    return next((column for column in columns if column.name == name), None)
