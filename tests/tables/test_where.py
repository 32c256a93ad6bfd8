import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.columns import TableSchema
from portal.kernel.errors import InvalidInput
from portal.kernel.vocab import ColumnType
from portal.paths import ROOT
from portal.tables import (
    All,
    Compare,
    Condition,
    Either,
    IsIn,
    IsNull,
    Not,
    SortKey,
    condition_from_filters,
    parse_order,
    parse_select,
    parse_where,
)
from portal.tables.conditions import MAX_CONDITIONS
from portal.tables.functions import FUNCTIONS
from tests.tables.tables import columns_of
from tests.tables.wording import read

SCHEMA = TableSchema(
    columns_of(
        {
            "区": ColumnType.TEXT,
            "数量": ColumnType.INTEGER,
            "面积": ColumnType.NUMBER,
            "有效": ColumnType.BOOLEAN,
            "日期": ColumnType.DATE,
            "时间": ColumnType.DATETIME,
            "or": ColumnType.TEXT,
            'with "quotes" and space': ColumnType.TEXT,
            "位置.x": ColumnType.NUMBER,
        }
    )
)


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("区 = '东城区'", Compare("区", "=", "东城区")),
        ("区='it''s'", Compare("区", "=", "it's")),
        ("数量>=3", Compare("数量", ">=", 3)),
        ("数量 <> -3", Compare("数量", "!=", -3)),
        ("面积 < 1.5e3", Compare("面积", "<", 1500.0)),
        ("位置.x > 116", Compare("位置.x", ">", 116)),
        ("有效 = TRUE", Compare("有效", "=", True)),
        ("日期 >= '2024-01-05'", Compare("日期", ">=", "2024-01-05")),
        ("区 contains '城'", Compare("区", "contains", "城")),
        ("区 Starts With '东'", Compare("区", "starts with", "东")),
        ("区 is null", IsNull("区")),
        ("区 IS NOT NULL", Not(IsNull("区"))),
        ("数量 in (1, 2,3)", IsIn("数量", (1, 2, 3))),
        ("数量 not in (1)", Not(IsIn("数量", (1,)))),
        ("数量 between 1 and 5", All((Compare("数量", ">=", 1), Compare("数量", "<=", 5)))),
        ("\"or\" = 'x'", Compare("or", "=", "x")),
        ('"with ""quotes"" and space" = \'x\'', Compare('with "quotes" and space', "=", "x")),
        (
            "数量 = 1 or 数量 = 2 and not 区 = 'a'",
            Either((Compare("数量", "=", 1), All((Compare("数量", "=", 2), Not(Compare("区", "=", "a")))))),
        ),
        (
            "(数量 = 1 or 数量 = 2) and 区 = 'a'",
            All((Either((Compare("数量", "=", 1), Compare("数量", "=", 2))), Compare("区", "=", "a"))),
        ),
    ],
)
def test_text_becomes_a_condition(text: str, condition: Condition) -> None:
    assert parse_where(text, SCHEMA) == condition


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("", 0),
        ("区", 1),
        ("区 = ", 4),
        ("区 = 东城区", 4),
        ("区 = '东", 4),
        ("没有 = 1", 0),
        ("数量 = '3'", 5),
        ("区 = 3", 4),
        ("日期 = '5/1/2024'", 5),
        ("时间 = '2024-01-01T00:00:00+08:00'", 5),
        ("数量 = 1 区 = 'a'", 7),
        ("数量 = 1 and", 10),
        ("(数量 = 1", 7),
        ("数量 in 1", 6),
        ("数量 like 1", 3),
        ("区 = 'a'; drop table x", 7),
        ("数量 = 1 -- x", 7),
        ("数量 = 99999999999999999999", 5),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, position: int) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_where(text, SCHEMA)
    assert (refused.value.parameter, refused.value.position) == ("where", position)


