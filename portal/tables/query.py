"""What may be asked of a table, free of any engine's syntax: rows, or groups of rows.

Wherever a condition or an order names a column by its text, an expression may stand in its place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from portal.kernel.columns import Column
from portal.tables.expressions import Expression, JsonValue

CellValue = JsonValue | dict[str, object]
"""A cell as answers have it: a geometry is a GeoJSON object."""

Comparison = Literal["=", "!=", "<", "<=", ">", ">=", "contains", "starts with", "ends with", "like", "ilike"]
Subject = str | Expression
"""What is compared: a column's name, or an expression."""

TotalRelation = Literal["eq", "gte", "unknown"]

MAX_LIMIT = 1_000
MAX_OFFSET = 100_000


@dataclass(frozen=True, slots=True)
class Compare:
    """A column or an expression against a constant or another expression.

    Of `like` and `ilike` the value is a pattern: `%` any text, `_` one character, a backslash before either means itself.
    """

    column: Subject
    operator: Comparison
    value: JsonValue | Expression


@dataclass(frozen=True, slots=True)
class IsIn:
    """A value is one of some constants."""

    column: Subject
    values: tuple[JsonValue, ...]


@dataclass(frozen=True, slots=True)
class IsNull:
    """There is no value."""

    column: Subject


@dataclass(frozen=True, slots=True)
class WithinDistance:
    """A geometry comes within so many metres of a point, in degrees of WGS 84, measured along the earth."""

    column: str
    longitude: float
    latitude: float
    metres: float


@dataclass(frozen=True, slots=True)
class Intersects:
    """A geometry has a point in common with another one, which is well-known text in degrees of WGS 84."""

    column: str
    wkt: str


@dataclass(frozen=True, slots=True)
class InBox:
    """A geometry has a point in common with a rectangle."""

    column: str
    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, slots=True)
class HasWord:
    """Some of the columns, written as text, has a word, whatever its case (`portal.tables.searching`).

    The word stands alone; with `endings` one of them follows it (`""`: it may stand without); with `is_prefix` anything may;
    `is_anywhere`: inside other text, for scripts without spaces.
    """

    columns: tuple[str, ...]
    word: str
    endings: tuple[str, ...] = ()
    is_prefix: bool = False
    is_anywhere: bool = False


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


Spatial = WithinDistance | Intersects | InBox
Condition = Compare | IsIn | IsNull | HasWord | Spatial | Not | All | Either


@dataclass(frozen=True, slots=True)
class SortKey:
    """Order by a column, a name that `select` gave, or an expression. Nulls come last in both directions, unless first is
    said; ties are broken by the row's number in the table, or by the keys of the groups."""

    column: Subject
    is_descending: bool = False
    nulls_first: bool = False


@dataclass(frozen=True, slots=True)
class Selected:
    """A column of the answer that is calculated or called otherwise. `name` empty: `expressions.default_name`."""

    expression: Expression
    name: str = ""


@dataclass(frozen=True, slots=True)
class RowQuery:
    """One page of rows, or of groups where `group_by` is given or an aggregate is selected. `limit` 1 … 1,000.

    `select` empty: all columns; of groups their keys and `count`. `having` is a condition on groups.
    Walk either by `cursor` (of the page before, same query) or by `offset` (0 … 100,000), not by both. `places`: where its
    nodes stand in a caller's text, as `terms.Places` has it, for what is found to be wrong later.
    """

    select: tuple[str | Selected, ...] = ()
    where: Condition | None = None
    order_by: tuple[SortKey, ...] = ()
    limit: int = 100
    offset: int = 0
    cursor: str | None = None
    with_total: bool = True
    group_by: tuple[Subject, ...] = ()
    having: Condition | None = None
    places: Mapping[tuple[int, str], int] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class RowPage:
    """Rows in order, cells as JSON values in the order of `columns` (dates and times as ISO 8601 text,
    geometries as GeoJSON objects).

    `total` counts all rows, or groups, of the answer: exactly them (`total_relation` `eq`) or at least as many (`gte`, where
    counting would have taken too long); None and `unknown` when not asked. `next_cursor` None: this was the last page.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[CellValue, ...], ...]
    total: int | None
    next_cursor: str | None
    total_relation: TotalRelation = "eq"


@dataclass(frozen=True, slots=True)
class FacetCount:
    """A value and how many rows have it; None: no value."""

    value: JsonValue
    count: int


@dataclass(frozen=True, slots=True)
class Facet:
    """The commonest values of a column. `others`: how many values more there are, in `other_rows` rows."""

    column: str
    values: tuple[FacetCount, ...]
    others: int
    other_rows: int
