"""What differs between two versions of a table, row by row: both Parquet files opened side by side, within bounds.

With a key, a row is the same row in both versions where its key is the same: it was added, removed or changed. Without one,
rows are compared whole, and equal rows cancel each other out one by one: they were added or removed. Nothing is kept between
pages; a cursor says after which key (or which place in the sorted difference) the next page begins.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from portal.kernel.columns import Column
from portal.kernel.digests import value_digest
from portal.kernel.errors import InvalidInput, NotFound, Unavailable
from portal.kernel.vocab import ColumnType
from portal.settings import Settings, site_secret
from portal.tables.cursors import CursorSigner, Place
from portal.tables.duck import SQL_TYPES, json_value, literal, quoted
from portal.tables.expressions import JsonValue
from portal.tables.geometry import geojson_object
from portal.tables.query import CellValue
from portal.tables.readable import ReadableTable

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
MOST_KEYS = 5
MOST_ROWS = 20_000_000  # of one version: beyond, comparing takes more than a caller can wait for
MOST_WHOLE_ROWS = 2_000_000  # without a key every column of every row is sorted
_DEEPEST = 100_000
_BUSY_S = 5
_PRESENT = "_row_is_here"


@dataclass(frozen=True, slots=True)
class RowDifference:
    """One row that differs. `before` and `after`: cells by column name, of changed rows the changed cells alone."""

    kind: str
    key: Mapping[str, CellValue]
    before: Mapping[str, CellValue]
    after: Mapping[str, CellValue]


@dataclass(frozen=True, slots=True)
class DifferencePage:
    """Differing rows in the order of the key. `counts`: by kind, over everything; on the first page alone."""

    rows: tuple[RowDifference, ...]
    counts: Mapping[str, int] | None
    next_cursor: str | None


class RowDifferences:
    """Compares tables, `max_running` at a time; a statement may take `timeout_s`, then Unavailable is raised."""

    def __init__(
        self,
        signer: CursorSigner,
        spill_dir: Path,
        *,
        max_running: int = 1,
        timeout_s: float = 10.0,
        memory: str = "512MB",
    ) -> None:
        self._signer = signer
        self._spill_dir = spill_dir
        self._turns = threading.BoundedSemaphore(max_running)
        self._timeout_s, self._memory = timeout_s, memory

    def page(
        self, before: ReadableTable, after: ReadableTable, *, key: Sequence[str], limit: int, cursor: str | None
    ) -> DifferencePage:
        """One page. Raises InvalidInput for a key that does not tell rows apart, Unavailable when it takes too much."""
        shared = shared_columns(before, after)
        keys = _checked_key(shared, key)
        _check_size(before, after, has_key=bool(keys))
        versions = f"{before.version_key}..{after.version_key}"
        fingerprint = value_digest([list(key), "differences"])
        place = self._signer.read(cursor, versions, fingerprint) if cursor else None
        plan = _Plan(shared, keys)
        with self._opened(before.path, after.path) as run:
            if place is None and keys:
                _check_unique(run, keys, before, after)
            counts = None if place else {str(k): int(str(n)) for k, n in run(*plan.counts())}
            found = run(*plan.rows(place, limit + 1))
        rows = tuple(plan.difference(row) for row in found[:limit])
        last = plan.place(found[limit - 1], place, limit) if len(found) > limit else None
        told = None if counts is None else {kind: counts.get(kind, 0) for kind in plan.kinds}
        return DifferencePage(rows, told, self._signer.write(last, versions, fingerprint) if last else None)

    @contextmanager
    def _opened(self, before: Path, after: Path) -> Iterator["_Run"]:
        """Both tables in a database of their own that can see nothing else."""
        if not self._turns.acquire(blocking=False):
            raise Unavailable("Versions are being compared for somebody else; try again.", retry_after_s=_BUSY_S)
        try:
            if not (before.is_file() and after.is_file()):
                raise NotFound("The table is not there any more.")
            connection = duckdb.connect(
                config={"threads": 2, "memory_limit": self._memory, "temp_directory": str(self._spill_dir)}
            )
            try:
                paths = sorted({str(before), str(after)})
                connection.execute("SET allowed_paths = $paths", {"paths": paths})
                connection.execute("SET enable_progress_bar = false")
                connection.execute("SET enable_geoparquet_conversion = false")
                connection.execute("SET enable_external_access = false")
                connection.execute("SET lock_configuration = true")
                for name, path in (("before", before), ("after", after)):
                    connection.execute(f"CREATE VIEW {name}_rows AS SELECT * FROM read_parquet({literal(str(path))})")
                yield _Run(connection, self._timeout_s)
            finally:
                connection.close()
        finally:
            self._turns.release()


def shared_columns(before: ReadableTable, after: ReadableTable) -> tuple[Column, ...]:
    """Columns that both versions have with the same type, in the newer one's order."""
    older = {column.name: column.type for column in before.schema.columns}
    return tuple(column for column in after.schema.columns if older.get(column.name) == column.type)


