"""Columns of a table: what it declares, what is done with it, and what the public reads about it."""

from dataclasses import dataclass

from portal.kernel.text import Text
from portal.kernel.vocab import ColumnAction, ColumnType


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """The decision about one column. `reason` is a code with a message in both languages (`portal.i18n.reasons`).

    `parameter`: how the action is done, as in `ColumnOrder`.
    """

    name: str
    action: ColumnAction
    reason: str
    parameter: str = ""


@dataclass(frozen=True, slots=True)
class ColumnOrder:
    """What a signed mapping orders for a column. `parameter` says how: `year`, `town`, `band:1000`, `10`, `phone` …

    Empty: the action's own default (`portal.gate.orders` has the list).
    """

    action: ColumnAction
    parameter: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a published table, the public data dictionary's line.

    `name` is unique in the table and not empty; `source_name` is what the department wrote.
    `null_count` and `failed_casts` are counts over all rows (a failed cast is published as null and counted).
    `delivered_crs`: of geometries, the coordinate system they were delivered in (`EPSG:4490`, `GCJ-02` …); they are
    published in WGS 84. `declared_type`: the name that the source's database has for the type (`int4`, `numeric`, `json` …).
    """

    name: str
    type: ColumnType
    title: Text
    description: Text
    source_name: str
    null_count: int = 0
    failed_casts: int = 0
    action: ColumnAction = ColumnAction.PUBLISH
    parameter: str = ""
    delivered_crs: str = ""
    declared_type: str = ""


@dataclass(frozen=True, slots=True)
class AbsentColumn:
    """A column that was delivered or announced but is not public, and why; its name may itself be withheld."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class TableSchema:
    """The typed schema of one published table, in column order."""

    columns: tuple[Column, ...]
    absent: tuple[AbsentColumn, ...] = ()

    def column(self, name: str) -> Column | None:
        return next((c for c in self.columns if c.name == name), None)
