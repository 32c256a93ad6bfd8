"""Which engine is chosen, and what a wrong address is told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from portal.catalogue.commands import count_popularity, record_use
from portal.db import Database
from portal.index import SearchRequest, SearchService, facets, open_search
from portal.index.cluster import ElasticsearchEngine
from portal.index.embedded import TantivyEngine
from portal.kernel.errors import InvalidInput
from portal.settings import Settings, SettingsError
from tests.builders import Built, build_catalogue


def test_the_engine_goes_by_the_settings_and_nothing_is_connected_to(settings: Settings, database: Database) -> None:
    assert isinstance(open_search(settings, database)._engine, TantivyEngine)
    remote = open_search(replace(settings, search_url="http://user:secret@127.0.0.1:9"), database)
    assert isinstance(remote._engine, ElasticsearchEngine)
    remote.close()


@pytest.mark.parametrize("address", ["localhost:9200", "http://localhost", "nonsense"])
def test_an_address_without_scheme_or_port_is_explained(settings: Settings, database: Database, address: str) -> None:
    with pytest.raises(SettingsError, match="scheme, host and port"):
        open_search(replace(settings, search_url=address), database)


def test_every_facet_is_counted_by_the_engine_and_by_the_stand_in(settings: Settings, catalogue: Built) -> None:
    """A facet that was added in one place only shows here."""
    build_catalogue(catalogue, 30)
    service = open_search(settings, catalogue.database)
    away = service.search(SearchRequest())
    service.close_difference()
    there = service.search(SearchRequest())
    assert away.is_degraded
    assert not there.is_degraded
    assert tuple(there.facets) == facets.NAMES
    for name in facets.NAMES:
        assert there.facets[name]
        assert dict(there.facets[name]) == dict(away.facets[name]), name
        code = next(iter(there.facets[name]))
        narrowed = SearchRequest(facets={name: (code,)})
        assert service.search(narrowed).total == there.facets[name][code]
        assert service.search(SearchRequest(f"{name}:{code}")).total == there.facets[name][code], name
    with pytest.raises(InvalidInput):
        facets.find_facet("colour")


def test_use_moves_a_dataset_up(service: SearchService, catalogue: Built) -> None:
    ids = build_catalogue(catalogue, 8)
    service.close_difference()
    day = datetime.now(UTC).date()
    with catalogue.database.transaction() as session:
        for dataset_id, uses in ((ids[3], 5), (ids[6], 2)):
            for caller in range(uses):
                record_use(session, dataset_id, f"caller{caller}", day - timedelta(days=caller))
        count_popularity(session, day)
    assert service.close_difference() == 2
    assert service.search(SearchRequest(sort="popularity")).ids[:2] == (ids[3], ids[6])
