"""Sources on the sample exchange database, whose waits are noted and not slept."""

from collections.abc import Callable
from typing import Any

import pytest

from harvesters import open_source
from harvesters.tables import TablesSource
from tests.exchange_database.content import MARKETS, STOPS
from tests.exchange_database.server import ExchangeDatabase
from tests.harvesters.conftest import Lines

OpenTables = Callable[..., TablesSource]


@pytest.fixture
def waits() -> list[float]:
    """Seconds that the source would have slept."""
    return []


@pytest.fixture
def open_tables(empty_exchange: ExchangeDatabase, lines: Lines, waits: list[float]) -> OpenTables:
    """`open_tables(tables=[…], is_owner=True)`: a source on the database, with the reader's account unless told otherwise."""

    def opened(*, is_owner: bool = False, sleep: Callable[[float], None] = waits.append, **values: Any) -> TablesSource:
        config = empty_exchange.config(**({"tables": [STOPS, MARKETS]} | values))
        source = open_source(
            "tables",
            name="front",
            config=config,
            secret=empty_exchange.secret(is_owner=is_owner),
            transport=lines.transport(frozenset()),
            sleep=sleep,
        )
        assert isinstance(source, TablesSource)
        return source

    return opened
