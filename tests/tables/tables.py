"""Tables to be asked: made from Python rows, published as Parquet, with an engine of their own."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from portal.kernel.columns import Column, ColumnRule
from portal.kernel.text import Text
from portal.kernel.vocab import ColumnAction, ColumnType
from portal.tables import Projection, ReadableTable, project
from portal.tables.cursors import CursorSigner
from portal.tables.engine import RowEngine

ARROW = {
    ColumnType.TEXT: pa.string(),
    ColumnType.INTEGER: pa.int64(),
    ColumnType.NUMBER: pa.float64(),
    ColumnType.BOOLEAN: pa.bool_(),
    ColumnType.DATE: pa.date32(),
    ColumnType.DATETIME: pa.timestamp("us"),
    ColumnType.GEOMETRY: pa.binary(),
}
Rows = Sequence[Sequence[object]]


def columns_of(types: Mapping[str, ColumnType]) -> tuple[Column, ...]:
    return tuple(Column(name, type_, Text.of(zh=name), Text(), name) for name, type_ in types.items())


def write_source(path: Path, types: Mapping[str, ColumnType], rows: Rows) -> tuple[Column, ...]:
    """A typed file as a reader leaves it."""
    cells = list(zip(*rows, strict=True)) or [()] * len(types)
    arrays = [pa.array(list(column), ARROW[type_]) for column, type_ in zip(cells, types.values(), strict=True)]
    pq.write_table(pa.Table.from_arrays(arrays, names=list(types)), path, row_group_size=1_000)
    return columns_of(types)


def publish_all(folder: Path, types: Mapping[str, ColumnType], rows: Rows) -> Projection:
    columns = write_source(folder / "source.parquet", types, rows)
    rules = [ColumnRule(name, ColumnAction.PUBLISH, "column_open") for name in types]
    return project(folder / "source.parquet", columns, rules, folder / "published.parquet")


def table_of(projection: Projection, version_key: str = "k3@v1/table") -> ReadableTable:
    return ReadableTable(projection.path, projection.schema, projection.row_count, version_key, projection.sha256)


def make_table(folder: Path, types: Mapping[str, ColumnType], rows: Rows) -> ReadableTable:
    return table_of(publish_all(folder, types, rows))


def make_engine(folder: Path, **changes: object) -> RowEngine:
    return RowEngine(CursorSigner(lambda: b"s" * 32), folder / "spill", **changes)  # type: ignore[arg-type]
