"""Any text is answered; what can be read means what plain Python makes of the same conditions."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.ckan.solr import Unreadable, read_filter, read_query
from portal.index.lookup import Every, Is, No, Some
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
