"""Columns of which the source's database tells the type: it is taken when every value is of it, whatever the column's name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from portal.kernel.text import Text
from portal.kernel.vocab import ColumnType
from portal.readers.typing_rules import Candidate, trimmed

_NAMES: Final[Mapping[ColumnType, str]] = {
    ColumnType.TEXT: "text varchar bpchar char name citext uuid json jsonb",
    ColumnType.INTEGER: "int int2 int4 int8 integer smallint bigint serial bigserial",
    ColumnType.NUMBER: "float float4 float8 real double numeric decimal",
    ColumnType.BOOLEAN: "bool boolean",
    ColumnType.DATE: "date",
    ColumnType.DATETIME: "timestamp",
}
TYPES: Final[Mapping[str, ColumnType]] = {name: type_ for type_, names in _NAMES.items() for name in names.split()}
"""PostgreSQL's names of the types that a column of ours can have; others are found in the values as for any delivery."""

_CASTS: Final = {
    ColumnType.INTEGER: "BIGINT",
    ColumnType.NUMBER: "DOUBLE",
    ColumnType.BOOLEAN: "BOOLEAN",
    ColumnType.DATE: "DATE",
    ColumnType.DATETIME: "TIMESTAMP",
}


@dataclass(frozen=True, slots=True)
class Declared:
    """What is said of one column: the database's name of its type, and the words of its data dictionary."""

    type_name: str
    title: Text = field(default_factory=Text)
    description: Text = field(default_factory=Text)


def declared_candidate(declared: Declared, column: str) -> Candidate | None:
    """The declared type as a candidate; None for one that columns of ours do not have. `column` is SQL.

    A text is kept as it is, also when it is empty: a database knows that from null.
    """
    type_ = TYPES.get(declared.type_name.lower())
    if type_ is None:
        return None
    if type_ is ColumnType.TEXT:
        return Candidate(type_, "true", "true", column)
    cast = f"TRY_CAST({trimmed(column)} AS {_CASTS[type_]})"
    if type_ is ColumnType.NUMBER:
        cast = f"CASE WHEN isfinite({cast}) THEN {cast} END"
    return Candidate(type_, f"{cast} IS NOT NULL", f"{cast} IS NOT NULL", cast)
