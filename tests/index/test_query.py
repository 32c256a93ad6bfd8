"""The query language: what is understood, and that nothing is ever misunderstood as syntax."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.index.plan import plan
from portal.index.query import MAX_CHARS, Query, Term, parse_query
from portal.kernel.errors import InvalidInput


def required(text: str) -> tuple[Term, ...]:
    return parse_query(text).required


def test_words_phrases_exclusions_and_fields() -> None:
    query = parse_query('停车场 "air quality" -收费 title:名录 -format:XML')
    assert query.required == (
        Term(("停车场",)),
        Term(("air", "quality"), is_phrase=True),
        Term(("名录",), "title"),
    )
    assert query.excluded == (Term(("收费",), is_excluded=True), Term(("xml",), "format", is_excluded=True, code="xml"))


def test_full_width_and_chinese_spellings_of_the_syntax_are_understood() -> None:
    assert required("标题：公园") == (Term(("公园",), "title"),)
    assert required("“三公经费”") == (Term(("三公经费",), is_phrase=True),)
    assert parse_query("停车 －收费").excluded == (Term(("收费",), is_excluded=True),)
    assert required("主题:交通 格式:CSV")[1].code == "csv"


def test_a_missing_end_quote_is_forgiven() -> None:
    assert required('"air quality') == (Term(("air", "quality"), is_phrase=True),)
    assert required('a"') == (Term(("a",)),)


def test_a_minus_with_nothing_to_subtract_from_is_a_dash() -> None:
    assert parse_query("-2023") == Query(required=(Term(("2023",)),))
    assert required("2019-2023") == (Term(("2019", "2023")),)
    assert required("- 停车") == (Term(("停车",)),)


def test_an_unknown_field_is_text_and_a_lone_field_name_a_word() -> None:
    assert required("foo:bar") == (Term(("foo", "bar")),)
    assert required("title:") == (Term(("title",)),)
    assert required("http://example.org/a?b") == (Term(("http", "example", "org", "a", "b")),)


def test_stop_words_are_required_only_when_nothing_else_is() -> None:
    assert required("list of the schools") == (Term(("list",)), Term(("schools",)))
    assert required("of the") == (Term(("of",)), Term(("the",)))
    assert required('"of the" schools')[0] == Term(("of", "the"), is_phrase=True)


def test_nothing_searchable_means_everything() -> None:
    assert parse_query("  —— ？！ \x00") == Query()


def test_too_long_is_said_with_the_limit_and_the_remedy() -> None:
    parse_query("停" * MAX_CHARS)
    with pytest.raises(InvalidInput, match=r"10,000,000 characters; at most 1,000 .* Shorten") as error:
        parse_query("x" * 10_000_000)
    assert (error.value.parameter, error.value.position) == ("q", MAX_CHARS)


@given(st.text(max_size=200))
def test_any_text_parses_and_can_be_planned(text: str) -> None:
    try:
        query = parse_query(text)
    except InvalidInput as error:
        assert "60 words" in str(error)
        return
    assert len(list(plan(query))) <= 6


def test_fewer_words_are_asked_for_step_by_step_and_that_is_flagged() -> None:
    assert [step.is_relaxed for step in plan(parse_query("甲 乙 丙"))] == [False, True, True]
    assert [step.is_relaxed for step in plan(parse_query("西湖区停车场"))] == [False, False, True, True, True, True]
    assert [step.is_relaxed for step in plan(parse_query("停车"))] == [False]
    assert [step.is_relaxed for step in plan(parse_query('"西湖区停车场" title:名录 -甲'))] == [False]
