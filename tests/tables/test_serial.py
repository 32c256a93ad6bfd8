"""What the catalogue keeps of a schema comes back whole."""

from dataclasses import fields

from portal.kernel.columns import AbsentColumn, Column, TableSchema
from portal.kernel.text import Origin, Text, Wording
from portal.kernel.vocab import ColumnAction, ColumnType
from portal.tables.serial import orders_of, schema_from_json, schema_to_json

_FULL = Column(
    name="出生年份",
    type=ColumnType.INTEGER,
    title=Text(zh=Wording("出生年份", Origin.SOURCE), en=Wording("Year of birth", Origin.PERSON, "abc")),
    description=Text(zh=Wording("由出生日期概化", Origin.SOURCE)),
    source_name="出生日期",
    null_count=3,
    failed_casts=2,
    action=ColumnAction.GENERALISE,
    parameter="year",
    delivered_crs="GCJ-02",
    declared_type="int4",
)

_PLAIN = Column("名称", ColumnType.TEXT, Text(), Text(), "名")


def test_a_schema_comes_back_with_every_field_of_every_column() -> None:
    schema = TableSchema((_FULL, _PLAIN), (AbsentColumn("电话", "column_closed"),))
    assert schema_from_json(schema_to_json(schema)) == schema


def test_no_field_of_the_full_column_is_at_its_default() -> None:
    assert [f.name for f in fields(Column) if getattr(_FULL, f.name) == getattr(_PLAIN, f.name)] == []


def test_what_was_done_with_a_column_is_read_with_its_parameter() -> None:
    order = orders_of(schema_to_json(TableSchema((_FULL,), ())))["出生年份"]
    assert (order.action, order.parameter) == (ColumnAction.GENERALISE, "year")
