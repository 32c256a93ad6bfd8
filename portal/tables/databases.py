"""Opened tables: each in a DuckDB database of its own that can see this one file and nothing else, its configuration locked.

Only SQL that `statements` and `group_statements` write runs here; a caller's text is never part of it.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from portal.kernel.errors import NotFound, Unavailable
from portal.tables.duck import numbered_rows
from portal.tables.geometry import geometry_columns
from portal.tables.readable import ReadableTable
from portal.tables.spatial import add_spatial_functions
from portal.tables.statements import VIEW, Statement
from portal.tables.waiting import RETRY_AFTER_S

_OPEN_TABLES = 16
_AGAIN_S = 0.01


class NumberTooLarge(Exception):
    """A whole number of a calculation does not fit in 64 bits; the engine does not say which."""


class Databases:
    """Keeps the tables open that were asked for last. `memory` is DuckDB's limit for each."""

    def __init__(self, spill_dir: Path, memory: str) -> None:
        self._spill_dir, self._memory = spill_dir, memory
        self._lock = threading.Lock()
        self.kept: OrderedDict[Path, duckdb.DuckDBPyConnection] = OrderedDict()

    @contextmanager
    def connection(self, table: ReadableTable) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection to the table for one caller. Raises NotFound when its file is not there any more."""
        connection = self._database(table).cursor()
        try:
            yield connection
        except duckdb.Error as error:
            if table.path.is_file():
                raise
            self._forget(table.path)
            raise NotFound("The table is not there any more.") from error
        finally:
            connection.close()

    def close(self) -> None:
        """Let go of every open file."""
        with self._lock:
            self.kept.clear()

    def _database(self, table: ReadableTable) -> duckdb.DuckDBPyConnection:
        with self._lock:
            if table.path in self.kept:
                self.kept.move_to_end(table.path)
                return self.kept[table.path]
        opened = self._opened(table)
        with self._lock:
            kept = self.kept.setdefault(table.path, opened)
            while len(self.kept) > _OPEN_TABLES:
                self.kept.popitem(last=False)
        return kept

    def _forget(self, path: Path) -> None:
        with self._lock:
            self.kept.pop(path, None)

    def _opened(self, table: ReadableTable) -> duckdb.DuckDBPyConnection:
        path = table.path
        if not path.is_file():
            raise NotFound("The table is not there any more.")
        connection = duckdb.connect(
            config={"threads": 2, "memory_limit": self._memory, "temp_directory": str(self._spill_dir)}
        )
        if geometry_columns(table.schema.columns):
            add_spatial_functions(connection)
        connection.execute("SET GLOBAL parquet_metadata_cache = true")
        connection.execute("SET allowed_paths = $paths", {"paths": [str(path)]})
        connection.execute(
            "SET allowed_configs = ['enable_progress_bar', 'enable_progress_bar_print']"
        )  # of one cursor alone
        connection.execute("SET GLOBAL enable_geoparquet_conversion = false")
        connection.execute("SET GLOBAL error_on_division_by_zero = false")
        connection.execute("SET GLOBAL ieee_floating_point_ops = false")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        names = pq.read_schema(path).names
        connection.execute(f"CREATE VIEW {VIEW} AS {numbered_rows(str(path), names)}")
        return connection


def run(connection: duckdb.DuckDBPyConnection, statement: Statement, timeout_s: float) -> list[Sequence[object]]:
    """All rows of a statement. Raises Unavailable when it takes longer or needs too much memory, NumberTooLarge when a
    number of the answer is too large."""
    with limited(connection, timeout_s):
        rows: list[Sequence[object]] = list(connection.execute(statement.sql, statement.parameters).fetchall())
        return rows


@contextmanager
def limited(connection: duckdb.DuckDBPyConnection, timeout_s: float) -> Iterator[None]:
    """A time limit on what the connection does meanwhile, and its errors in our words."""
    ended = threading.Event()

    def watch() -> None:
        """An interruption that comes before the engine has begun is lost, so there are more until it has heard one."""
        is_late = not ended.wait(timeout_s)
        while is_late and not ended.wait(_AGAIN_S):
            connection.interrupt()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    except (duckdb.InterruptException, duckdb.OutOfMemoryException) as error:
        raise Unavailable(
            "The query needs too much time or memory; filter more, sort by fewer columns, or download the file.",
            retry_after_s=RETRY_AFTER_S,
        ) from error
    except (duckdb.OutOfRangeException, duckdb.ConversionException) as error:
        raise NumberTooLarge from error
    finally:
        ended.set()
        watcher.join()
