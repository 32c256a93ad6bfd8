from datetime import date

import pytest

from portal.kernel.errors import InvalidInput
from portal.kernel.vocab import ColumnType
from portal.tables import Condition, Not, ReadableTable, RowEngine, RowQuery
from portal.tables.query import HasWord
from tests.tables.tables import make_engine, make_table

TYPES = {"name": ColumnType.TEXT, "n": ColumnType.NUMBER, "day": ColumnType.DATE}
ROWS = [
    ("Plain WORDS, here", 741.5, date(2024, 1, 2)),
    ("swords and wordy", 2024.0, None),
    ("香港天文台word", None, date(2011, 2, 3)),
    (None, None, None),
]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> ReadableTable:
    return make_table(tmp_path_factory.mktemp("words"), TYPES, ROWS)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> RowEngine:
    return make_engine(tmp_path_factory.mktemp("engine"))


def found(engine: RowEngine, table: ReadableTable, where: Condition) -> list[int]:
    """The numbers of the rows that match, from 0."""
    names: list[object] = [row[0] for row in ROWS]
    return [names.index(row[0]) for row in engine.page(table, RowQuery(select=("name",), where=where)).rows]


def test_a_word_stands_between_things_that_are_no_letter_or_digit(engine: RowEngine, table: ReadableTable) -> None:
    assert found(engine, table, HasWord(("name",), "words")) == [0]
    assert found(engine, table, HasWord(("name",), "word")) == [2]


def test_one_of_the_endings_follows(engine: RowEngine, table: ReadableTable) -> None:
    assert found(engine, table, HasWord(("name",), "word", endings=("s", "y"))) == [0, 1]
    assert found(engine, table, HasWord(("name",), "word", endings=("", "s"))) == [0, 2]


def test_anything_follows_a_beginning(engine: RowEngine, table: ReadableTable) -> None:
    assert found(engine, table, HasWord(("name",), "wor", is_prefix=True)) == [0, 1, 2]


def test_chinese_is_found_inside_a_run(engine: RowEngine, table: ReadableTable) -> None:
    assert found(engine, table, HasWord(("name",), "天文", is_anywhere=True)) == [2]


def test_numbers_and_days_are_searched_as_written(engine: RowEngine, table: ReadableTable) -> None:
    assert found(engine, table, HasWord(("name", "n", "day"), "2024")) == [0, 1]
    assert found(engine, table, HasWord(("name", "n", "day"), "741.5")) == [0]


def test_a_row_without_the_word_is_found_by_not_even_where_it_is_empty(engine: RowEngine, table: ReadableTable) -> None:
    assert found(engine, table, Not(HasWord(("name",), "word", is_prefix=True))) == [3]


@pytest.mark.parametrize("condition", [
    HasWord(("name",), "a|b"), HasWord(("name",), ""), HasWord(("name",), "x" * 101), HasWord(("name",), "a", ("s|.*",)),
    HasWord(("nothing",), "a"),
])  # fmt: skip
def test_what_is_no_word_is_refused(engine: RowEngine, table: ReadableTable, condition: HasWord) -> None:
    with pytest.raises(InvalidInput):
        engine.page(table, RowQuery(where=condition))
