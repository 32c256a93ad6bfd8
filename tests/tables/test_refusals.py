"""What callers read who ask wrongly: the parameter, the place, and what was expected."""

import pytest

from portal.kernel.columns import TableSchema
from portal.kernel.errors import InvalidInput
from portal.kernel.vocab import ColumnType
from portal.tables import parse_names, parse_query
from portal.tables.conditions import MAX_CONDITIONS
from tests.tables.tables import columns_of

SCHEMA = TableSchema(
    columns_of(
        {"名称": ColumnType.TEXT, "数量": ColumnType.INTEGER, "日期": ColumnType.DATE, "形": ColumnType.GEOMETRY}
    )
)


@pytest.mark.parametrize(
    ("parameter", "text", "position", "said"),
    [
        ("where", "名称 = null", 5, "A null is asked for with 'is null'"),
        ("where", "名称 in ('a', null)", 12, "a value is expected, not 'null'"),
        ("where", "名称 in ()", 7, "a value is expected"),
        ("where", "数量 = 99999999999999999999", 5, "from -9,223,372,036,854,775,808 to"),
        ("where", f"名称 = '{'长' * 1001}'", 5, "at most 1,000 characters"),
        ("where", "数量 * 100000000000000000000 > 1", 5, "write a larger one as 1e20"),
        ("where", "near(形, 1, 1)", 0, "no function 'near'"),
        ("where", "withindistance(形, 1, 1, 1)", 0, "'within_distance'"),
        ("where", " and ".join(["数量 = 1"] * (MAX_CONDITIONS + 1)), 0, f"at most {MAX_CONDITIONS} are taken"),
        ("where", "x" * 8_001, 8_000, "at most 8000"),
        ("where", "名称 = '东城", 5, "not closed"),
        ("where", "日期 > '2024-02-30'", 5, "a date such as"),
        ("select", "数量 as ''", 6, "a name is expected"),
        ("select", '数量 as ""', 6, "at least one character"),
        ("select", "数量, *", 4, "'数量'; name one with as"),
        ("select", "*, 数量", 3, "'数量'; name one with as"),
        ("select", "median(名称)", 7, "median takes integer or number"),
        ("group_by", "range(数量)", 0, "range(column, 0, 10, 100)"),
        ("group_by", "名称, 名称", 4, "twice"),
        ("group_by", "数量 + 1, 数量 - 1", 8, "name them in select"),
        ("group_by", "形", 0, "geometries cannot be grouped by"),
        ("having", "名称 = 'a'", 0, "neither in group_by"),
        ("order_by", "数量 desc, 数量", 9, "twice"),
        ("order_by", "数量 descending", 3, "'desc'"),
        ("facets", "名称, 名称", 4, "twice"),
        ("facets", "名称, sum(数量)", 4, "the name of a column is expected"),
        ("facets", "形", 0, "geometries have no values"),
    ],
)
def test_a_refusal_says_which_parameter_where_and_what_was_expected(
    parameter: str, text: str, position: int, said: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        if parameter == "facets":
            parse_names(text, SCHEMA, parameter)
        else:
            parse_query(SCHEMA, **{parameter: text})  # type: ignore[arg-type]
    assert said in str(refused.value)
    assert (refused.value.parameter, refused.value.position) == (parameter, position)
