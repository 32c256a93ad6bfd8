"""A catalogue to publish into, and a way to count statements."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event

from portal.catalogue.publication import Publication
from portal.db import Database
from portal.storage import LocalStore
from tests.builders import NOW, Built, build_publication, publish

Counter = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def built(database: Database, tmp_path: Path) -> Built:
    """An empty catalogue and store."""
    return Built(database, LocalStore(tmp_path / "store"))


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
