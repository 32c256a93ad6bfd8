"""Pages of rows and groups out of published tables, through DuckDB, a bounded number at a time."""

import math
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from weakref import finalize

import duckdb

from portal.kernel.columns import Column
from portal.kernel.errors import InvalidInput, Unavailable
from portal.settings import Settings, site_secret
from portal.tables import statements
from portal.tables.copying import copy_answer
from portal.tables.cursors import CursorSigner, Place
from portal.tables.databases import Databases, NumberTooLarge, run
from portal.tables.duck import json_value
from portal.tables.facets import FacetKey, facets_asked
from portal.tables.geometry import geojson_object
from portal.tables.group_statements import Groups, groups_of
from portal.tables.overflows import too_large
from portal.tables.plans import answer_schema, fingerprint, is_grouped
from portal.tables.query import MAX_LIMIT, MAX_OFFSET, CellValue, Facet, FacetCount, RowPage, RowQuery, TotalRelation
from portal.tables.readable import ReadableTable
from portal.tables.remembered import Remembered
from portal.tables.statements import Statement
from portal.tables.waiting import MOST_CALLERS, WaitingRoom

_KEPT_ANSWERS = 10_000
_HOPELESS_S = 60.0
_MAX_GEOMETRY_BYTES = 8 << 20
_COPIES = 2


@dataclass(frozen=True, slots=True)
class _Turn:
    """A caller being served: a connection, and when it has had its time."""

    connection: duckdb.DuckDBPyConnection
    ends_at: float

    def run(self, statement: Statement, most_s: float = math.inf) -> list[Sequence[object]]:
        """All rows of a statement, in the time that is left and `most_s` at most."""
        return run(self.connection, statement, max(0.001, min(most_s, self.ends_at - time.monotonic())))


@dataclass(frozen=True, slots=True)
class _Asked:
    """A page that may be asked for: what its columns are, which cursors are of it, and where the page before ended."""

    table: ReadableTable
    query: RowQuery
    columns: tuple[Column, ...]
    groups: Groups | None
    mark: str
    place: Place | None


