"""The clause language: what is written comes back from its text, and the engine answers it as plain Python does."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from portal.kernel.errors import InvalidInput
from portal.tables import ReadableTable, RowEngine, RowQuery, answer_schema, parse_query
from portal.tables.functions import FUNCTIONS
from tests.tables.oracle import answer, as_json
from tests.tables.queries import CELLS, DAYS, MOMENTS, TEXTS, TYPES, group_queries, row_queries
from tests.tables.tables import Rows, make_engine, make_table
from tests.tables.wording import clauses, read

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@dataclass(frozen=True, slots=True)
class Bench:
    engine: RowEngine
    tables: Sequence[tuple[ReadableTable, Rows]]
    folder: Path


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A table of sixty rows with everything in it, one of a single row, and an empty one."""
    chance = Random(7)
    choices: list[list[object]] = [
        [*TEXTS, None],
        ["甲", "乙", None],
        [-3, -1, 0, 1, 2, 5, 1_000, None],
        [-1.5, 0.0, 0.25, 2.0, None],
        [True, False, None],
        [*DAYS, None],
        [*MOMENTS, None],
    ]
    assert len(choices) == len(CELLS)
    tables = []
    for number, size in enumerate((60, 1, 0)):
        rows = [tuple(chance.choice(cells) for cells in choices) for _ in range(size)]
        folder = tmp_path_factory.mktemp(f"table{number}")
        table = make_table(folder, TYPES, rows)
        tables.append((replace(table, version_key=f"k{number}@v1/table"), rows))
    engine = make_engine(tmp_path_factory.mktemp("engine"))
    yield Bench(engine, tables, tmp_path_factory.mktemp("copies"))
    engine.close()


def _same(found: Sequence[Sequence[object]], expected: Sequence[Sequence[object]]) -> bool:
    return len(found) == len(expected) and all(
        len(a) == len(b) and all(_alike(x, y) for x, y in zip(a, b, strict=True))
        for a, b in zip(found, expected, strict=True)
    )


def _alike(found: object, expected: object) -> bool:
    if isinstance(found, float) and isinstance(expected, int | float):
        return math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-9)
    return found == expected and isinstance(found, bool) == isinstance(expected, bool)


def _walked(engine: RowEngine, table: ReadableTable, query: RowQuery) -> tuple[list[Sequence[object]], list[object]]:
    rows: list[Sequence[object]] = []
    totals: list[object] = []
    while True:
        page = engine.page(table, query)
        rows += page.rows
        totals.append((page.total, page.total_relation))
        if page.next_cursor is None:
            return rows, totals
        query = replace(query, cursor=page.next_cursor)


@settings(CALM, max_examples=200)
@given(
    query=st.one_of(row_queries(), group_queries()), limit=st.integers(1, 40), which=st.sampled_from([0, 0, 0, 0, 1, 2])
)
def test_every_query_comes_back_from_its_text_and_is_answered_as_python_answers_it(
    bench: Bench, query: RowQuery, limit: int, which: int
) -> None:
    table, rows = bench.tables[which]
    try:
        parsed = read(table.schema, clauses(query))
    except InvalidInput as refused:
        assume("two columns" not in str(refused) and "twice" not in str(refused))
        raise
    assert parsed == query
    expected = answer(list(TYPES), rows, query)
    found, totals = _walked(bench.engine, table, replace(parsed, limit=limit))
    assert _same(found, expected), (clauses(query), found[:5], expected[:5])
    assert set(totals) == {(len(expected), "eq")}
    if limit % 4 == 0:
        target = bench.folder / "copy.parquet"
        assert bench.engine.copy(table, parsed, target) == len(expected)
        copied = pq.read_table(target)
        names = [column.name for column in answer_schema(table.schema, parsed).columns]
        assert copied.column_names == names
        cells = [[as_json(cell) for cell in column.to_pylist()] for column in copied.columns]
        assert _same(list(zip(*cells, strict=True)), expected)


_PIECES = [
    *("t", "n", "d", "count", '"a-b ""x"""', "没有", "k"),
    *(
        "'a'",
        "'2024-01-01'",
        "3",
        "-1.5",
        "1e999",
        "99999999999999999999",
        "true",
        "date '2024-01-01'",
        "'POINT (1 2)'",
    ),
    *("=", "<>", "<", ">=", "+", "-", "*", "/", "(", ")", "(", ")", ","),
    *("and", "or", "not", "in", "between", "like", "contains", "starts with", "is null", "is not null", "as", "desc"),
    *(f"{name}(" for name in [*FUNCTIONS, "range", "within_distance", "intersects", "bbox", "nothing"]),
]
_GARBAGE = st.text(max_size=40) | st.lists(st.sampled_from(_PIECES), max_size=12).map(" ".join)


@settings(CALM, max_examples=300)
@given(parameter=st.sampled_from(["select", "where", "group_by", "having", "order_by"]), text=_GARBAGE, more=_GARBAGE)
def test_any_text_is_answered_or_refused_by_name(bench: Bench, parameter: str, text: str, more: str) -> None:
    table, _ = bench.tables[0]
    try:
        query = read(table.schema, {parameter: text})
        bench.engine.page(table, replace(query, limit=2))
    except InvalidInput as refused:
        assert refused.parameter == parameter
        assert refused.position is None or 0 <= refused.position <= len(text)
        assert len(str(refused)) < 700
    try:
        parse_query(table.schema, select=text, group_by=more)
    except InvalidInput as refused:
        assert refused.parameter in {"select", "group_by"}
