"""Fixtures that every room uses: a database, settings and a clock of their own for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from portal.db import Base, Database
from portal.settings import Settings

pytest_plugins = ["tests.services.fixtures", "tests.exchange_database.fixtures"]

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(autouse=True)
def _logs_as_they_were() -> Iterator[None]:
    """A command under test sets up logs for its process, which is the tests' own."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Embedded defaults in a directory of this test's own."""
    return Settings(var_dir=tmp_path / "var", secret_key="00" * 32, quarantine_key="11" * 32)


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    """An empty catalogue on SQLite with the schema of the models."""
    import portal.accounts.models
    import portal.catalogue.models
    import portal.ingest.models  # noqa: F401 - registers its tables

    database = Database(settings.effective_database_url)
    database.make_directory()
    Base.metadata.create_all(database.engine)
    yield database
    database.dispose()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data; the test is skipped where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the folder of real data (../shared/data) is not here")
    return SHARED_DATA
