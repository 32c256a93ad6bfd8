"""The `tables` source keeps the contract of every source, on each kind of server."""

from dataclasses import replace

import pytest

from harvesters.tables import TablesSource
from harvesters.testing import SourceContract, Subject
from tests.exchange_database.content import push_markets, push_stops
from tests.exchange_database.server import ExchangeDatabase
from tests.harvesters.tables.conftest import OpenTables


class TestTables(SourceContract):
    @pytest.fixture
    def subject(self, exchange_database: ExchangeDatabase, open_tables: OpenTables) -> Subject:
        def change(record_id: str) -> None:
            if record_id == "jt_stop":
                push_stops(exchange_database, [(3, "改名", 9, "U", 900)])
            else:
                push_markets(exchange_database, [(3, "改名", 9, 900)])

        def open_elsewhere() -> TablesSource:
            config = replace(open_tables().database.config, dialect="postgresql", host="169.254.169.254", port=5432)
            return TablesSource("elsewhere", config, {"user": "u", "password": "p"})

        return Subject(
            open=open_tables,
            ids=frozenset({"jt_stop", "sc_market"}),
            change_data=change,
            open_elsewhere=open_elsewhere,
        )
