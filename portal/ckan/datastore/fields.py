"""A table's columns as DataStore fields: names, PostgreSQL type names, labels; `_id` is the row's number from 1."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from portal.kernel.columns import Column, TableSchema
from portal.kernel.text import Text
from portal.kernel.vocab import ColumnAction, ColumnType
from portal.tables import ReadableTable
from portal.tables.duck import ROW_NUMBER

ROW_ID = "_id"
_ROW_COLUMN = Column(ROW_NUMBER, ColumnType.INTEGER, Text(), Text(), ROW_NUMBER)
_TYPES: Mapping[ColumnType, str] = {
    ColumnType.TEXT: "text",
    ColumnType.INTEGER: "int8",
    ColumnType.NUMBER: "float8",
    ColumnType.BOOLEAN: "bool",
    ColumnType.DATE: "date",
    ColumnType.DATETIME: "timestamp",
    ColumnType.GEOMETRY: "json",
}
_NATIVE_TYPES: Mapping[str, str] = {
    "text": "text",
    "varchar": "character varying",
    "uuid": "uuid",
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "float4": "real",
    "float8": "double precision",
    "numeric": "numeric",
    "bool": "boolean",
    "date": "date",
    "timestamp": "timestamp without time zone",
    "json": "json",
    "jsonb": "jsonb",
}
NESTED: Final = frozenset({"json", "jsonb"})
_DECLARED: Mapping[ColumnType, frozenset[str]] = {
    ColumnType.TEXT: frozenset({"varchar", "uuid"}) | NESTED,
    ColumnType.INTEGER: frozenset({"int2", "int4", "int8"}),
    ColumnType.NUMBER: frozenset({"float4", "numeric"}),
}
"""Types that a source's database may have declared for a column, and that are told as it has them."""

_INT4 = 2**31


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a resource. `column`: the table's column it shows; for `_id` the number of the row."""

    id: str
    type: str
    column: Column

    def as_json(self) -> dict[str, object]:
        """As `fields` of an answer has it: with the data dictionary's label and notes where there are any."""
        told: dict[str, object] = {"id": self.id, "type": self.type}
        info = {
            name: text
            for name, text in (("label", _words(self.column.title)), ("notes", _words(self.column.description)))
            if text and text != self.id
        }
        return told | {"info": info} if info else told

    @property
    def native_type(self) -> str:
        """PostgreSQL's full name of the type."""
        return _NATIVE_TYPES[self.type]

    @property
    def is_nested(self) -> bool:
        """Whether its texts are JSON, which is told as values."""
        return self.type in NESTED and self.column.type is ColumnType.TEXT


def list_fields(schema: TableSchema, largest: Mapping[str, int]) -> dict[str, Field]:
    """Name → field in order, `_id` first. `largest`: column → the largest size of its whole numbers, where known.

    A column that is called `_id` itself is shown as `_id_1`.
    """
    found = {ROW_ID: Field(ROW_ID, "int", _ROW_COLUMN)}
    for column in schema.columns:
        name = column.name if column.name != ROW_ID else f"{ROW_ID}_1"
        found[name] = Field(name, _type_of(column, largest), column)
    return found


def _type_of(column: Column, largest: Mapping[str, int]) -> str:
    """The type that was declared, where the column is published as it was delivered; else that of its values."""
    declared = column.declared_type.lower()
    if column.action is ColumnAction.PUBLISH and declared in _DECLARED.get(column.type, ()):
        return declared
    fits = column.type is ColumnType.INTEGER and largest.get(column.name, _INT4) < _INT4
    return "int4" if fits else _TYPES[column.type]


def with_row_numbers(table: ReadableTable) -> ReadableTable:
    """The same table with the number of each row (from 0) as its first column."""
    return replace(table, schema=replace(table.schema, columns=(_ROW_COLUMN, *table.schema.columns)))


def _words(text: Text) -> str:
    wording = text.zh or text.en
    return wording.value if wording is not None else ""
