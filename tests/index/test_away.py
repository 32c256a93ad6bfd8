"""While Elasticsearch is away: the database answers, says so, and nobody waits."""

import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from portal.catalogue.commands import withdraw_dataset
from portal.index import EngineAway, SearchRequest, SearchService
from portal.index.breaker import Breaker
from portal.index.cluster import ElasticsearchEngine
from portal.index.errors import ServerSilent
from portal.kernel.ids import new_id
from tests.builders import NOW, Built, build_catalogue
from tests.index.forwarder import Forwarder


@pytest.fixture
def forwarder(elasticsearch_url: str) -> Iterator[Forwarder]:
    """A way to a real Elasticsearch that can be cut."""
    address = urlsplit(elasticsearch_url)
    forwarder = Forwarder((address.hostname or "127.0.0.1", address.port or 9200))
    forwarder.open()
    yield forwarder
    forwarder.close()


def test_search_goes_on_while_elasticsearch_is_away_and_heals_when_it_is_back(
    forwarder: Forwarder, catalogue: Built
) -> None:
    engine = ElasticsearchEngine(f"http://127.0.0.1:{forwarder.port}", f"t-{new_id()}")
    engine._breaker = Breaker("Elasticsearch", pause_s=0.2)
    service = SearchService(engine, catalogue.database)
    ids = build_catalogue(catalogue, 20)
    service.close_difference()
    there = service.search(SearchRequest("停车场"))
    assert not there.is_degraded

    forwarder.close()
    with catalogue.database.transaction() as session:
        withdraw_dataset(session, ids[5], "closed", "tester", NOW)
    build_catalogue(catalogue, 5, first=20)
    away = service.search(SearchRequest("停车场"))
    assert away.is_degraded
    assert away.total > 0
    assert service.suggest("停车")
    assert service.search(SearchRequest(limit=50)).total == 24
    assert ids[5] not in service.search(SearchRequest(limit=50)).ids
    assert service.close_difference() == 0
    assert service.heal() == 0
    with pytest.raises(EngineAway):
        service.rebuild()

    forwarder.open()
    time.sleep(0.3)
    assert service.close_difference() == 6
    back = service.search(SearchRequest(limit=50))
    assert (back.total, back.is_degraded) == (24, False)
    for index in engine._client.indices.get(index=f"{engine._alias}-*").body:
        engine._client.indices.delete(index=index)
    assert service.search(SearchRequest("停车场")).is_degraded  # the index was dropped
    with pytest.raises(EngineAway, match="alias"):
        engine.change((), {ids[0]: 1})
    assert not engine._client.indices.exists(index=engine._alias)
    _send_a_deletion_to_the_lost_alias(engine)
    assert service.close_difference() == 24
    assert not service.search(SearchRequest("停车场")).is_degraded
    for index in engine._client.indices.get(index=f"{engine._alias}-*").body:
        engine._client.indices.delete(index=index)
    engine.close()


def test_after_one_failure_nobody_waits_for_the_server(catalogue: Built) -> None:
    engine = ElasticsearchEngine("http://127.0.0.1:9", "nothing")
    service = SearchService(engine, catalogue.database)
    service.search(SearchRequest("a"))
    with pytest.raises(EngineAway, match="a moment ago"):
        engine.is_ready()
    engine.close()


def test_the_breaker_lets_one_caller_try_and_closes_on_success() -> None:
    breaker = Breaker("The server", pause_s=0.05)
    with pytest.raises(EngineAway, match="down"), breaker.call():
        raise ServerSilent("down")
    with pytest.raises(EngineAway, match="a moment ago"), breaker.call():
        pytest.fail("nobody should be let through")
    time.sleep(0.06)
    with breaker.call(), pytest.raises(EngineAway, match="a moment ago"), breaker.call():
        pytest.fail("only one probe at a time")
    with pytest.raises(EngineAway, match="a query too many"), breaker.call():
        raise EngineAway("a query too many")
    with breaker.call():
        pass


def test_the_database_answers_with_facets_and_both_languages(catalogue: Built) -> None:
    """The stand-in alone, over what the engine would answer."""
    ids = build_catalogue(catalogue, 36)
    service = SearchService(ElasticsearchEngine("http://127.0.0.1:9", "nothing"), catalogue.database)
    everything = service.search(SearchRequest(limit=50))
    assert everything.is_degraded
    assert everything.total == 36
    assert sum(everything.facets["openness"].values()) == 36
    assert service.search(SearchRequest("CAR parks")).total > 0
    both = service.search(SearchRequest("停车场", facets={"department": ("nowhere",)}))
    assert both.total == 0
    assert sum(both.facets["department"].values()) > 0
    assert service.search(SearchRequest("停车场 宇宙飞船")).is_relaxed
    assert service.search(SearchRequest("停车场 -临江街道")).total < service.search(SearchRequest("停车场")).total
    assert service.search(SearchRequest("theme:transport 100%_")).total == 0
    assert service.search(SearchRequest("publisher:教育局")).total > 0
    assert set(service.search(SearchRequest("format:csv", limit=50)).ids) == set(ids)
    pages = [service.search(SearchRequest(sort="popularity", offset=o, limit=9)).ids for o in (0, 9, 18, 27)]
    assert {i for page in pages for i in page} == set(ids)


def _send_a_deletion_to_the_lost_alias(engine: ElasticsearchEngine) -> None:
    """As happens when the index is dropped between asking for it and writing: the cluster makes one of that name."""
    deletion = {"delete": {"_index": engine._alias, "_id": "x", "version": 1, "version_type": "external_gte"}}
    engine._client.bulk(operations=[deletion], require_alias=True)
    assert engine._client.indices.exists(index=engine._alias)
