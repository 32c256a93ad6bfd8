"""The database's own answers count as the index would."""

from portal.catalogue.indexing import describe_documents
from portal.index import SearchRequest, standin
from portal.index.query import parse_query
from tests.builders import Built, build_catalogue


def test_formats_are_those_that_the_index_is_told(catalogue: Built) -> None:
    ids = build_catalogue(catalogue, 12)
    with catalogue.database.reading() as session:
        told = {facts.id: set(facts.formats) for facts in describe_documents(session, ids)}
    counts = standin.search(catalogue.database, SearchRequest(limit=50), parse_query("")).facets["format"]
    assert counts == {name: sum(name in formats for formats in told.values()) for name in set().union(*told.values())}
    for name, count in counts.items():
        request = SearchRequest(facets={"format": (name,)}, limit=50)
        found = standin.search(catalogue.database, request, parse_query(""))
        assert found.total == count
        assert set(found.ids) == {one for one, formats in told.items() if name in formats}
