"""The engine against plain Python, and its manners under load, tampering and loss."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.kernel.errors import InvalidInput, NotFound, Unavailable
from portal.kernel.vocab import ColumnType
from portal.paths import ROOT
from portal.settings import Settings
from portal.tables import (
    All,
    Compare,
    Condition,
    Either,
    IsNull,
    Not,
    ReadableTable,
    RowEngine,
    RowPage,
    RowQuery,
    SortKey,
    open_rows,
    parse_query,
    parse_where,
)
from portal.tables.waiting import MOST_CALLERS, WEB_THREADS, WaitingRoom
from tests.tables.oracle import answer
from tests.tables.queries import CONDITIONS, ROWS, TYPES
from tests.tables.tables import make_engine, make_table

ORDERS = st.lists(
    st.builds(SortKey, st.sampled_from(list(TYPES)), st.booleans()), max_size=3, unique_by=lambda key: key.column
).map(tuple)
SELECTS = st.lists(st.sampled_from(list(TYPES)), max_size=3, unique=True).map(tuple)


def walk(engine: RowEngine, table: ReadableTable, query: RowQuery) -> Iterator[RowPage]:
    while True:
        page = engine.page(table, query)
        yield page
        if page.next_cursor is None:
            return
        query = replace(query, cursor=page.next_cursor, offset=0)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=ROWS,
    where=st.none() | CONDITIONS,
    order_by=ORDERS,
    select=SELECTS,
    limit=st.integers(1, 12),
    offset=st.integers(0, 5),
)
def test_every_walk_gives_what_plain_python_gives(  # noqa: PLR0917 - one argument a strategy
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[object, ...]],
    where: Condition | None,
    order_by: tuple[SortKey, ...],
    select: tuple[str, ...],
    limit: int,
    offset: int,
) -> None:
    """Filter, sort with nulls and equal keys, pages by cursor after a first page by offset, and the total."""
    folder = tmp_path_factory.mktemp("table")
    table = make_table(folder, TYPES, rows)
    query = RowQuery(select=select, where=where, order_by=order_by, limit=limit, offset=offset)
    expected = answer(list(TYPES), rows, query)
    pages = list(walk(make_engine(folder), table, query))
    assert [row for page in pages for row in page.rows] == expected[offset:]
    assert {page.total for page in pages} == {len(expected)}
    assert [column.name for column in pages[0].columns] == list(select or TYPES)
    assert all(len(page.rows) == limit for page in pages[:-1])


@pytest.fixture
def table(tmp_path: Path) -> ReadableTable:
    types = {"id": ColumnType.INTEGER, "k": ColumnType.INTEGER, "名称": ColumnType.TEXT}
    rows = [(i, None if i % 7 == 0 else i * 7919 % 50, f"第{i}行") for i in range(100_000)]
    return make_table(tmp_path, types, rows)


@pytest.fixture
def engine(tmp_path: Path) -> RowEngine:
    return make_engine(tmp_path)


@pytest.mark.parametrize("is_descending", [False, True])
def test_a_walk_over_many_row_groups_gives_each_row_once(
    engine: RowEngine, table: ReadableTable, is_descending: bool
) -> None:
    query = RowQuery(select=("id",), order_by=(SortKey("k", is_descending),), limit=1_000)
    ids = [row[0] for page in walk(engine, table, query) for row in page.rows]
    assert len(ids) == 100_000
    assert len(set(ids)) == 100_000
    assert ids[-1] == max(i for i in range(100_000) if i % 7 == 0)  # nulls last, ties by row number


def test_an_unsorted_page_is_in_the_order_of_the_table(engine: RowEngine, table: ReadableTable) -> None:
    page = engine.page(table, RowQuery(select=("id",), limit=3, offset=70_000))
    assert page.rows == ((70_000,), (70_001,), (70_002,))
    assert page.total == 100_000


def test_total_is_counted_once_for_a_version(engine: RowEngine, table: ReadableTable) -> None:
    query = RowQuery(where=parse_where("k = 3", table.schema), limit=1)
    total = engine.page(table, query).total
    assert total == sum(1 for i in range(100_000) if i % 7 and i * 7919 % 50 == 3)
    known = len(engine._totals)
    assert engine.page(table, query).total == total
    assert len(engine._totals) == known
    assert engine.count(table, query) == total
    assert engine.page(table, replace(query, with_total=False)).total is None


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        (RowQuery(limit=0), "limit"),
        (RowQuery(limit=1_001), "limit"),
        (RowQuery(offset=-1), "offset"),
        (RowQuery(offset=100_001), "offset"),
        (RowQuery(select=("nothing",)), "select"),
        (RowQuery(select=("id", "id")), "select"),
        (RowQuery(order_by=(SortKey("nothing"),)), "order_by"),
        (RowQuery(order_by=(SortKey("id"), SortKey("id"))), "order_by"),
        (RowQuery(where=IsNull("nothing")), "where"),
        (RowQuery(where=Compare("id", "=", "x")), "where"),
        (RowQuery(where=Compare("id", "; DROP", 1)), "where"),  # type: ignore[arg-type]
        (RowQuery(where=All(())), "where"),
        (RowQuery(cursor="x", offset=3), "offset"),
        (RowQuery(cursor="%%%"), "cursor"),
        (RowQuery(cursor=""), None),
    ],
)
def test_a_bad_query_names_its_parameter(
    engine: RowEngine, table: ReadableTable, query: RowQuery, parameter: str | None
) -> None:
    if parameter is None:
        assert engine.page(table, query).rows
        return
    with pytest.raises(InvalidInput) as refused:
        engine.page(table, query)
    assert refused.value.parameter == parameter


def test_a_cursor_is_good_for_its_query_and_version_alone(engine: RowEngine, table: ReadableTable) -> None:
    query = RowQuery(order_by=(SortKey("k"),), where=parse_where("k > 3", table.schema), limit=5)
    cursor = engine.page(table, query).next_cursor
    assert cursor is not None
    assert engine.page(table, replace(query, cursor=cursor, limit=7)).rows
    changed = [
        (table, replace(query, order_by=(SortKey("k", is_descending=True),))),
        (table, replace(query, where=parse_where("k >= 3", table.schema))),
        (table, replace(query, where=Not(query.where or IsNull("k")))),
        (table, replace(query, select=("id",))),
        (replace(table, version_key="k3@v2/table"), query),
    ]
    for other_table, other_query in changed:
        with pytest.raises(InvalidInput) as refused:
            engine.page(other_table, replace(other_query, cursor=cursor))
        assert refused.value.parameter == "cursor"


def test_a_cursor_with_one_character_changed_is_refused(engine: RowEngine, table: ReadableTable) -> None:
    query = RowQuery(order_by=(SortKey("k"),), limit=5)
    cursor = engine.page(table, query).next_cursor
    assert cursor is not None
    for place in range(len(cursor) - 1):  # the last one may hold unused bits
        other = cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]
        with pytest.raises(InvalidInput):
            engine.page(table, replace(query, cursor=other))


def test_cursors_of_one_site_are_good_in_every_process(settings: Settings, table: ReadableTable) -> None:
    query = RowQuery(limit=5)
    cursor = open_rows(settings).page(table, query).next_cursor
    assert open_rows(settings).page(table, replace(query, cursor=cursor)).rows[0][0] == 5
    with pytest.raises(InvalidInput):
        open_rows(replace(settings, secret_key="ab" * 32)).page(table, replace(query, cursor=cursor))


def test_too_many_callers_at_once_are_sent_away_with_a_time(tmp_path: Path, table: ReadableTable) -> None:
    engine = make_engine(tmp_path, max_running=1, wait_s=0.05)
    with engine._turn(table, RowQuery()):
        with pytest.raises(Unavailable) as refused:
            engine.page(table, RowQuery(limit=1))
        assert refused.value.retry_after_s > 0
    assert engine.page(table, RowQuery(limit=1)).rows


def test_who_finds_all_chairs_taken_is_sent_away_at_once_and_who_has_one_is_served(table: ReadableTable) -> None:
    room = WaitingRoom(places=1, chairs=1, wait_s=30, refusal="full")
    room._typical_s = 60.0  # nobody else would be served soon
    served: list[str] = []

    def wait() -> None:
        with room.place():
            served.append("waited")

    with room.place():
        waiting = threading.Thread(target=wait)
        waiting.start()
        while not room._waiting:
            time.sleep(0.001)
        with pytest.raises(Unavailable), room.place():
            served.append("never")
    waiting.join(30)
    with room.place():
        served.append("after")
    assert served == ["waited", "after"]


def test_those_who_are_refused_are_told_times_one_after_another() -> None:
    room = WaitingRoom(places=1, chairs=0, wait_s=30, refusal="full")
    room._typical_s = 1.5
    told = []
    with room.place():
        for _ in range(9):
            with pytest.raises(Unavailable) as refused:
                room.check()
            told.append(refused.value.retry_after_s)
    assert told[:6] == [2, 3, 5, 6, 8, 9]
    assert told[6:] == [10, 10, 10]  # nobody is sent away for long
    room.check()


def test_large_questions_get_few_chairs_and_small_ones_many() -> None:
    room = WaitingRoom(places=2, chairs=1, wait_s=30, refusal="full", most_chairs=14)
    chairs = {}
    room._inside = 2
    for typical_s in (0.001, 0.5, 5.0):
        room._typical_s = typical_s
        room._waiting.clear()
        while not room._is_full():
            room._waiting.append(threading.Event())
        chairs[typical_s] = len(room._waiting)
    assert chairs == {0.001: 14, 0.5: 8, 5.0: 1}


def test_a_web_process_has_threads_for_those_whom_rows_do_not_hold() -> None:
    assert WEB_THREADS >= 2 * MOST_CALLERS
    for name in ("docker/bin/web", "docker/compose.yaml"):
        assert f"WEB_THREADS:-{WEB_THREADS}" in (ROOT / name).read_text(encoding="utf-8")


def test_a_statement_that_takes_too_long_is_interrupted(tmp_path: Path, table: ReadableTable) -> None:
    engine = make_engine(tmp_path, timeout_s=0.01)
    engine._databases._database(table)
    never = Either(tuple(Compare("名称", "contains", f"{n}x") for n in range(50)))
    with pytest.raises(Unavailable):
        engine.count(table, RowQuery(where=never))


def test_threads_share_an_engine(engine: RowEngine, table: ReadableTable) -> None:
    found: list[int] = []

    def ask(k: int) -> None:
        query = RowQuery(where=Compare("k", "=", k), order_by=(SortKey("id"),), limit=10)
        found.append(len(engine.page(table, query).rows))

    threads = [threading.Thread(target=ask, args=(k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [10] * 8


def test_a_table_that_went_away_is_not_found(engine: RowEngine, table: ReadableTable) -> None:
    with pytest.raises(NotFound):
        engine.page(replace(table, path=table.path.with_name("gone.parquet")), RowQuery())
    engine.page(table, RowQuery(limit=1))
    table.path.unlink()
    with pytest.raises(NotFound):
        engine.page(table, RowQuery(limit=2))


def test_the_database_sees_no_other_file_and_cannot_be_reconfigured(
    tmp_path: Path, engine: RowEngine, table: ReadableTable
) -> None:
    other = tmp_path / "other.csv"
    other.write_text("a\n1\n")
    with engine._turn(table, RowQuery()) as turn:
        for sql in (
            f"SELECT * FROM read_csv('{other}')",
            f"COPY (SELECT 1) TO '{tmp_path / 'made.csv'}'",
            "SET enable_external_access = true",
            "INSTALL httpfs",
            "ATTACH 'x.db'",
        ):
            with pytest.raises(duckdb.Error):
                turn.connection.execute(sql)


def test_only_some_tables_stay_open(tmp_path: Path, engine: RowEngine) -> None:
    for number in range(20):
        folder = tmp_path / str(number)
        folder.mkdir()
        other = make_table(folder, {"n": ColumnType.INTEGER}, [(number,)])
        assert engine.page(other, RowQuery()).rows == ((number,),)
    assert len(engine._open) == 16
    engine.close()
    assert not engine._open


@pytest.mark.parametrize(
    "name", ["file_row_number", "File_Row_Number", "filename", "rows_of_table", "k0", "g", "f", "p1"]
)
def test_a_column_may_be_called_what_the_engine_calls_something_else(tmp_path: Path, name: str) -> None:
    types = {"id": ColumnType.INTEGER, name: ColumnType.INTEGER}
    table, engine = make_table(tmp_path, types, [(n, 10 * (n % 7)) for n in range(30)]), make_engine(tmp_path)
    query = RowQuery(select=(name,), where=Compare(name, ">=", 30), order_by=(SortKey(name),), limit=4)
    assert [row for page in walk(engine, table, query) for row in page.rows] == [
        (n,) for n in (30, 40, 50, 60) for _ in "four"
    ]
    assert engine.page(table, RowQuery(group_by=(name,), limit=2)).rows == ((0, 5), (10, 5))
    assert engine.facets(table, RowQuery(), (name,))[0].values[0].count == 5
    assert engine.copy(table, query, tmp_path / "copied.parquet") == 16


def test_constants_may_be_as_large_as_the_column_holds(tmp_path: Path) -> None:
    types = {"n": ColumnType.INTEGER, "x": ColumnType.NUMBER}
    rows = [(-(2**63), -1e300), (2**63 - 1, 1e300), (0, 1e20), (None, None)]
    table, engine = make_table(tmp_path, types, rows), make_engine(tmp_path)
    for text, total in (
        ("n = -9223372036854775808", 1),
        ("n >= 9223372036854775807", 1),
        ("n in (-9223372036854775808, 0)", 2),
        ("n < 1e20", 3),
        ("x > 1e19", 2),
        ("x = 100000000000000000000", 1),
        ("x >= 1e20 * 2", 1),
        ("x between -1e301 and 1e301", 3),
    ):
        assert engine.page(table, RowQuery(where=parse_where(text, table.schema))).total == total, text


def test_a_facet_of_geometries_is_refused(tmp_path: Path, engine: RowEngine) -> None:
    table = make_table(tmp_path, {"形": ColumnType.GEOMETRY}, [(b"\x01\x01\x00\x00\x00" + bytes(16),)])
    with pytest.raises(InvalidInput) as refused:
        engine.facets(table, RowQuery(), ("形",))
    assert refused.value.parameter == "facets"


@pytest.mark.parametrize(
    ("clauses", "parameter", "position"),
    [
        ({"select": "t, n + 1 as m"}, "select", 3),
        ({"where": "t = 'a' and n * n > 3"}, "where", 12),
        ({"order_by": "t, n * 2"}, "order_by", 3),
        ({"group_by": "t, abs(n - 1) * 2"}, "group_by", 3),
        ({"select": "t, count(*) as c", "group_by": "t", "having": "c > 0 and sum(n) > 1"}, "having", 10),
        ({"select": "n / 2.0 as half, sum(n) as s", "group_by": "n / 2.0"}, "select", 17),
        ({"select": "t, n * 2 as m", "where": "length(t) * 2 > 1"}, "where", 0),
    ],
)
def test_a_number_that_is_too_large_is_told_where_it_is_calculated(
    tmp_path: Path, clauses: dict[str, str], parameter: str, position: int
) -> None:
    types = {"t": ColumnType.TEXT, "n": ColumnType.INTEGER}
    table = make_table(tmp_path, types, [("a", 2**63 - 1), ("a", 2**63 - 1)])
    engine, query = make_engine(tmp_path), parse_query(table.schema, **clauses)  # type: ignore[arg-type]
    for ask in (lambda: engine.page(table, query), lambda: engine.copy(table, query, tmp_path / "copy.parquet")):
        with pytest.raises(InvalidInput, match=parameter) as refused:
            ask()
        assert (refused.value.parameter, refused.value.position) == (parameter, position)
