"""Memory does not grow with the rows of a table."""

import tracemalloc

import pytest

from harvesters.records import TablePart
from tests.exchange_database.server import ExchangeDatabase
from tests.harvesters.tables.conftest import OpenTables

pytestmark = pytest.mark.slow


def test_sixteen_times_the_rows_take_no_more_memory(empty_exchange: ExchangeDatabase, open_tables: OpenTables) -> None:
    empty_exchange.run("CREATE TABLE t (id INTEGER PRIMARY KEY, name VARCHAR(40), seq INTEGER)")
    empty_exchange.run("INSERT INTO t VALUES (1, '站点一号', 1)")
    source = open_tables(
        tables=[{"table": "t", "title": "表", "reading": {"settle_s": 0, "sequence": "seq"}}], batch_rows=1_000
    )
    peaks, rows = [], 1
    for size in (4_096, 65_536):
        while rows < size:
            empty_exchange.run(f"INSERT INTO t SELECT id + {rows}, name, seq + {rows} FROM t")
            rows *= 2
        (part,) = source.map_record(next(iter(source.list_records())).records[0]).parts
        assert isinstance(part, TablePart)
        tracemalloc.start()
        assert sum(len(batch.rows) for batch in source.fetch_changes(part, "")) == size
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.3