class RowEngine:
    """Answers queries over immutable Parquet files.

    At most `max_running` callers are served at a time and some more wait, each at most `wait_s`; others are refused at
    once. From coming to answer a caller takes `timeout_s` at most, counting of it `count_s`; a whole answer `copy_s`. Then
    Unavailable is raised, of counting nothing: the total says that it is one at least. `memory` is DuckDB's limit for each
    open table.
    """

    def __init__(
        self,
        signer: CursorSigner,
        spill_dir: Path,
        *,
        max_running: int | None = None,
        wait_s: float = 7.0,
        timeout_s: float = 9.5,
        count_s: float = 3.0,
        copy_s: float = 600.0,
        memory: str = "512MB",
    ) -> None:
        places = max_running or min(max(2, os.cpu_count() or 2), MOST_CALLERS // 2)
        self._signer = signer
        self._room = WaitingRoom(
            places, 1, wait_s, "Too many row queries at the moment; try again.", MOST_CALLERS - places
        )
        self._copying = WaitingRoom(
            _COPIES, 2 * _COPIES, wait_s, "Too many files are being made at the moment; try again."
        )
        self._timeout_s, self._count_s, self._copy_s = timeout_s, count_s, copy_s
        self._databases = Databases(spill_dir, memory)
        self._open = self._databases.kept
        finalize(self, self._databases.close)  # also when the process ends: the engine's functions must go before it
        self._totals: Remembered[tuple[str, str], int] = Remembered(_KEPT_ANSWERS)
        self._hopeless: Remembered[tuple[str, str], float] = Remembered(_KEPT_ANSWERS)
        self._facets: Remembered[FacetKey, Facet] = Remembered(_KEPT_ANSWERS)

    def check_room(self) -> None:
        """Raise Unavailable when `page` would refuse a caller at once; before a table is opened and clauses are read, so that
        it costs nothing. It promises nothing otherwise."""
        self._room.check()

    def page(
        self, table: ReadableTable, query: RowQuery, *, max_limit: int = MAX_LIMIT, max_offset: int | None = MAX_OFFSET
    ) -> RowPage:
        """One page. Raises InvalidInput for a bad query or cursor, Unavailable when too much is going on.

        `max_limit`, `max_offset`: for doors whose pages are larger or deeper."""
        asked = self._checked(table, query, max_limit, max_offset)
        with self._turn(table, query) as turn:
            return self._page(turn, asked)

    def page_with_facets(
        self, table: ReadableTable, query: RowQuery, columns: Sequence[str], most: int = 10
    ) -> tuple[RowPage, tuple[Facet, ...]]:
        """A page and facets in the time of one caller. Raises as `page` and `facets` do."""
        asked, facets = self._checked(table, query), facets_asked(table, query, columns, most)
        with self._turn(table, query) as turn:
            return self._page(turn, asked), tuple(self._facet(turn, key, found) for key, found in facets)

    def count(self, table: ReadableTable, query: RowQuery) -> int:
        """How many rows or groups the whole answer has; takes as long as a page may."""
        groups = groups_of(table.schema, query) if is_grouped(query) else None
        counting = groups.count() if groups else statements.count_statement(table.schema, query.where)
        if groups is None and query.where is None:
            return table.row_count
        with self._turn(table, query) as turn:
            return self._counted(turn, _total_key(table, query, groups), counting, self._timeout_s)

    def facets(
        self, table: ReadableTable, query: RowQuery, columns: Sequence[str], most: int = 10
    ) -> tuple[Facet, ...]:
        """The commonest values of each column among the rows that match `query.where`. Raises InvalidInput (`facets`)."""
        asked = facets_asked(table, query, columns, most)
        with self._turn(table, query) as turn:
            return tuple(self._facet(turn, key, found) for key, found in asked)

    def copy(
        self,
        table: ReadableTable,
        query: RowQuery,
        target: Path,
        *,
        limit: int | None = None,
        on_progress: Callable[[int], None] = lambda rows: None,
        is_cancelled: Callable[[float | None], bool] = lambda share: False,
        timeout_s: float | None = None,
    ) -> int:
        """Write the whole answer of a query, or its first `limit` rows, to a Parquet file; gives the number of rows. The query's
        own `limit`, `offset` and `cursor` are not looked at. The file's columns are those of `answer_schema`.

        `on_progress` is told the rows written so far; what it raises ends the work. `is_cancelled` is asked twice a second, and
        told how much of the answer is done (0 … 1), or None while the engine does not know.
        Raises InvalidInput, Unavailable (also when cancelled); nothing is left behind then.
        """
        schema = answer_schema(table.schema, query)
        grouped = is_grouped(query)
        asked = groups_of(table.schema, query).all() if grouped else statements.all_statement(table.schema, query)
        asked = asked if limit is None else replace(asked, sql=f"{asked.sql} LIMIT {int(limit)}")
        with (
            self._copying.place(),
            _explained(table, query),
            self._databases.connection(table) as connection,
        ):
            limit_s = self._copy_s if timeout_s is None else timeout_s
            return copy_answer(connection, asked, schema, target, limit_s, on_progress, is_cancelled)

    def close(self) -> None:
        """Let go of every open file."""
        self._databases.close()

    def _checked(
        self, table: ReadableTable, query: RowQuery, max_limit: int = MAX_LIMIT, max_offset: int | None = MAX_OFFSET
    ) -> _Asked:
        """Everything that can be wrong with it is looked at before a place is taken."""
        _check(query, max_limit, max_offset)
        columns = answer_schema(table.schema, query).columns
        groups = groups_of(table.schema, query) if is_grouped(query) else None
        if groups is None:
            statements.keys_statement(table.schema, query, None)
        mark = fingerprint(query)
        place = self._signer.read(query.cursor, table.version_key, mark) if query.cursor else None
        return _Asked(table, query, columns, groups, mark, place)

    def _page(self, turn: _Turn, asked: _Asked) -> RowPage:
        table, query, groups, place = asked.table, asked.query, asked.groups, asked.place
        if groups is None:
            rows, last = self._rows(turn, table, query, place)
        else:
            rows, last = self._groups(turn, groups, query, place)
        total, relation = self._told(turn, table, query, groups, place, len(rows), last is not None)
        next_cursor = self._signer.write(last, table.version_key, asked.mark) if last else None
        return RowPage(asked.columns, _values(rows), total, next_cursor, relation)

    def _rows(
        self, turn: _Turn, table: ReadableTable, query: RowQuery, place: Place | None
    ) -> tuple[list[Sequence[object]], Place | None]:
        """The page's rows, and the place of the last one when more follow."""
        keys = self._keys(turn, table, query, place)
        has_more, keys = len(keys) > query.limit, keys[: query.limit]
        if not keys:
            return [], None
        numbers = [int(str(key[-1])) for key in keys]
        found = turn.run(statements.rows_statement(table.schema, query, numbers))
        by_number = {row[-1]: row[:-1] for row in found}
        seen = (place.seen if place else query.offset) + len(keys)
        return [by_number[number] for number in numbers], statements.place_of(keys[-1], seen) if has_more else None

    @staticmethod
    def _keys(turn: _Turn, table: ReadableTable, query: RowQuery, place: Place | None) -> list[Sequence[object]]:
        """Sort keys and row number of the page's rows and of one more; of a plain walk the numbers are known."""
        if query.where is not None or query.order_by:
            return turn.run(statements.keys_statement(table.schema, query, place))
        first = query.offset if place is None else place.row_number + 1
        return [(number,) for number in range(first, min(first + query.limit + 1, table.row_count))]

    def _groups(
        self, turn: _Turn, groups: Groups, query: RowQuery, place: Place | None
    ) -> tuple[list[Sequence[object]], Place | None]:
        found = turn.run(groups.page(query, place))
        has_more, found = len(found) > query.limit, found[: query.limit]
        width = len(groups.columns)
        rows = [row[:width] for row in found]
        if not has_more:
            return rows, None
        seen = (place.seen if place else query.offset) + len(found)
        return rows, statements.place_of([*found[-1][width:], 0], seen)

    def _told(  # noqa: PLR0917 - what the page is made of
        self,
        turn: _Turn,
        table: ReadableTable,
        query: RowQuery,
        groups: Groups | None,
        place: Place | None,
        rows: int,
        has_more: bool,
    ) -> tuple[int | None, TotalRelation]:
        """The total, and what it is: the table's own, what the pages so far add up to, counted, or one at least."""
        if not query.with_total:
            return None, "unknown"
        if query.where is None and groups is None:
            return table.row_count, "eq"
        seen = (place.seen if place else query.offset) + rows
        if not has_more and (rows or not query.offset):
            return seen, "eq"
        counting = groups.count() if groups else statements.count_statement(table.schema, query.where)
        key = _total_key(table, query, groups)
        if (self._hopeless.find(key) or 0.0) < time.monotonic():
            try:
                return self._counted(turn, key, counting, self._count_s), "eq"
            except Unavailable:
                self._hopeless.keep(key, time.monotonic() + _HOPELESS_S)
        return (seen + 1 if has_more else 0), "gte"

    def _counted(self, turn: _Turn, key: tuple[str, str], counting: Statement, most_s: float) -> int:
        known = self._totals.find(key)
        if known is None:
            known = int(str(turn.run(counting, most_s)[0][0]))
            self._totals.keep(key, known)
        return known

    def _facet(self, turn: _Turn, key: FacetKey, asked: Statement) -> Facet:
        facet = self._facets.find(key)
        if facet is None:
            found = turn.run(asked)
            counts = tuple(FacetCount(json_value(row[0]), int(str(row[1]))) for row in found)
            all_rows, all_values = (int(str(cell)) for cell in found[0][2:]) if found else (0, 0)
            facet = Facet(key[2], counts, all_values - len(counts), all_rows - sum(value.count for value in counts))
            self._facets.keep(key, facet)
        return facet

    @contextmanager
    def _turn(self, table: ReadableTable, query: RowQuery) -> Iterator[_Turn]:
        """A connection to the table, while one of the few running places is ours."""
        ends_at = time.monotonic() + self._timeout_s
        with self._room.place(), _explained(table, query), self._databases.connection(table) as connection:
            yield _Turn(connection, ends_at)


@contextmanager
def _explained(table: ReadableTable, query: RowQuery) -> Iterator[None]:
    """Tell which clause it is when a number gets too large. Raises InvalidInput."""
    try:
        yield
    except NumberTooLarge as error:
        raise too_large(table.schema, query) from error


def _total_key(table: ReadableTable, query: RowQuery, groups: Groups | None) -> tuple[str, str]:
    """Which count it is: of rows, the condition alone decides."""
    return table.digest, fingerprint(query if groups else RowQuery(where=query.where))


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


def _check(query: RowQuery, max_limit: int, max_offset: int | None) -> None:
    if not 1 <= query.limit <= max_limit:
        raise InvalidInput(f"limit must be from 1 to {max_limit}.", parameter="limit")
    if query.offset < 0 or (max_offset is not None and query.offset > max_offset):
        raise InvalidInput(f"offset must be from 0 to {max_offset}; walk further by cursor.", parameter="offset")
    if query.cursor and query.offset:
        raise InvalidInput("Give either cursor or offset, not both.", parameter="offset")


def open_rows(settings: Settings) -> RowEngine:
    """The engine of this process; opens nothing yet."""
    return RowEngine(CursorSigner(lambda: site_secret(settings)), settings.var_dir / "rows-spill")