def open_differences(settings: Settings) -> RowDifferences:
    """The comparer of this process; opens nothing yet."""
    return RowDifferences(CursorSigner(lambda: site_secret(settings)), settings.var_dir / "rows-spill")


class _Run:
    """Runs statements on one connection, each within the time allowed."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, timeout_s: float) -> None:
        self._connection, self._timeout_s = connection, timeout_s

    def __call__(self, sql: str, parameters: Sequence[JsonValue] = ()) -> list[Sequence[object]]:
        timer = threading.Timer(self._timeout_s, self._connection.interrupt)
        timer.start()
        try:
            return list(self._connection.execute(sql, list(parameters)).fetchall())
        except (duckdb.InterruptException, duckdb.OutOfMemoryException) as error:
            raise Unavailable(
                "Comparing these versions takes too much time or memory; download both and compare them yourself.",
                retry_after_s=_BUSY_S,
            ) from error
        finally:
            timer.cancel()


class _Plan:
    """The SQL of one comparison, and what its lines mean."""

    def __init__(self, shared: tuple[Column, ...], keys: tuple[Column, ...]) -> None:
        self._shared, self._keys = shared, keys
        self.kinds = (ADDED, REMOVED, CHANGED) if keys else (ADDED, REMOVED)
        self._names = [quoted(column.name) for column in shared]

    def counts(self) -> tuple[str, list[JsonValue]]:
        return f"SELECT kind, count(*) FROM ({self._differences(None)[0]}) GROUP BY kind", []

    def rows(self, place: Place | None, limit: int) -> tuple[str, list[JsonValue]]:
        sql, parameters = self._differences(place)
        if self._keys:
            order = ", ".join(f"key_{i}" for i in range(len(self._keys)))
            return f"SELECT * FROM ({sql}) ORDER BY {order} LIMIT {int(limit)}", parameters
        offset = place.row_number if place else 0
        return f"SELECT * FROM ({sql}) ORDER BY ALL LIMIT {int(limit)} OFFSET {int(offset)}", parameters

    def place(self, row: Sequence[object], before: Place | None, limit: int) -> Place | None:
        """Where the page ended; None where it cannot go on."""
        if self._keys:
            return Place(tuple(json_value(cell) for cell in row[1 : 1 + len(self._keys)]), 0)
        offset = (before.row_number if before else 0) + limit
        return Place((), offset) if offset < _DEEPEST else None

    def difference(self, row: Sequence[object]) -> RowDifference:
        """A line of the answer as a value."""
        kind, width = str(row[0]), len(self._shared)
        cells = [_cell(cell) for cell in row[1:]]
        key = {column.name: cells[i] for i, column in enumerate(self._keys)}
        start = len(self._keys)
        names = [column.name for column in self._shared]
        if not self._keys:
            values = dict(zip(names, cells, strict=True))
            return RowDifference(kind, {}, values if kind == REMOVED else {}, values if kind == ADDED else {})
        old = dict(zip(names, cells[start : start + width], strict=True))
        new = dict(zip(names, cells[start + width :], strict=True))
        if kind == CHANGED:
            raw_old, raw_new = row[1 + start : 1 + start + width], row[1 + start + width :]
            changed = [name for name, a, b in zip(names, raw_old, raw_new, strict=True) if a != b]
            return RowDifference(kind, key, {n: old[n] for n in changed}, {n: new[n] for n in changed})
        return RowDifference(kind, key, old if kind == REMOVED else {}, new if kind == ADDED else {})

    def _differences(self, place: Place | None) -> tuple[str, list[JsonValue]]:
        if not self._keys:
            names = ", ".join(self._names)
            older, newer = f"SELECT {names} FROM before_rows", f"SELECT {names} FROM after_rows"
            return (
                f"SELECT '{ADDED}' AS kind, * FROM ({newer} EXCEPT ALL {older}) UNION ALL "
                f"SELECT '{REMOVED}' AS kind, * FROM ({older} EXCEPT ALL {newer})",
                [],
            )
        where, parameters = self._after(place)
        sides = [
            f"(SELECT {', '.join(self._names)}, true AS {_PRESENT} FROM {name}_rows{where})"
            for name in ("before", "after")
        ]
        keys = [quoted(column.name) for column in self._keys]
        same = " AND ".join(f"b.{name} = a.{name}" for name in keys)
        others = [name for name in self._names if name not in keys]
        differs = " OR ".join(
            [f"b.{_PRESENT} IS NULL", f"a.{_PRESENT} IS NULL", *(f"b.{n} IS DISTINCT FROM a.{n}" for n in others)]
        )
        told_keys = ", ".join(f"coalesce(a.{name}, b.{name}) AS key_{i}" for i, name in enumerate(keys))
        old = ", ".join(f"b.{name} AS old_{i}" for i, name in enumerate(self._names))
        new = ", ".join(f"a.{name} AS new_{i}" for i, name in enumerate(self._names))
        kind = (
            f"CASE WHEN b.{_PRESENT} IS NULL THEN '{ADDED}' WHEN a.{_PRESENT} IS NULL THEN '{REMOVED}' "
            f"ELSE '{CHANGED}' END AS kind"
        )
        return (
            f"SELECT {kind}, {told_keys}, {old}, {new} FROM {sides[0]} b FULL OUTER JOIN {sides[1]} a ON {same} "
            f"WHERE {differs}",
            [*parameters, *parameters],
        )

    def _after(self, place: Place | None) -> tuple[str, list[JsonValue]]:
        """Rows of either version whose key comes after the place."""
        if place is None:
            return "", []
        options: list[str] = []
        parameters: list[JsonValue] = []
        same: list[str] = []
        same_values: list[JsonValue] = []
        for column, value in zip(self._keys, place.keys, strict=True):
            asked = f"CAST(? AS {SQL_TYPES[column.type]})"
            options.append(" AND ".join([*same, f"{quoted(column.name)} > {asked}"]))
            parameters += [*same_values, value]
            same.append(f"{quoted(column.name)} = {asked}")
            same_values.append(value)
        return f" WHERE {' OR '.join(f'({option})' for option in options)}", parameters


def _checked_key(shared: tuple[Column, ...], key: Sequence[str]) -> tuple[Column, ...]:
    by_name = {column.name: column for column in shared}
    if len(key) > MOST_KEYS or len(set(key)) != len(key):
        raise InvalidInput(f"by takes at most {MOST_KEYS} columns, each once.", parameter="by")
    for name in key:
        if name not in by_name:
            known = ", ".join(list(by_name)[:30])
            raise InvalidInput(
                f"by: there is no column {name[:60]!r} of the same type in both versions. There are: {known}.",
                parameter="by",
            )
        if by_name[name].type is ColumnType.GEOMETRY:
            raise InvalidInput(f"by: {name} is a geometry, which tells no rows apart.", parameter="by")
    if not shared:
        raise InvalidInput("The two versions have no column in common.", parameter="from")
    return tuple(by_name[name] for name in key)


def _check_size(before: ReadableTable, after: ReadableTable, *, has_key: bool) -> None:
    most = MOST_ROWS if has_key else MOST_WHOLE_ROWS
    if max(before.row_count, after.row_count) > most:
        hint = "download both and compare them yourself" if has_key else "give columns with `by`, which is far cheaper"
        raise InvalidInput(f"Tables of more than {most:,} rows are not compared like this; {hint}.", parameter="by")


def _check_unique(run: _Run, keys: tuple[Column, ...], before: ReadableTable, after: ReadableTable) -> None:
    names = [quoted(column.name) for column in keys]
    whole = f"({', '.join(names)})" if len(names) > 1 else names[0]
    is_empty = " OR ".join(f"{name} IS NULL" for name in names)
    for side, table in (("before", before), ("after", after)):
        sql = f"SELECT count(*), count(DISTINCT {whole}), count(*) FILTER (WHERE {is_empty}) FROM {side}_rows"
        rows, distinct, empty = (int(str(cell)) for cell in run(sql)[0])
        version = table.version_key.partition("/")[0]
        if empty or distinct != rows:
            fault = f"{empty} rows have none" if empty else f"{rows - distinct} rows share theirs with another"
            raise InvalidInput(
                f"by does not tell the rows of {version} apart: {fault}. Add columns to it, or leave it out to compare "
                "whole rows.",
                parameter="by",
            )


def _cell(cell: object) -> CellValue:
    return geojson_object(cell) if isinstance(cell, bytes) else json_value(cell)