@pytest.mark.parametrize(
    "text",
    [
        "区 = 'a' or " * 400 + "区 = 'a'",
        "(" * 30 + "数量 = 1" + ")" * 30,
        "not " * 30 + "数量 = 1",
        " or ".join(["数量=1"] * (MAX_CONDITIONS + 1)),
        f"数量 in ({','.join(['1'] * 201)})",
        "数量 contains '1'",
        "区 = '" + "x" * 1_001 + "'",
        "x" * 10_000_000,
    ],
)
def test_what_is_too_large_or_senseless_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_where(text, SCHEMA)
    assert len(str(refused.value)) < 300


@given(st.text(max_size=80))
def test_any_text_is_a_condition_or_refused(text: str) -> None:
    try:
        parse_where(text, SCHEMA)
    except InvalidInput as refused:
        assert refused.parameter == "where"


@given(
    st.lists(
        st.sampled_from(["区", "数量", "=", "'a'", "3", "and", "or", "not", "(", ")", "in", ",", "is", "null"]),
        max_size=14,
    )
)
def test_any_words_of_the_language_are_a_condition_or_refused(words: list[str]) -> None:
    try:
        parse_where(" ".join(words), SCHEMA)
    except InvalidInput as refused:
        assert refused.parameter == "where"


def test_order_and_select() -> None:
    assert parse_order('数量 desc, "or" ASC,区', SCHEMA) == (
        SortKey("数量", is_descending=True),
        SortKey("or"),
        SortKey("区"),
    )
    assert parse_select('区, "or",位置.x', SCHEMA) == ("区", "or", "位置.x")


@pytest.mark.parametrize("text", ["", "数量,", "数量 down", "没有", "数量 desc asc"])
def test_a_bad_order_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_order(text, SCHEMA)
    assert refused.value.parameter == "order_by"


@pytest.mark.parametrize("text", ["", "区 数量", "没有", "区,,数量"])
def test_a_bad_select_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_select(text, SCHEMA)
    assert refused.value.parameter == "select"


def test_form_fields_become_a_condition() -> None:
    filters = {
        "f.区": ["东"],
        "min.数量": ["3"],
        "max.日期": ["2024-05-01"],
        "f.有效": ["true"],
        "f.面积": [" "],
        "q": ["x"],
        "f.没有": ["x"],
    }
    assert condition_from_filters(filters, SCHEMA) == All(
        (
            Compare("区", "contains", "东"),
            Compare("数量", ">=", 3),
            Compare("日期", "<=", "2024-05-01"),
            Compare("有效", "=", True),
        )
    )
    assert condition_from_filters({}, SCHEMA) is None


@pytest.mark.parametrize(
    ("field", "text"), [("min.数量", "many"), ("f.日期", "yesterday"), ("f.有效", "maybe"), ("f.面积", "nan")]
)
def test_a_form_field_that_does_not_fit_is_named(field: str, text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        condition_from_filters({field: [text]}, SCHEMA)
    assert refused.value.parameter == field


def test_every_example_of_the_reference_is_read_and_every_function_is_in_it() -> None:
    reference = (ROOT / "docs" / "tables.md").read_text(encoding="utf-8")
    schema = TableSchema(
        columns_of(
            dict.fromkeys(("名称", "街道", "备注", "含空格 的列"), ColumnType.TEXT)
            | {"数量": ColumnType.INTEGER, "面积": ColumnType.NUMBER, "有效": ColumnType.BOOLEAN}
            | {"日期": ColumnType.DATE, "时间": ColumnType.DATETIME, "位置": ColumnType.GEOMETRY}
        )
    )
    examples = reference.partition("```clauses\n")[2].partition("```")[0].splitlines()
    assert len(examples) > 10
    for example in examples:
        parameter, _, text = example.partition("=")
        read(schema, {parameter: text} | ({"group_by": "街道"} if "count(*)" in text else {}))
    assert [name for name in FUNCTIONS if f"`{name}(" not in reference] == []
