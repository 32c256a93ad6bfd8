"""What every engine must do, against an oracle that knows no engine."""

import random
from dataclasses import replace

import pytest

from portal.index import Document, SearchRequest, SearchService
from portal.index.encoding import Encoded, encode
from portal.index.plan import plan_suggestion
from portal.kernel.errors import InvalidInput
from tests.index.corpus import make_choices, make_queries
from tests.index.oracle import expect, matches


@pytest.fixture(scope="session")
def encoded(documents: list[Document]) -> list[Encoded]:
    return [encode(document) for document in documents]


def test_200_queries_give_the_expected_total_set_and_facets(
    full_service: SearchService, documents: list[Document], encoded: list[Encoded]
) -> None:
    found_something = 0
    for number, text in enumerate(make_queries(documents)):
        request = SearchRequest(text, facets=make_choices(number), limit=1000)
        expected, result = expect(encoded, request), full_service.search(request)
        ids = result.ids
        if result.total > 1000:
            ids += full_service.search(replace(request, offset=1000, with_facets=False)).ids
        assert not result.is_degraded
        assert result.total == len(expected.ids), text
        assert frozenset(ids) == expected.ids, text
        assert {name: dict(counts) for name, counts in result.facets.items()} == expected.facets, text
        assert result.is_relaxed == expected.is_relaxed, text
        found_something += bool(result.ids)
    assert found_something > 150


def test_a_search_matches_those_of_given_ids_that_it_finds(
    full_service: SearchService, documents: list[Document], encoded: list[Encoded]
) -> None:
    given, found_something = tuple(document.id for document in documents[::7][:200]), 0
    for number, text in enumerate(make_queries(documents)[:80]):
        request = SearchRequest(text, facets=make_choices(number))
        expected = expect(encoded, request)
        wanted = frozenset() if expected.is_relaxed else expected.ids & frozenset(given)
        assert full_service.match(request, given) == wanted, text
        assert not full_service.match(request, ())
        found_something += bool(wanted)
    assert found_something > 20


def test_every_cut_of_two_characters_of_a_title_finds_its_dataset(
    full_service: SearchService, documents: list[Document]
) -> None:
    wanted: dict[str, set[str]] = {}
    for document in documents[::40]:
        for title in document.titles.values():
            for start in range(len(title) - 1):
                wanted.setdefault(title[start : start + 2], set()).add(document.id)
    assert len(wanted) > 300
    for cut, ids in wanted.items():
        result = full_service.search(SearchRequest(cut, limit=1000, with_facets=False))
        found = set(result.ids)
        if result.total > 1000:
            found |= set(full_service.search(SearchRequest(cut, offset=1000, limit=1000, with_facets=False)).ids)
        assert ids <= found, cut


@pytest.mark.parametrize("sort", ["relevance", "modified", "popularity"])
@pytest.mark.parametrize("text", ["", "停车场", "schools"])
def test_pages_are_stable_and_complete(full_service: SearchService, text: str, sort: str) -> None:
    whole = full_service.search(SearchRequest(text, sort=sort, limit=300, with_facets=False))  # type: ignore[arg-type]
    pages: list[str] = []
    for offset in range(0, 300, 7):
        request = SearchRequest(text, sort=sort, offset=offset, limit=min(7, 300 - offset), with_facets=False)  # type: ignore[arg-type]
        pages += full_service.search(request).ids
    assert tuple(pages) == whole.ids
    assert len(set(pages)) == len(pages)


def test_sorts_follow_the_documents_and_ties_go_by_id(full_service: SearchService, documents: list[Document]) -> None:
    by_id = {document.id: document for document in documents}
    newest = full_service.search(SearchRequest("停车场", sort="modified", limit=1000)).ids
    assert list(newest) == sorted(newest, key=lambda i: (-by_id[i].modified_at.timestamp(), i))
    used = full_service.search(SearchRequest("停车场", sort="popularity", limit=1000)).ids
    assert list(used) == sorted(used, key=lambda i: (-by_id[i].popularity, i))


def test_without_words_relevance_means_newest(full_service: SearchService) -> None:
    assert full_service.search(SearchRequest()).ids == full_service.search(SearchRequest(sort="modified")).ids


def test_suggestions_are_the_same_everywhere_and_found_in_mid_title(
    full_service: SearchService, documents: list[Document], encoded: list[Encoded]
) -> None:
    by_id = {document.id: document for document in documents}
    for prefix in ("停车", "车", "air q", "AIR", "sch", "2023年", "5G", "p", "停車場", "公交站点信", "zzzz", "--", ""):
        found = full_service.suggest(prefix, 8)
        tiers = plan_suggestion(prefix) or ()
        expected: list[str] = []
        for tier in tiers:
            ids = (document.id for document in encoded if matches(tier, document))
            expected += sorted(ids, key=lambda i: (-by_id[i].popularity, i))
        assert found == tuple(expected[:8]), prefix
    assert full_service.suggest("车场", 3)
    assert full_service.suggest("公交", 0) == ()


def test_a_title_outranks_keywords_which_outrank_the_description(
    full_service: SearchService, documents: list[Document]
) -> None:
    by_id = {document.id: document for document in documents}
    ids = full_service.search(SearchRequest("图书馆藏书", limit=1000, with_facets=False)).ids
    in_title = ["图书馆藏书" in by_id[i].titles.get("zh", "") for i in ids]  # type: ignore[call-overload]
    assert any(in_title)
    assert not all(in_title)
    assert in_title == sorted(in_title, reverse=True)


def test_any_input_parses(full_service: SearchService) -> None:
    chance = random.Random(3)
    alphabet = "停车a1 \"“”'-:()[]{}*?~^\\/+|&!<>=@#$%　：－title:\x00\ud800\u200b🚌é\n"
    for _ in range(150):
        text = "".join(chance.choice(alphabet) for _ in range(chance.randrange(1, 40)))
        assert not full_service.search(SearchRequest(text, limit=1, with_facets=False)).is_degraded, text
        full_service.suggest(text)


def test_a_thousand_different_words_are_refused_and_sixty_answered(full_service: SearchService) -> None:
    with pytest.raises(InvalidInput, match="more than 60 words"):
        full_service.search(SearchRequest(" ".join(f"w{i}" for i in range(200))))
    assert not full_service.search(SearchRequest(" ".join(f"停车{i}" for i in range(60)))).is_degraded
    assert not full_service.search(SearchRequest("停" * 1000)).is_degraded
    everything = "".join(chr(0x4E00 + i) for i in range(999))  # at worst more clauses than a small cluster takes
    assert full_service.search(SearchRequest(everything)).total >= 0
    assert not full_service.search(SearchRequest("停车场")).is_degraded


def test_many_values_of_a_facet_are_counted_exactly(full_service: SearchService) -> None:
    counts = full_service.search(SearchRequest(limit=0)).facets
    assert sum(counts["openness"].values()) == 2000
    assert set(counts) == {"department", "theme", "format", "update_frequency", "openness", "language"}
