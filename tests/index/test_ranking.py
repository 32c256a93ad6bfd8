"""Whether people find what they mean, on real titles: what they remember of a title, typed without a space.

Measured on 2,104 real titles, share of queries whose dataset came first / among the first ten:

| query | words cut, then pairs (what is built) | words only | pairs only |
|---|---|---|---|
| first four and last four characters | 0.87 / 0.99 | 0.75 / 0.94 | 0.86 / 0.99 |
| two dictionary words | 0.42 / 0.77 | 0.42 / 0.77 | 0.38 / 0.76 |
| three dictionary words | 0.80 / 0.98 | 0.81 / 0.98 | 0.75 / 0.93 |
"""

import random
from pathlib import Path

import pytest
import rjieba

from portal.db import Database
from portal.index import Document, SearchRequest, SearchService, tokens
from portal.index.embedded import TantivyEngine
from tests.index.real import read_real_documents


@pytest.fixture
def real(shared_data: Path) -> list[Document]:
    return read_real_documents(shared_data)


@pytest.fixture
def service(real: list[Document], tmp_path: Path, database: Database) -> SearchService:
    """tantivy over the real titles; the contract has the others find the same."""
    engine = TantivyEngine(tmp_path / "real")
    engine.rebuild(real)
    return SearchService(engine, database)


@pytest.mark.shared
def test_what_is_remembered_of_a_title_finds_it_among_the_first_ten(
    service: SearchService, real: list[Document]
) -> None:
    ends, words = [], []
    for document in real:
        title = "".join(tokens.pieces(tokens.fold(document.titles["zh"])))  # type: ignore[index]
        if tokens.needs_fragments(title) or len(title) < 12:
            continue
        ends.append((document.id, title[:4] + title[-4:]))
        cut = [word for word in rjieba.cut(title) if len(word) > 1]
        if len(cut) >= 4:
            words.append((document.id, cut[0] + cut[2] + cut[-1]))
    chance = random.Random(1)
    assert _share_found(service, chance.sample(ends, 200)) >= 0.97
    assert _share_found(service, chance.sample(words, 200)) >= 0.95


@pytest.mark.shared
def test_every_cut_of_two_characters_of_a_real_title_finds_its_dataset(
    service: SearchService, real: list[Document]
) -> None:
    chance = random.Random(2)
    for document in chance.sample(real, 60):
        title = document.titles["zh"]  # type: ignore[index]
        for start in range(len(title) - 1):
            found = service.search(SearchRequest(title[start : start + 2], limit=1000, with_facets=False))
            ids = set(found.ids)
            for offset in range(1000, found.total, 1000):
                ids |= set(service.search(SearchRequest(title[start : start + 2], offset=offset, limit=1000)).ids)
            assert document.id in ids, (title, title[start : start + 2])


def _share_found(service: SearchService, known: list[tuple[str, str]]) -> float:
    found = [wanted in service.search(SearchRequest(text, limit=10, with_facets=False)).ids for wanted, text in known]
    return sum(found) / len(found)
