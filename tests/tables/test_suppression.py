"""A suppressed count cannot be had back from the totals of the same table."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.kernel.columns import ColumnRule
from portal.kernel.vocab import ColumnAction, ColumnType
from portal.tables import project
from tests.tables.tables import Rows, write_source

LIMIT = 10


def published(types: dict[str, ColumnType], rows: Rows, suppressed: tuple[str, ...]) -> tuple[tuple[object, ...], ...]:
    with TemporaryDirectory() as name:
        folder = Path(name)
        columns = write_source(folder / "s.parquet", types, rows)
        rules = [
            ColumnRule(n, ColumnAction.SUPPRESS if n in suppressed else ColumnAction.PUBLISH, "", "") for n in types
        ]
        return project(folder / "s.parquet", columns, rules, folder / "t.parquet").preview


TEXT, INT = ColumnType.TEXT, ColumnType.INTEGER


def test_a_total_row_goes_with_the_single_cell_that_it_would_tell() -> None:
    rows = [("甲镇", 120), ("乙镇", 3), ("丙镇", 45), ("合计", 168)]
    assert published({"镇": TEXT, "人数": INT}, rows, ("人数",)) == (
        ("甲镇", 120),
        ("乙镇", None),
        ("丙镇", 45),
        ("合计", None),
    )


def test_a_total_without_a_word_for_it_is_found_by_its_size() -> None:
    rows = [("甲镇", 120), ("乙镇", 3), ("丙镇", 45), ("东阳", 168)]
    assert published({"镇": TEXT, "人数": INT}, rows, ("人数",))[3] == ("东阳", None)


def test_totals_stay_where_nothing_was_suppressed() -> None:
    rows = [("甲镇", 120), ("乙镇", 30), ("合计", 150)]
    assert published({"镇": TEXT, "人数": INT}, rows, ("人数",)) == tuple(rows)


@pytest.mark.parametrize("name", ["合计", "total", "人口"])
def test_a_column_of_totals_goes_in_the_rows_that_lost_a_cell(name: str) -> None:
    rows = [("甲镇", 120, 80, 200), ("乙镇", 3, 40, 43), ("丙镇", 50, 50, 100)]
    assert published({"镇": TEXT, "男": INT, "女": INT, name: INT}, rows, ("男",)) == (
        ("甲镇", 120, 80, 200),
        ("乙镇", None, 40, None),
        ("丙镇", 50, 50, 100),
    )


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=2, max_size=12),
    st.sampled_from(["合计", "总计", "小 计", "Total"]),
)
def test_no_subtraction_gives_a_suppressed_count_back(pairs: list[tuple[int, int]], word: str) -> None:
    rows = [(f"镇{i}", a, b, a + b) for i, (a, b) in enumerate(pairs)]
    sums = (word, sum(a for a, _ in pairs), sum(b for _, b in pairs), sum(a + b for a, b in pairs))
    types = {"镇": TEXT, "男": INT, "女": INT, "合计": INT}
    shown = published(types, [*rows, sums], ("男",))
    lost = [i for i, (a, _) in enumerate(pairs) if 0 < a < LIMIT]
    for i in lost:  # by its row: the total, or the other part, is missing
        assert shown[i][1] is None
        assert shown[i][3] is None
    if lost:  # by its column, and by the column of totals
        assert shown[-1][1] is None
        assert shown[-1][3] is None
    for i, (a, b) in enumerate(pairs):
        if i not in lost and a != sum(x for x, _ in pairs) - a:
            assert shown[i] == (f"镇{i}", a, b, a + b)
