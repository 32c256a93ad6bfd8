"""Search over a real catalogue: what the database says goes, at once."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event

from portal.catalogue.commands import withdraw_dataset
from portal.db import Database
from portal.index import Document, SearchRequest, SearchService
from portal.index.protocol import SearchEngine
from portal.kernel.errors import InvalidInput
from tests.builders import NOW, Built, build_catalogue, build_publication, publish
from tests.index.conftest import count_pending


def test_what_is_published_is_found_in_both_languages(service: SearchService, catalogue: Built) -> None:
    ids = build_catalogue(catalogue, 40)
    assert service.close_difference() == 40
    assert service.close_difference() == 0
    assert count_pending(catalogue.database) == 0
    assert ids[0] in service.search(SearchRequest("中小学校")).ids
    assert ids[0] in service.search(SearchRequest("primary school")).ids
    assert ids[0] in service.search(SearchRequest("theme:education")).ids
    assert service.search(SearchRequest()).total == 40


def test_a_withdrawn_dataset_leaves_hits_totals_counts_and_suggestions_before_the_index_knows(
    service: SearchService, catalogue: Built
) -> None:
    ids = build_catalogue(catalogue, 40)
    service.close_difference()
    before = service.search(SearchRequest("中小学校", limit=50))
    assert ids[0] in before.ids
    with catalogue.database.transaction() as session:
        withdraw_dataset(session, ids[0], "closed", "tester", NOW)
    after = service.search(SearchRequest("中小学校", limit=50))
    assert after.ids == tuple(i for i in before.ids if i != ids[0])
    assert after.total == before.total - 1
    assert sum(after.facets["department"].values()) == after.total
    assert ids[0] not in service.suggest("临江街道中小", 20)
    assert service.close_difference() == 1
    assert service.search(SearchRequest("中小学校", limit=50)) == after
    assert service.compare().count == 0


def test_a_change_made_while_a_batch_is_written_stays_to_be_done(
    engine: SearchEngine, catalogue: Built, tmp_path: Path
) -> None:
    """The publication lands between reading the batch and noting it as indexed."""
    ids = build_catalogue(catalogue, 3)
    SearchService(engine, catalogue.database).close_difference()
    changed = build_publication(0, catalogue.store, tmp_path)
    texts = [
        replace(changed.title, zh=replace(changed.title.zh, value=f"改名{n}次")) for n in (1, 2) if changed.title.zh
    ]

    def rename(number: int) -> None:
        with catalogue.database.transaction() as session:
            publish(session, replace(changed, title=texts[number]), now=NOW)

    rename(0)
    late = Interrupted(engine, lambda: rename(1))
    SearchService(late, catalogue.database).close_difference(limit=1)
    service = SearchService(engine, catalogue.database)
    assert count_pending(catalogue.database) == 1
    assert service.search(SearchRequest("改名1次")).ids == (ids[0],)
    assert service.close_difference() == 1
    assert service.search(SearchRequest("改名2次")).ids == (ids[0],)
    assert service.compare().count == 0


def test_the_number_of_statements_does_not_grow_with_the_batch(service: SearchService, catalogue: Built) -> None:
    build_catalogue(catalogue, 60)
    service.rebuild()
    numbers = []
    for first, count in ((60, 5), (65, 50)):
        build_catalogue(catalogue, count, first=first)
        numbers.append(_statements(catalogue.database, service.close_difference))
    assert numbers[0] == numbers[1]
    assert _statements(catalogue.database, lambda: service.search(SearchRequest("停车"))) <= 2


def test_what_cannot_be_served_is_refused_with_the_remedy(service: SearchService) -> None:
    with pytest.raises(InvalidInput, match="first 10,000 results") as beyond:
        service.search(SearchRequest("", offset=9_990, limit=20))
    assert beyond.value.parameter == "offset"
    with pytest.raises(InvalidInput, match="Shorten it") as long:
        service.search(SearchRequest("停车" * 5_000_000))
    assert long.value.parameter == "q"
    with pytest.raises(InvalidInput, match="department, theme, format"):
        service.search(SearchRequest(facets={"colour": ("red",)}))
    with pytest.raises(InvalidInput, match="at most 50 values"):
        service.search(SearchRequest(facets={"theme": tuple(str(i) for i in range(51))}))
    with pytest.raises(InvalidInput, match="Sort by one of"):
        service.search(SearchRequest(sort="colour"))  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="limit"):
        service.search(SearchRequest(limit=5000))


def test_an_unknown_facet_value_finds_nothing(service: SearchService, catalogue: Built) -> None:
    build_catalogue(catalogue, 5)
    service.rebuild()
    result = service.search(SearchRequest("", facets={"theme": ("nowhere",)}))
    assert result.total == 0
    assert not result.is_relaxed
    assert sum(result.facets["theme"].values()) >= 5


def _statements(database: Database, action: Callable[[], object]) -> int:
    """SELECTs and UPDATEs that the action sends."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    action()
    event.remove(database.engine, "before_cursor_execute", note)
    return sum(s.lstrip().startswith(("SELECT", "UPDATE")) for s in seen)


class Interrupted:
    """A real engine that has something else happen just before each change."""

    def __init__(self, engine: SearchEngine, happening: Callable[[], None]) -> None:
        self._engine = engine
        self._happening = happening
        self.is_ready, self.exclusive, self.search = engine.is_ready, engine.exclusive, engine.search
        self.suggest, self.revisions = engine.suggest, engine.revisions
        self.rebuild, self.close, self.tidy = engine.rebuild, engine.close, engine.tidy

    def change(self, documents: Iterable[Document], deleted: Mapping[str, int]) -> None:
        self._happening()
        self._engine.change(documents, deleted)
