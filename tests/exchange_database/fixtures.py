"""The sample exchange database on each kind of server; a test that asks for it runs once for each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.exchange_database.content import make_tables
from tests.exchange_database.server import KINDS, ExchangeDatabase, close_server, open_server, open_sqlite


@pytest.fixture(params=KINDS)
def empty_exchange(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ExchangeDatabase]:
    """An exchange database without tables."""
    if request.param == "sqlite":
        database = open_sqlite(tmp_path / "exchange.sqlite3")
        database.run("CREATE TABLE unused (a INTEGER)")
        yield database
        database.engine.dispose()
        return
    address = request.getfixturevalue("postgres_url" if request.param == "postgresql" else "mariadb_url")
    database = open_server(request.param, address)
    yield database
    close_server(database)


@pytest.fixture
def exchange_database(empty_exchange: ExchangeDatabase) -> ExchangeDatabase:
    """With two tables in it: `content.STOPS` and `content.MARKETS`."""
    make_tables(empty_exchange)
    return empty_exchange
