"""Engines to test: tantivy always, Elasticsearch 8 and 9 where they can be started."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.catalogue.queries import list_unindexed
from portal.db import Base, Database
from portal.index import Document, SearchService
from portal.index.cluster import ElasticsearchEngine
from portal.index.embedded import TantivyEngine
from portal.index.protocol import SearchEngine
from portal.kernel.ids import new_id
from portal.settings import Settings
from portal.storage import open_store
from tests.builders import Built
from tests.index.corpus import make_documents
from tests.services import Absent, service_url

ENGINES = [
    "tantivy",
    *(pytest.param(name, marks=pytest.mark.services) for name in ("elasticsearch8", "elasticsearch9")),
]


def make_engine(name: str, directory: Path, alias: str) -> SearchEngine:
    """An engine without an index; the test is skipped when its server cannot be started."""
    if name == "tantivy":
        return TantivyEngine(directory / alias)
    try:
        return ElasticsearchEngine(service_url(name), alias)
    except Absent as error:
        pytest.skip(str(error))


def remove(engine: SearchEngine) -> None:
    """Leave nothing on a shared server."""
    if isinstance(engine, ElasticsearchEngine):
        for index in engine._client.indices.get(index=f"{engine._alias}-*").body:
            engine._client.indices.delete(index=index)
    engine.close()


@pytest.fixture(scope="session")
def documents() -> list[Document]:
    return make_documents()


@pytest.fixture(scope="session", params=ENGINES)
def full_service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, documents: list[Document]
) -> Iterator[SearchService]:
    """A service over 2,000 documents, for reading only; its database is empty, so nothing is hidden."""
    directory = tmp_path_factory.mktemp("index")
    database = Database(f"sqlite:///{directory / 'empty.sqlite3'}")
    import portal.accounts.models
    import portal.catalogue.models
    import portal.ingest.models  # noqa: F401 - registers its tables

    Base.metadata.create_all(database.engine)
    engine = make_engine(request.param, directory, f"t-{new_id()}")
    engine.rebuild(documents)
    yield SearchService(engine, database)
    remove(engine)
    database.dispose()


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SearchEngine]:
    """An engine of this test's own, without an index yet."""
    engine = make_engine(request.param, tmp_path, f"t-{new_id()}")
    yield engine
    remove(engine)


@pytest.fixture
def catalogue(settings: Settings, database: Database) -> Built:
    """A catalogue to publish into: `build_catalogue(catalogue, n)`."""
    return Built(database, open_store(settings))


@pytest.fixture
def service(engine: SearchEngine, database: Database) -> SearchService:
    """Search over the test's catalogue, nothing indexed yet."""
    return SearchService(engine, database)


def count_pending(database: Database) -> int:
    """Datasets that the index does not know as they are."""
    with database.reading() as session:
        return len(list_unindexed(session, 10_000))
