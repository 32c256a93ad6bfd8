"""A table's columns as DataStore fields: names, PostgreSQL type names, labels; `_id` is the row's number from 1."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from portal.kernel.columns import Column, TableSchema
from portal.kernel.text import Text
from portal.kernel.vocab import ColumnType
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
    "int4": "integer",
    "int8": "bigint",
    "float8": "double precision",
    "bool": "boolean",
    "date": "date",
    "timestamp": "timestamp without time zone",
    "json": "json",
}
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


def list_fields(schema: TableSchema, largest: Mapping[str, int]) -> dict[str, Field]:
    """Name → field in order, `_id` first. `largest`: column → the largest size of its whole numbers, where known.

    A column that is called `_id` itself is shown as `_id_1`.
    """
    found = {ROW_ID: Field(ROW_ID, "int", _ROW_COLUMN)}
    for column in schema.columns:
        name = column.name if column.name != ROW_ID else f"{ROW_ID}_1"
        fits = column.type is ColumnType.INTEGER and largest.get(column.name, _INT4) < _INT4
        found[name] = Field(name, "int4" if fits else _TYPES[column.type], column)
    return found


def with_row_numbers(table: ReadableTable) -> ReadableTable:
    """The same table with the number of each row (from 0) as its first column."""
    return replace(table, schema=replace(table.schema, columns=(_ROW_COLUMN, *table.schema.columns)))


def _words(text: Text) -> str:
    wording = text.zh or text.en
    return wording.value if wording is not None else ""
