"""What the language promises of numbers, nulls, names, totals and whole answers."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from portal.kernel.errors import InvalidInput, Unavailable
from portal.kernel.text import Text
from portal.kernel.vocab import ColumnType
from portal.tables import (
    Facet,
    FacetCount,
    ReadableTable,
    RowEngine,
    RowQuery,
    SortKey,
    answer_schema,
    fingerprint,
    parse_query,
    parse_where,
)
from tests.tables.tables import make_engine, make_table

TYPES = {"n": ColumnType.INTEGER, "k0": ColumnType.NUMBER, "a0": ColumnType.TEXT, "d": ColumnType.DATE}
ROWS = [
    (1, 0.0, "b", None),
    (2, 1e200, "a", None),
    (None, None, "a", None),
    (2**62, -0.5, None, None),
    (7, 2.5, "c", None),
]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RowEngine]:
    made = make_engine(tmp_path_factory.mktemp("engine"), count_s=0.001)
    yield made
    made.close()


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> ReadableTable:
    return make_table(tmp_path_factory.mktemp("table"), TYPES, ROWS)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> ReadableTable:
    rows = [(i, f"第{i}行") for i in range(150_000)]
    made = make_table(tmp_path_factory.mktemp("large"), {"n": ColumnType.INTEGER, "t": ColumnType.TEXT}, rows)
    return replace(made, version_key="k9@v1/large", digest="0" * 64)


def ask(engine: RowEngine, table: ReadableTable, **clauses: str) -> list[tuple[object, ...]]:
    return list(engine.page(table, parse_query(table.schema, **clauses)).rows)  # type: ignore[arg-type]


def test_divided_by_zero_is_null_and_a_quotient_is_no_whole_number(engine: RowEngine, table: ReadableTable) -> None:
    rows = ask(engine, table, select="n / k0 as q, n / 2 as h, 1 / 0 as z", where="n < 10")
    assert rows == [(None, 0.5, None), (2 / 1e200, 1.0, None), (2.8, 3.5, None)]
    assert ask(engine, table, select="n", where="n / k0 is null and not n is null") == [(1,)]


@pytest.mark.parametrize(
    "clauses", [{"select": "n * 4 as big"}, {"select": "sum(n * 1) + sum(n) as big"}, {"where": "n * 4 > 1"}]
)
def test_a_whole_number_that_is_too_large_is_told(
    engine: RowEngine, table: ReadableTable, clauses: dict[str, str]
) -> None:
    with pytest.raises(InvalidInput, match="multiply by"):
        ask(engine, table, **clauses)


def test_fractions_without_end_are_null_in_answers_and_copies(
    engine: RowEngine, table: ReadableTable, tmp_path: Path
) -> None:
    query = parse_query(table.schema, select="k0 * k0 as big", where="n in (1, 2)")
    assert engine.page(table, query).rows == ((0.0,), (None,))
    engine.copy(table, query, tmp_path / "copy.parquet")
    assert pq.read_table(tmp_path / "copy.parquet")["big"].to_pylist() == [0.0, None]


def test_aggregates_leave_nulls_out_and_of_nothing_are_null(engine: RowEngine, table: ReadableTable) -> None:
    every = "count(*), count(a0), count_distinct(a0), min(a0), sum(k0) as s, avg(d) as v"
    with pytest.raises(InvalidInput):
        ask(engine, table, select=every)
    every = every.replace("avg(d) as v", "max(d)")
    assert ask(engine, table, select=every, where="n < 10") == [(3, 3, 3, "a", 1e200, None)]
    assert ask(engine, table, select="count(*), sum(n), avg(n), median(n), stddev(n)", where="n < 0") == [
        (0, None, None, None, None)
    ]
    assert ask(engine, table, select="count(*)", group_by="a0", where="n < 0") == []


def test_a_comparison_with_null_is_neither_true_nor_false(engine: RowEngine, table: ReadableTable) -> None:
    assert ask(engine, table, select="count(*)", where="a0 = 'a' or not a0 = 'a'") == [(4,)]
    assert ask(engine, table, select="count(*)", where="a0 in ('a') or a0 is null") == [(3,)]


def test_names_of_the_answer_do_not_meet_names_of_the_engine(engine: RowEngine, table: ReadableTable) -> None:
    rows = ask(
        engine,
        table,
        select="a0, sum(k0) as k0, count(*) as c0",
        group_by="a0",
        order_by="c0 desc, k0",
        having="c0 > 0",
    )
    assert rows == [("a", 1e200, 2), (None, -0.5, 1), ("b", 0.0, 1), ("c", 2.5, 1)]
    assert ask(engine, table, select="n as k0", order_by="k0 desc", where="k0 >= 0") == [(7,), (2,), (1,)]
    assert ask(engine, table, select="a0", group_by="a0", where="k0 = 0") == [("b",)]


@pytest.mark.parametrize("is_descending", [False, True])
def test_nulls_come_first_where_that_is_asked(engine: RowEngine, table: ReadableTable, is_descending: bool) -> None:
    query = RowQuery(select=("a0", "n"), order_by=(SortKey("a0", is_descending, nulls_first=True),), limit=1)
    rows: list[object] = []
    while True:
        page = engine.page(table, query)
        rows += page.rows
        if page.next_cursor is None:
            break
        query = replace(query, cursor=page.next_cursor)
    rest = [("c", 7), ("b", 1), ("a", 2), ("a", None)] if is_descending else [("a", 2), ("a", None), ("b", 1), ("c", 7)]
    assert rows == [(None, 2**62), *rest]


def test_the_schema_of_an_answer_keeps_titles_and_knows_types(table: ReadableTable) -> None:
    query = parse_query(table.schema, select="a0 as 名, k0 * 2 as 双, count(*), year(d) as y", group_by="a0, k0, y")
    columns = answer_schema(table.schema, query).columns
    assert [(c.name, c.type) for c in columns] == [
        ("名", ColumnType.TEXT),
        ("双", ColumnType.NUMBER),
        ("count", ColumnType.INTEGER),
        ("y", ColumnType.INTEGER),
    ]
    assert columns[0].title == Text.of(zh="a0")
    assert len({fingerprint(query), fingerprint(replace(query, group_by=()))}) == 2
    assert fingerprint(query) == fingerprint(replace(query, limit=3, cursor="x", offset=9))


def test_a_total_that_takes_too_long_is_told_as_one_at_least(engine: RowEngine, large: ReadableTable) -> None:
    where = parse_where(" and ".join(f"not t contains '{n}x'" for n in range(45)), large.schema)
    query = RowQuery(select=("n",), where=where, limit=10)
    first = engine.page(large, query)
    assert (first.total, first.total_relation) == (11, "gte")
    second = engine.page(large, replace(query, cursor=first.next_cursor))
    assert (second.total, second.total_relation) == (21, "gte")
    assert engine.page(large, replace(query, with_total=False)).total_relation == "unknown"
    narrow = engine.page(large, RowQuery(select=("n",), where=parse_where("n in (5, 6)", large.schema), limit=10))
    assert (narrow.total, narrow.total_relation) == (2, "eq")
    assert engine.page(large, RowQuery(limit=1)).total == 150_000


def test_facets_count_values_under_a_condition(engine: RowEngine, table: ReadableTable) -> None:
    asked = RowQuery(where=parse_where("not n = 1 or n is null", table.schema))
    assert engine.facets(table, asked, ("a0", "d"), 1) == (
        Facet("a0", (FacetCount("a", 2),), others=2, other_rows=2),
        Facet("d", (FacetCount(None, 4),), others=0, other_rows=0),
    )
    assert engine.facets(table, RowQuery(where=parse_where("n < 0", table.schema)), ("a0",)) == (Facet("a0", (), 0, 0),)
    for columns, most in ((("a0", "a0"), 10), (("没有",), 10), (("a0",), 0), (("a0",), 101), (("n",) * 11, 10)):
        with pytest.raises(InvalidInput) as refused:
            engine.facets(table, RowQuery(), columns, most)
        assert refused.value.parameter == "facets"


def test_a_copy_is_whole_or_not_there(
    engine: RowEngine, large: ReadableTable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "copy.parquet"
    told: list[int] = []
    assert engine.copy(large, RowQuery(order_by=(SortKey("t"),), limit=1), target, on_progress=told.append) == 150_000
    assert told[-1] == 150_000
    assert pq.read_table(target)["t"].to_pylist() == sorted(f"第{i}行" for i in range(150_000))
    target.unlink()

    def stop(rows: int) -> None:
        raise KeyError(rows)

    with pytest.raises(KeyError):
        engine.copy(large, RowQuery(), target, on_progress=stop)
    with pytest.raises(InvalidInput):  # too large in the middle
        engine.copy(large, parse_query(large.schema, select="(n + 1) * 70000000000000 as big"), target)
    with pytest.raises(Unavailable):  # late in the middle of writing
        engine.copy(large, RowQuery(), target, on_progress=lambda _: time.sleep(0.2), timeout_s=0.1)
    with pytest.raises(Unavailable):  # late before anything came
        engine.copy(large, RowQuery(order_by=(SortKey("t"),)), target, timeout_s=0.001)
    monkeypatch.setattr("portal.tables.copying._LOOK_S", 0.005)
    with pytest.raises(Unavailable, match="not wanted"):
        engine.copy(large, RowQuery(order_by=(SortKey("t"),)), target, is_cancelled=lambda share: True)
    assert list(tmp_path.iterdir()) == []


def test_a_date_is_read_in_one_spelling_alone(engine: RowEngine, table: ReadableTable) -> None:
    """Python reads more spellings of a date than the engine does."""
    assert ask(engine, table, select="count(*)", where="d = '20240531' or d > '2024-W22-5'") == [(0,)]


def test_wide_tables_are_answered_whole_and_in_part(engine: RowEngine, tmp_path: Path) -> None:
    names = [f"列{number}" for number in range(450)]
    wide = make_table(tmp_path, dict.fromkeys(names, ColumnType.INTEGER), [tuple(range(450))])
    assert engine.page(wide, RowQuery()).rows == (tuple(range(450)),)
    assert ask(engine, wide, select=", ".join(names[:400])) == [tuple(range(400))]
    assert ask(engine, wide, select="*, 列1 + 列2 as 和") == [(*range(450), 3)]
    with pytest.raises(InvalidInput):
        ask(engine, wide, where=" and ".join(f"{' + '.join(['列1'] * 7)} > {n}" for n in range(49)))


@pytest.mark.parametrize("text", ["a0 = '\ud800'", "\ud800 = 1", "a0 = '\x00'", "a0 = 1 \x00"])
def test_what_is_no_text_is_refused(table: ReadableTable, text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_where(text, table.schema)
    assert refused.value.parameter == "where"
