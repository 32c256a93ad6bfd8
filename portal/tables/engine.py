"""Pages of rows out of published tables, through DuckDB, a bounded number at a time.

Every table is opened in a database of its own that can see this one file and nothing else, with its configuration
locked. Only SQL that `statements` writes runs here; a caller's text is never part of it.
"""

import os
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from portal.kernel.errors import InvalidInput, NotFound, Unavailable
from portal.settings import Settings, site_secret
from portal.tables import statements
from portal.tables.cursors import CursorSigner, Place
from portal.tables.duck import json_value, literal
from portal.tables.geometry import geojson_object
from portal.tables.query import MAX_LIMIT, MAX_OFFSET, CellValue, RowPage, RowQuery
from portal.tables.readable import ReadableTable

_OPEN_TABLES = 16
_KEPT_TOTALS = 10_000
_RETRY_AFTER_S = 2
_MAX_GEOMETRY_BYTES = 8 << 20


class RowEngine:
    """Answers row queries over immutable Parquet files.

    At most `max_running` statements run at a time; a caller waits `wait_s` for its turn and a statement may take
    `timeout_s`, then Unavailable is raised. `memory` is DuckDB's limit for each open table.
    """

    def __init__(
        self,
        signer: CursorSigner,
        spill_dir: Path,
        *,
        max_running: int | None = None,
        wait_s: float = 2.0,
        timeout_s: float = 10.0,
        memory: str = "512MB",
    ) -> None:
        self._signer = signer
        self._spill_dir = spill_dir
        self._max_running = max_running or max(2, os.cpu_count() or 2)
        self._turns = threading.BoundedSemaphore(self._max_running)
        self._wait_s, self._timeout_s, self._memory = wait_s, timeout_s, memory
        self._lock = threading.Lock()
        self._open: OrderedDict[Path, duckdb.DuckDBPyConnection] = OrderedDict()
        self._totals: OrderedDict[tuple[str, str], int] = OrderedDict()

    def page(self, table: ReadableTable, query: RowQuery) -> RowPage:
        """One page. Raises InvalidInput for a bad query or cursor, Unavailable when too much is going on."""
        columns = statements.selected_columns(table.schema, query)
        _check(query)
        statements.check_query(table.schema, query)
        fingerprint = statements.fingerprint(query)
        place = self._signer.read(query.cursor, table.version_key, fingerprint) if query.cursor else None
        with self._turn(table) as connection:
            total = self._total(connection, table, query) if query.with_total else None
            rows, last = self._rows(connection, table, query, place)
        next_cursor = self._signer.write(last, table.version_key, fingerprint) if last else None
        return RowPage(columns, _values(rows), total, next_cursor)

    def count(self, table: ReadableTable, query: RowQuery) -> int:
        """How many rows match `query.where`."""
        statements.check_query(table.schema, query)
        with self._turn(table) as connection:
            return self._total(connection, table, query)

    def close(self) -> None:
        """Let go of every open file."""
        with self._lock:
            self._open.clear()

    def _rows(
        self, connection: duckdb.DuckDBPyConnection, table: ReadableTable, query: RowQuery, place: Place | None
    ) -> tuple[list[Sequence[object]], Place | None]:
        """The page's rows, and the place of the last one when more follow."""
        keys = self._run(connection, statements.keys_statement(table.schema, query, place))
        has_more, keys = len(keys) > query.limit, keys[: query.limit]
        if not keys:
            return [], None
        numbers = [int(str(key[-1])) for key in keys]
        found = self._run(connection, statements.rows_statement(table.schema, query, numbers))
        by_number = {row[-1]: row[:-1] for row in found}
        last = statements.place_of(table.schema, query, keys[-1]) if has_more else None
        return [by_number[number] for number in numbers], last

    def _total(self, connection: duckdb.DuckDBPyConnection, table: ReadableTable, query: RowQuery) -> int:
        if query.where is None:
            return table.row_count
        key = (table.digest, statements.fingerprint(RowQuery(where=query.where)))
        with self._lock:
            if (known := self._totals.get(key)) is not None:
                self._totals.move_to_end(key)
                return known
        total = int(str(self._run(connection, statements.count_statement(table.schema, query))[0][0]))
        with self._lock:
            self._totals[key] = total
            if len(self._totals) > _KEPT_TOTALS:
                self._totals.popitem(last=False)
        return total

    @contextmanager
    def _turn(self, table: ReadableTable) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection to the table, while one of the few running places is ours."""
        if not self._turns.acquire(timeout=self._wait_s):
            raise Unavailable("Too many row queries at the moment; try again.", retry_after_s=_RETRY_AFTER_S)
        try:
            connection = self._database(table.path).cursor()
            try:
                yield connection
            except duckdb.Error as error:
                if table.path.is_file():
                    raise
                self._forget(table.path)
                raise NotFound("The table is not there any more.") from error
            finally:
                connection.close()
        finally:
            self._turns.release()

    def _run(self, connection: duckdb.DuckDBPyConnection, statement: statements.Statement) -> list[Sequence[object]]:
        timer = threading.Timer(self._timeout_s, connection.interrupt)
        timer.start()
        try:
            rows: list[Sequence[object]] = list(connection.execute(statement.sql, statement.parameters).fetchall())
            return rows
        except (duckdb.InterruptException, duckdb.OutOfMemoryException) as error:
            raise Unavailable(
                "The query needs too much time or memory; filter more, sort by fewer columns, or download the file.",
                retry_after_s=_RETRY_AFTER_S,
            ) from error
        finally:
            timer.cancel()

    def _database(self, path: Path) -> duckdb.DuckDBPyConnection:
        with self._lock:
            if path in self._open:
                self._open.move_to_end(path)
                return self._open[path]
        opened = self._opened(path)
        with self._lock:
            kept = self._open.setdefault(path, opened)
            while len(self._open) > _OPEN_TABLES:
                self._open.popitem(last=False)
        return kept

    def _forget(self, path: Path) -> None:
        with self._lock:
            self._open.pop(path, None)

    def _opened(self, path: Path) -> duckdb.DuckDBPyConnection:
        if not path.is_file():
            raise NotFound("The table is not there any more.")
        connection = duckdb.connect(
            config={"threads": 2, "memory_limit": self._memory, "temp_directory": str(self._spill_dir)}
        )
        connection.execute("SET parquet_metadata_cache = true")
        connection.execute("SET allowed_paths = $paths", {"paths": [str(path)]})
        connection.execute("SET enable_progress_bar = false")
        connection.execute("SET enable_geoparquet_conversion = false")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        connection.execute(
            f"CREATE VIEW {statements.VIEW} AS SELECT * FROM read_parquet({literal(str(path))}, file_row_number = true)"
        )
        return connection


def _values(rows: Sequence[Sequence[object]]) -> tuple[tuple[CellValue, ...], ...]:
    """Cells as answers have them. Raises InvalidInput (`limit`) for more geometry than an answer may hold."""
    size = sum(len(cell) for row in rows for cell in row if isinstance(cell, bytes))
    if size > _MAX_GEOMETRY_BYTES:
        raise InvalidInput(
            f"The geometries of these {len(rows)} rows take {size >> 20} MB; ask for fewer rows, leave the geometry out "
            "with select, or download the file.",
            parameter="limit",
        )
    return tuple(
        tuple(geojson_object(cell) if isinstance(cell, bytes) else json_value(cell) for cell in row) for row in rows
    )


def _check(query: RowQuery) -> None:
    if not 1 <= query.limit <= MAX_LIMIT:
        raise InvalidInput(f"limit must be from 1 to {MAX_LIMIT}.", parameter="limit")
    if not 0 <= query.offset <= MAX_OFFSET:
        raise InvalidInput(f"offset must be from 0 to {MAX_OFFSET}; walk further by cursor.", parameter="offset")
    if query.cursor and query.offset:
        raise InvalidInput("Give either cursor or offset, not both.", parameter="offset")


def open_rows(settings: Settings) -> RowEngine:
    """The engine of this process; opens nothing yet."""
    return RowEngine(CursorSigner(lambda: site_secret(settings)), settings.var_dir / "rows-spill")
