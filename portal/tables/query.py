"""What may be asked of a table's rows, free of any engine's syntax."""

from dataclasses import dataclass
from typing import Literal

from portal.kernel.columns import Column

JsonValue = str | int | float | bool | None
CellValue = JsonValue | dict[str, object]
"""A cell as answers have it: a geometry is a GeoJSON object."""

Comparison = Literal["=", "!=", "<", "<=", ">", ">=", "contains", "starts with"]

MAX_LIMIT = 1_000
MAX_OFFSET = 100_000


@dataclass(frozen=True, slots=True)
class Compare:
    """One column against one constant."""

    column: str
    operator: Comparison
    value: JsonValue


@dataclass(frozen=True, slots=True)
class IsIn:
    """A column's value is one of some constants."""

    column: str
    values: tuple[JsonValue, ...]


@dataclass(frozen=True, slots=True)
class IsNull:
    """A column has no value."""

    column: str


@dataclass(frozen=True, slots=True)
class Not:
    """The condition does not hold; where it compares with a null, neither holds."""

    condition: "Condition"


@dataclass(frozen=True, slots=True)
class All:
    """Every condition holds (AND)."""

    conditions: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one condition holds (OR)."""

    conditions: tuple["Condition", ...]


Condition = Compare | IsIn | IsNull | Not | All | Either


@dataclass(frozen=True, slots=True)
class SortKey:
    """Order by a column. Nulls come last in both directions; ties are broken by the row's number in the table."""

    column: str
    is_descending: bool = False


@dataclass(frozen=True, slots=True)
class RowQuery:
    """One page of rows. `select` empty: all columns. `limit` 1 … 1,000.

    Walk either by `cursor` (of the page before, same query) or by `offset` (0 … 100,000), not by both.
    """

    select: tuple[str, ...] = ()
    where: Condition | None = None
    order_by: tuple[SortKey, ...] = ()
    limit: int = 100
    offset: int = 0
    cursor: str | None = None
    with_total: bool = True


@dataclass(frozen=True, slots=True)
class RowPage:
    """Rows in order, cells as JSON values in the order of `columns` (dates and times as ISO 8601 text,
    geometries as GeoJSON objects).

    `total` counts all rows that match `where`; None when not asked. `next_cursor` None: this was the last page.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[CellValue, ...], ...]
    total: int | None
    next_cursor: str | None
