"""Any text is answered; what can be read means what plain Python makes of the same conditions."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from portal.ckan.solr import Unreadable, read_filter, read_query
from portal.index.lookup import Both, Condition, Every, Has, Is, Known, Like, Lookup, No, Some, look_up
from portal.kernel.principal import ANONYMOUS
from tests.http.site import Site

NOW = datetime(2026, 11, 21, tzinfo=UTC)
SIGNS = st.sampled_from(
    [*'abc中文 "()[]{}:*?~^+-!\\/&|.0', " OR ", " AND ", "NOT ", "title:", "tags:", " TO ", "[* TO *]"]
)
FAST = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FAST
@given(st.one_of(st.lists(SIGNS, max_size=14).map("".join), st.text(max_size=40)))
def test_any_text_is_answered(site: Site, words: str) -> None:
    for name in ("q", "fq"):
        answer = site.client.get("/api/3/action/package_search", query_string={name: words, "rows": "2"})
        assert answer.status_code in {200, 400, 409}, (name, words)


def test_what_no_database_can_hold_is_answered_too(site: Site) -> None:
    for action in ("package_search", "package_autocomplete", "tag_list", "package_show"):
        body = b'{"q": "a\\u0000\\ud800*", "query": "\\ud800", "id": "\\ud800x"}'
        if action == "package_search":
            body = b'{"q": "title:a\\u0000\\ud800*", "fq": "tags:\\ud800", "facet.field": ["\\ud800"]}'
        answer = site.client.post(f"/api/3/action/{action}", data=body, content_type="application/json")
        assert answer.status_code in {200, 400, 404, 409}, action


FIELDS = ("tags", "res_format", "groups", "organization", "nosuch")
_LEAVES = st.one_of(
    st.builds(Every, st.booleans()),
    st.builds(Is, st.sampled_from(FIELDS), st.sampled_from(["CSV", "education", "停车", "x"])),
    st.builds(Like, st.sampled_from(FIELDS), st.sampled_from(["C*", "*", "??V", "e*n", "\\*"])),
    st.builds(Known, st.sampled_from(FIELDS)),
    st.builds(
        Has, st.sampled_from(["title", "text"]), st.sampled_from([("data",), ("a", "b"), ("停",)]), st.booleans()
    ),
)
TREES: st.SearchStrategy[Condition] = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.builds(No, inner),
        st.builds(Both, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Some, st.lists(inner, max_size=3).map(tuple), st.integers(1, 3)),
    ),
    max_leaves=6,
)


@FAST
@given(TREES)
def test_conditions_mean_what_plain_python_makes_of_them(site: Site, tree: Condition) -> None:
    with site.parts.database.reading() as session:
        found = set(look_up(session, ANONYMOUS, Lookup(tree, limit=100)).ids)
        values: dict[str, set[tuple[str, str]]] = {i: set() for i in site.ids}
        for i, field, value in session.execute(text("SELECT dataset_id, field, value FROM entry_value")):
            values[i].add((field, value))
        streams: dict[str, dict[str, str]] = {i: {} for i in site.ids}
        for i, field, stream in session.execute(text("SELECT dataset_id, field, words FROM entry_words")):
            streams[i][field] = stream
    assert found == {i for i in site.ids if _holds(tree, values[i], streams[i])}


def _holds(tree: Condition, values: set[tuple[str, str]], words: Mapping[str, str]) -> bool:  # noqa: PLR0911 - one for each kind
    match tree:
        case Every():
            return tree.is_true
        case No():
            return not _holds(tree.condition, values, words)
        case Both():
            return all(_holds(one, values, words) for one in tree.conditions)
        case Some():
            return sum(_holds(one, values, words) for one in tree.conditions) >= tree.at_least
        case Is():
            return (tree.field, tree.value) in values
        case Like():
            signs = {"*": ".*", "?": "."}
            shape = "".join(signs.get(s) or re.escape(s[-1]) for s in re.findall(r"\\.|.", tree.glob))
            return any(field == tree.field and re.fullmatch(shape, value, re.DOTALL) for field, value in values)
        case Known():
            return tree.field in words or any(field == tree.field for field, _ in values)
        case Has():
            stream = words.get(tree.field, "")
            return tree.words[0] in stream if tree.is_inside else f" {' '.join(tree.words)} " in stream
        case _:
            raise AssertionError(tree)


@pytest.mark.parametrize("query", ["a:b:c", "(bad", "AND x", '"open', "x:[1 TO", "title:", "{!tag=a}x:y", "f:/re/"])
def test_filters_that_are_none_are_refused(query: str) -> None:
    with pytest.raises(Unreadable):
        read_filter(query, NOW)


def test_what_real_clients_write_is_read() -> None:
    assert read_filter("organization:a OR organization:b", NOW) == Some(
        (Is("organization", "a"), Is("organization", "b"))
    )
    assert read_filter("-tags:x", NOW) == No(Is("tags", "x"))
    assert read_filter('+tags:"two words"', NOW) == Is("tags", "two words")
    assert read_query("-bus", NOW).where == Every(is_true=False)
    assert read_query("", NOW).where == read_query("*:*", NOW).where == Every()
