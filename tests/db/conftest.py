"""A migrated database on each engine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.db import Database
from portal.db.migrating import migrate


@pytest.fixture(params=["sqlite", "postgresql"])
def migrated(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database at the current schema, made by the migrations."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'var' / 'catalogue.sqlite3'}")
    else:
        database = Database(request.getfixturevalue("postgres_url"))
    migrate(database)
    yield database
    database.dispose()
