"""The parameters of row searches, filters, orders and words, without a table."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.ckan.datastore.asking import read_search
from portal.ckan.datastore.conditions import NOTHING, to_condition
from portal.ckan.datastore.fields import list_fields
from portal.ckan.datastore.filters import FilterOp, parse_filters, read_filters
from portal.ckan.datastore.ordering import SortClause, parse_sort, split_list
from portal.ckan.datastore.searching import check_language, search_text
from portal.ckan.datastore.words import either_script, inflections, words_of
from portal.ckan.errors import ActionError, InvalidQuery, ValidationError
from portal.kernel.columns import TableSchema
from portal.kernel.vocab import ColumnType
from portal.tables import All, Compare, Either, IsIn, IsNull, Not
from portal.tables.duck import ROW_NUMBER
from portal.tables.query import HasWord
from tests.tables.tables import columns_of

TYPES = {
    "n": ColumnType.INTEGER,
    "x": ColumnType.NUMBER,
    "t": ColumnType.TEXT,
    "b": ColumnType.BOOLEAN,
    "d": ColumnType.DATE,
    "ts": ColumnType.DATETIME,
    "g": ColumnType.GEOMETRY,
    "$price": ColumnType.NUMBER,
}
FIELDS = list_fields(TableSchema(columns_of(TYPES)), {"n": 7})
_NAMES = st.sampled_from([*TYPES, "$or", "$and", "gt", "in", "nosuch"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | _NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=3),
    max_leaves=8,
)
QUICK = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
PARAMETERS = ("id", "resource_id", "q", "full_text", "plain", "language", "filters", "fields", "sort", "limit", "offset",
              "distinct", "records_format", "include_total", "include_next_page", "total_estimation_threshold")  # fmt: skip


def errors_of(parameters: dict[str, object]) -> dict[str, object]:
    with pytest.raises(ValidationError) as told:
        read_search({"resource_id": "r"} | parameters)
    return told.value.fields


@pytest.mark.parametrize(
    ("value", "limit"), [(None, 100), ("", 100), (True, 1), ("7", 7), (5.0, 5), (0, 0), (10**9, 32_000)]
)
def test_a_limit_is_read_as_ckan_reads_it(value: object, limit: int) -> None:
    assert read_search({"resource_id": "r", "limit": value}).limit == limit


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"limit": -1}, {"limit": ["Must be a natural number"]}),
        ({"limit": 2.5}, {"limit": ["Invalid integer"]}),
        ({"limit": "a", "filters": "{"}, {"limit": ["Invalid integer"], "filters": ["Cannot parse JSON"]}),
        ({"offset": -1}, {"offset": ['invalid value "-1"']}),
        ({"offset": "9" * 20}, InvalidQuery("bigint out of range").fields),
        ({"fields": 3}, {"fields": ["Not a list"]}),
        ({"sort": [3]}, {"sort": ["Neither a string nor a list: 3"]}),
        ({"resource_id": None}, {"resource_id": ["Missing value"]}),
        ({"records_format": "xml"}, {"records_format": ["Value must be one of ['objects', 'lists', 'csv', 'tsv']"]}),
    ],
)
def test_what_is_wrong_is_told_in_ckans_words(parameters: dict[str, object], told: dict[str, object]) -> None:
    assert errors_of(parameters) == told


def test_an_answer_repeats_what_was_asked_and_no_more() -> None:
    echo = read_search({"id": "r", "q": '{"t":"a"}', "plain": "no", "offset": "3", "nonsense": 1}).echo
    assert echo == {
        "resource_id": "r", "limit": 100, "records_format": "objects", "include_total": True, "include_next_page": False,
        "q": {"t": "a"}, "plain": False, "offset": 3,
    }  # fmt: skip


@QUICK
@given(st.dictionaries(st.sampled_from(PARAMETERS), JSON))
def test_any_value_of_any_parameter_is_read_or_refused(parameters: dict[str, object]) -> None:
    try:
        request = read_search(parameters)
    except ValidationError:
        return
    assert 0 <= request.limit <= 32_000
    assert request.offset >= 0


def operation(filters: object) -> FilterOp:
    found = parse_filters(filters, FIELDS)
    assert found is not None
    return found


def test_operators_lists_and_groups_become_the_tree_that_ckan_echoes() -> None:
    assert operation({"n": {"gte": 1, "lt": 5}}).as_json() == {
        "op": "$and", "field": None,
        "value": [{"op": "gte", "field": "n", "value": 1}, {"op": "lt", "field": "n", "value": 5}],
    }  # fmt: skip
    assert operation({"n": [1, 2]}).as_json() == {"op": "in", "field": "n", "value": [1, 2]}
    assert operation([{"n": 1}, {"$or": [{"n": 2}, {"t": "a"}]}]).as_json() == {
        "op": "$or", "field": None,
        "value": [{"op": "eq", "field": "n", "value": 1}, {"op": "eq", "field": "n", "value": 2},
                  {"op": "eq", "field": "t", "value": "a"}],
    }  # fmt: skip
    assert operation({"$$price": 3}).field == "$price"


@pytest.mark.parametrize(
    "filters", [{"nosuch": 1}, {"n": {"ne": 1}}, {"n": {}}, {"$not": []}, {"$or": {}}, 5, "x", [1], {"n": {"in": 3}}]
)
def test_filters_that_mean_nothing_are_refused(filters: object) -> None:
    with pytest.raises(ValidationError) as told:
        parse_filters(filters, FIELDS)
    assert list(told.value.fields) == ["filters"]


def test_filters_are_bounded_in_number_and_depth() -> None:
    deep: dict[str, Any] = {"n": 1}
    for _ in range(11):
        deep = {"$or": [{"$and": [deep, {"t": "a"}]}, {"t": "b"}]}
    for filters in (deep, {"n": [{"gt": k} for k in range(101)]}, [{"n": 1}] * 100):
        with pytest.raises(ValidationError):
            parse_filters(filters, FIELDS)
    with pytest.raises(ValidationError):
        read_filters("[" * 50_000)


@pytest.mark.parametrize(
    ("filters", "condition"),
    [
        ({"n": "2005"}, Compare("n", "=", 2005)),
        ({"n": None}, NOTHING),
        ({"n": []}, NOTHING),
        ({"t": 5}, Compare("t", "=", "5")),
        ({"b": "t"}, Compare("b", "=", True)),
        ({"d": {"gt": "2024/01/02T10:00:00"}}, Compare("d", ">", "2024-01-02")),
        ({"ts": {"lte": "2024-01-02"}}, Compare("ts", "<=", "2024-01-02T00:00:00")),
        ({"_id": {"gt": 3}}, Compare(ROW_NUMBER, ">", 2)),
        ({"n": [1, {"gt": 5}]}, Either((Compare("n", ">", 5), IsIn("n", (1,))))),
        ({"n": 1, "t": "a"}, All((Compare("n", "=", 1), Compare("t", "=", "a")))),
        ({"n": 10**30}, NOTHING),
        ({"n": {"lt": 10**30}}, Not(IsNull("n"))),
    ],
)
def test_constants_are_read_as_postgresql_reads_a_literal(filters: object, condition: object) -> None:
    assert to_condition(operation(filters), FIELDS) == condition


@pytest.mark.parametrize("filters", [{"n": "abc"}, {"n": "2005.5"}, {"n": True}, {"x": [1, "a"]}, {"b": 1}, {"b": "x"}, {"d": 5},
                                     {"d": "soon"}, {"t": {"eq": [1]}}, {"g": "POINT (1 1)"}])  # fmt: skip
def test_what_postgresql_cannot_compare_is_an_invalid_query(filters: object) -> None:
    with pytest.raises(InvalidQuery) as told:
        to_condition(operation(filters), FIELDS)
    assert told.value.body()["query"] == ["Invalid query"]


@QUICK
@given(JSON)
def test_any_filters_become_a_condition_or_are_refused(filters: object) -> None:
    try:
        if (found := parse_filters(filters, FIELDS)) is not None:
            to_condition(found, FIELDS)
    except ActionError as error:
        assert error.status == 409


def test_an_order_knows_names_with_spaces_ways_and_nulls() -> None:
    assert parse_sort('n desc, "t" asc nulls first,x', FIELDS) == (
        SortClause("n", True, True),
        SortClause("t", False, True),
        SortClause("x", False, False),
    )
    assert parse_sort("n desc nulls last", FIELDS) == (SortClause("n", True, False),)


@pytest.mark.parametrize(
    "sort", ["n; drop table x", "lower(t)", "1", "n,", "n asc asc", '"', "n" + " " * 100_000 + "asc"]
)
def test_an_order_that_is_no_name_is_refused(sort: str) -> None:
    with pytest.raises(ValidationError) as told:
        parse_sort(sort, FIELDS)
    assert list(told.value.fields) == ["sort"]


def test_a_list_in_a_text_is_parted_by_commas() -> None:
    assert split_list(' a , "b c" ') == ["a", "b c"]
    assert split_list("") == []
    assert split_list(None) is None


def test_words_are_latin_words_numbers_and_runs_of_chinese() -> None:
    assert words_of("Quotes, 天氣 報告2024 741.55 ＡＢＣ quotes") == ["741.55", "quotes", "天氣", "報告", "2024", "abc"]


@pytest.mark.parametrize(("word", "forms", "others"), [
    ("words", {"word", "words", "wording"}, {"wordy", "sword"}),
    ("running", {"run", "runs", "running"}, {"runner"}),
    ("libraries", {"library", "libraries"}, {"liberal"}),
    ("pla", {"pla"}, {"plain"}),
])  # fmt: skip
def test_inflected_forms_of_a_word_are_one_word(word: str, forms: set[str], others: set[str]) -> None:
    base, endings = inflections(word)
    accepted = {base + ending for ending in endings} or {base}
    assert forms <= accepted
    assert not others & accepted


def test_chinese_is_searched_in_either_script() -> None:
    assert {"图书馆", "圖書館"} <= set(either_script("圖書館"))
    assert {"图书馆", "圖書館"} <= set(either_script("图书馆"))


def test_words_that_say_nothing_find_nothing_alone_and_are_left_out_beside_others() -> None:
    columns = {"": ("t",)}
    assert search_text("", "the", columns, is_plain=True) == NOTHING
    assert search_text("", "the 天", columns, is_plain=True) == HasWord(("t",), "天", is_anywhere=True)


def test_a_query_of_words_is_a_condition() -> None:
    found = search_text("", "wor:* & !(天 | x1)", {"": ("t",)}, is_plain=False)
    assert found == All((
        HasWord(("t",), "wor", is_prefix=True),
        Not(Either((HasWord(("t",), "天", is_anywhere=True), HasWord(("t",), "x1")))),
    ))  # fmt: skip


@pytest.mark.parametrize("text", ["a b", "a &", "(a", "a)", "!", ":*", "(" * 50 + "a" + ")" * 50, "!" * 200 + "a"])
def test_a_query_that_cannot_be_read_is_an_invalid_query(text: str) -> None:
    with pytest.raises(InvalidQuery):
        search_text("", text, {"": ("t",)}, is_plain=False)


def test_an_unknown_language_is_an_invalid_query() -> None:
    check_language("french")
    with pytest.raises(InvalidQuery, match="klingon"):
        check_language("klingon")
