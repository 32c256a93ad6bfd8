"""Apply column rules to a table that was read: what comes out is exactly what may be published."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from portal.kernel.columns import AbsentColumn, Column, ColumnRule, TableSchema
from portal.kernel.digests import file_digest
from portal.kernel.vocab import ColumnAction
from portal.tables.column_actions import acted
from portal.tables.duck import ROW_GROUP_ROWS, json_rows, literal, quoted
from portal.tables.errors import ProjectionError
from portal.tables.expressions import JsonValue
from portal.tables.geometry import geometry_columns, kind_of, write_geometries
from portal.tables.profiles import TableProfile, profile_table
from portal.tables.row_cuts import RowCut, RowsCut, has_ended, is_withdrawn
from portal.tables.row_cuts import counted as counted_cells
from portal.tables.suppression import suppress

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
    profile: TableProfile = TableProfile(0, {})
    rows_cut: RowsCut = RowsCut()


def project(
    source: Path,
    columns: Sequence[Column],
    rules: Iterable[ColumnRule],
    target: Path,
    *,
    absent: Sequence[AbsentColumn] = (),
    cut: RowCut | None = None,
) -> Projection:
    """Write the columns that the rules let out to `target`, in the order of `columns`.

    `rules` go by `Column.name`; a column without a rule is dropped. `columns` carry titles and descriptions for the
    data dictionary. `absent` is what the public is told about columns that are not there; nothing is added to it, for the
    name of a dropped column may itself be secret. `cut`: which rows are left out, by the columns as they are published.
    Equal input gives equal bytes.
    Raises ProjectionError when a column has two rules, a rule names no column or nothing would be left.
    """
    source, target = source.resolve(), target.resolve()
    actions = _actions(columns, rules)
    has_geometries = False
    with _connection(source, _flat(target), target) as connection:
        published, selected = _selected(connection, source, columns, actions)
        has_geometries = bool(geometry_columns(published))
        copied = _flat(target) if has_geometries else target
        table = f"SELECT {selected} FROM read_parquet({literal(str(source))})"
        table, rows_cut = _without(connection, table, cut, published) if cut else (table, RowsCut())
        _copy(connection, table, copied)
        if has_geometries:
            write_geometries(copied, target, published, row_group_rows=ROW_GROUP_ROWS)
            copied.unlink()
        row_count, nulls = _count(connection, target, published)
        profile = profile_table(connection, target, published)
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
        profile=profile,
        rows_cut=rows_cut,
    )


def cut_rows(source: Path, schema: TableSchema, target: Path, cut: RowCut) -> Projection:
    """A published table with fewer rows: the same columns, nothing done to them twice."""
    rules = [ColumnRule(column.name, ColumnAction.PUBLISH, "cut") for column in schema.columns]
    made = project(source, schema.columns, rules, target, absent=schema.absent, cut=cut)
    done = {column.name: (column.action, column.parameter) for column in schema.columns}
    columns = tuple(replace(c, action=done[c.name][0], parameter=done[c.name][1]) for c in made.schema.columns)
    return replace(made, schema=TableSchema(columns, schema.absent))


def count_cut(source: Path, schema: TableSchema, cut: RowCut) -> RowsCut:
    """What a cut would take out of a published table."""
    source = source.resolve()
    names = ", ".join(quoted(column.name) for column in schema.columns)
    with _connection(source) as connection:
        table = f"SELECT {names} FROM read_parquet({literal(str(source))})"
        return _without(connection, table, cut, schema.columns)[1]


def _flat(target: Path) -> Path:
    return target.with_name(f"{target.name}.flat")


def _selected(
    connection: duckdb.DuckDBPyConnection, source: Path, columns: Sequence[Column], rules: Mapping[str, ColumnRule]
) -> tuple[list[Column], str]:
    """The columns that come out, and what is selected for them. Raises ProjectionError when nothing would be left."""
    published, expressions = [], []
    suppression = suppress(connection, source, columns, rules)
    for column in columns:
        rule = rules.get(column.name)
        if rule is None or rule.action is ColumnAction.DROP:
            continue
        expression, type_ = acted(column, rule.action, rule.parameter)
        expression = suppression.expressions.get(column.name, expression)
        expressions.append(f"{expression} AS {quoted(column.name)}")
        published.append(replace(column, type=type_, action=rule.action, parameter=rule.parameter))
    if not published:
        raise ProjectionError("No column may be published under the rules; nothing would be left of the table.")
    return published, ", ".join(expressions)


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
    connection = duckdb.connect(
        config={"threads": 1, "memory_limit": _MEMORY, "temp_directory": f"{(targets or (source,))[0]}.spill"}
    )
    connection.execute("SET allowed_paths = $paths", {"paths": [str(path) for path in (source, *targets)]})
    connection.execute("SET enable_geoparquet_conversion = false")
    connection.execute("SET enable_progress_bar = false")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def _without(
    connection: duckdb.DuckDBPyConnection, table: str, cut: RowCut, published: Sequence[Column]
) -> tuple[str, RowsCut]:
    """The statement without the rows that are cut; what was cut."""
    row = connection.execute(f"SELECT {counted_cells(cut, published)} FROM ({table}) AS t").fetchone()
    assert row is not None, "an aggregate gives one row"
    found = RowsCut(*row)
    if found.ended or found.withdrawn:
        gone = f"{has_ended(cut, published)} OR {is_withdrawn(cut, published)}"
        table = f"SELECT * FROM ({table}) AS t WHERE NOT ({gone})"
    return table, found


def _copy(connection: duckdb.DuckDBPyConnection, table: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    connection.execute(
        f"COPY ({table}) TO {literal(str(target))} "
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
