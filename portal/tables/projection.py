"""Apply column rules to a table that was read: what comes out is exactly what may be published."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from portal.kernel.columns import AbsentColumn, Column, ColumnRule, TableSchema
from portal.kernel.digests import file_digest
from portal.kernel.vocab import ColumnAction
from portal.tables.column_actions import acted
from portal.tables.duck import ROW_GROUP_ROWS, json_rows, literal, quoted
from portal.tables.errors import ProjectionError
from portal.tables.geometry import geometry_columns, kind_of, write_geometries
from portal.tables.query import JsonValue

PREVIEW_ROWS = 20
_MEMORY = "768MB"
_COLUMNS_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Projection:
    """A Parquet file as it would be published. `preview`: the first 20 rows as JSON values in schema order,
    of a geometry only its kind."""

    path: Path
    schema: TableSchema
    row_count: int
    preview: tuple[tuple[JsonValue, ...], ...]
    sha256: str
    size_bytes: int


def project(
    source: Path,
    columns: Sequence[Column],
    rules: Iterable[ColumnRule],
    target: Path,
    *,
    absent: Sequence[AbsentColumn] = (),
) -> Projection:
    """Write the columns that the rules let out to `target`, in the order of `columns`.

    `rules` go by `Column.name`; a column without a rule is dropped. `columns` carry titles and descriptions for the
    data dictionary. `absent` is what the public is told about columns that are not there; nothing is added to it, for the
    name of a dropped column may itself be secret. Equal input gives equal bytes.
    Raises ProjectionError when a column has two rules, a rule names no column or nothing would be left.
    """
    source, target = source.resolve(), target.resolve()
    actions = _actions(columns, rules)
    published, expressions = [], []
    for column in columns:
        rule = actions.get(column.name)
        if rule is None or rule.action is ColumnAction.DROP:
            continue
        expression, type_ = acted(column, rule.action)
        expressions.append(f"{expression} AS {quoted(column.name)}")
        published.append(replace(column, type=type_, action=rule.action))
    if not published:
        raise ProjectionError("No column may be published under the rules; nothing would be left of the table.")
    has_geometries = bool(geometry_columns(published))
    copied = target.with_name(f"{target.name}.flat") if has_geometries else target
    with _connection(source, copied, target) as connection:
        _copy(connection, source, ", ".join(expressions), copied)
        if has_geometries:
            write_geometries(copied, target, published, row_group_rows=ROW_GROUP_ROWS)
            copied.unlink()
        row_count, nulls = _count(connection, target, published)
        names = ", ".join(quoted(column.name) for column in published)
        sample = connection.execute(f"SELECT {names} FROM read_parquet({literal(str(target))}) LIMIT {PREVIEW_ROWS}")
        preview = json_rows([kind_of(c) if isinstance(c, bytes) else c for c in row] for row in sample.fetchall())
    counted = tuple(replace(column, null_count=count) for column, count in zip(published, nulls, strict=True))
    return Projection(
        path=target,
        schema=TableSchema(counted, tuple(absent)),
        row_count=row_count,
        preview=preview,
        sha256=file_digest(target),
        size_bytes=target.stat().st_size,
    )


def _actions(columns: Sequence[Column], rules: Iterable[ColumnRule]) -> dict[str, ColumnRule]:
    actions: dict[str, ColumnRule] = {}
    names = {column.name for column in columns}
    for rule in rules:
        if rule.name in actions:
            raise ProjectionError(f"The column {rule.name!r} has two rules; one decision a column.")
        if rule.name not in names and rule.action is not ColumnAction.DROP:
            raise ProjectionError(f"A rule publishes the column {rule.name!r}, which the table does not have.")
        actions[rule.name] = rule
    return actions


def _connection(source: Path, *targets: Path) -> duckdb.DuckDBPyConnection:
    """One thread: row groups are then cut at the same rows every time."""
    connection = duckdb.connect(config={"threads": 1, "memory_limit": _MEMORY, "temp_directory": f"{targets[0]}.spill"})
    connection.execute("SET allowed_paths = $paths", {"paths": [str(path) for path in (source, *targets)]})
    connection.execute("SET enable_geoparquet_conversion = false")
    connection.execute("SET enable_progress_bar = false")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def _copy(connection: duckdb.DuckDBPyConnection, source: Path, expressions: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    connection.execute(
        f"COPY (SELECT {expressions} FROM read_parquet({literal(str(source))})) TO {literal(str(target))} "
        f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP_ROWS}, USE_TMP_FILE false)"
    )


def _count(connection: duckdb.DuckDBPyConnection, target: Path, columns: Sequence[Column]) -> tuple[int, list[int]]:
    """The number of rows, and of nulls in each column."""
    table = f"read_parquet({literal(str(target))})"
    nulls: list[int] = []
    rows = 0
    for start in range(0, len(columns), _COLUMNS_AT_ONCE):
        part = columns[start : start + _COLUMNS_AT_ONCE]
        filled = ", ".join(f"count({quoted(column.name)})" for column in part)
        row = connection.execute(f"SELECT count(*), {filled} FROM {table}").fetchone()
        assert row is not None, "an aggregate gives one row"
        rows = row[0]
        nulls += [rows - count for count in row[1:]]
    return rows, nulls
