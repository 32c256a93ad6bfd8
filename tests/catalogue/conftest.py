"""A catalogue to publish into, and a way to count statements."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, event, make_url

from portal.catalogue.publication import Publication
from portal.db import Base, Database
from portal.kernel.ids import new_id
from portal.storage import LocalStore
from tests.builders import NOW, Built, build_publication, publish
from tests.db.models import load_models
from tests.services import Absent, service_url

Counter = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture(scope="session")
def postgres_template() -> Iterator[URL]:
    """A PostgreSQL database with the schema, to be copied: ten times faster than making the schema for each test."""
    try:
        server = make_url(service_url("postgres"))
    except Absent as error:
        pytest.skip(str(error))
    url = server.set(database=f"t_{new_id()}")
    _administer(server, f'CREATE DATABASE "{url.database}"')
    database = Database(url.render_as_string(hide_password=False))
    load_models()
    Base.metadata.create_all(database.engine)
    database.dispose()
    yield url
    _administer(server, f'DROP DATABASE "{url.database}" WITH (FORCE)')


@pytest.fixture(params=["sqlite", "postgresql"])
def built(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Built]:
    """An empty catalogue and store, on each engine."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'catalogue.sqlite3'}")
        load_models()
        Base.metadata.create_all(database.engine)
        yield Built(database, LocalStore(tmp_path / "store"))
        database.dispose()
        return
    template: URL = request.getfixturevalue("postgres_template")
    server, url = template.set(database="postgres"), template.set(database=f"t_{new_id()}")
    _administer(server, f'CREATE DATABASE "{url.database}" TEMPLATE "{template.database}"')
    database = Database(url.render_as_string(hide_password=False))
    yield Built(database, LocalStore(tmp_path / "store"))
    database.dispose()
    _administer(server, f'DROP DATABASE "{url.database}" WITH (FORCE)')


def _administer(server: URL, statement: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


@pytest.fixture
def make(built: Built, tmp_path: Path) -> Callable[..., Publication]:
    """`make(number, **changes)`: a publication whose table is in the store."""
    return lambda number=0, **changes: build_publication(number, built.store, tmp_path, **changes)


@pytest.fixture
def put(built: Built) -> Callable[..., str]:
    """`put(publication, now=…)`: judge and publish; the dataset's id."""

    def _put(publication: Publication, **options: object) -> str:
        with built.database.transaction() as session:
            return publish(session, publication, **{"now": NOW, **options}).dataset_id  # type: ignore[arg-type]

    return _put


@pytest.fixture
def statements(built: Built) -> Counter:
    """`with statements() as made:` collects the SQL that is sent, BEGIN left out."""

    @contextmanager
    def collect() -> Iterator[list[str]]:
        made: list[str] = []

        def note(*arguments: object) -> None:
            if not str(arguments[2]).startswith("BEGIN"):
                made.append(str(arguments[2]))

        event.listen(built.database.engine, "before_cursor_execute", note)
        yield made
        event.remove(built.database.engine, "before_cursor_execute", note)

    return collect
