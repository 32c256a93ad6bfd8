"""However reading ends, nothing stays open: no result without its connection, no connection, and nothing to collect later."""

import gc
import logging
import sys
import time
from collections.abc import Generator, Iterator

import pytest

from harvesters.errors import RetryLater
from portal.ingest.fetching.ahead import ahead
from tests.exchange_database.server import ExchangeDatabase
from tests.harvesters.tables.conftest import OpenTables
from tests.harvesters.tables.test_guarding import part_of

ROWS = 8_000  # of 2 kB: more than any buffer on the way holds


@pytest.fixture
def unheard() -> Iterator[list[str]]:
    """What finalizers raise once everything is collected."""
    told: list[str] = []
    before, sys.unraisablehook = sys.unraisablehook, lambda found: told.append(f"{found.object}: {found.exc_value!r}")
    gc.collect()
    gc.disable()  # it runs late, as it may
    yield told
    gc.enable()
    sys.unraisablehook = before


@pytest.fixture
def long_table(empty_exchange: ExchangeDatabase) -> ExchangeDatabase:
    """A server with a table `t` that takes its time."""
    if empty_exchange.kind == "sqlite":
        pytest.skip("a file has no connection to lose")
    empty_exchange.run("CREATE TABLE t (id INTEGER PRIMARY KEY, name VARCHAR(2000), seq INTEGER)")
    series = {"postgresql": f"generate_series(1, {ROWS}) n", "mariadb": f"(SELECT seq n FROM seq_1_to_{ROWS}) s"}
    empty_exchange.run(f"INSERT INTO t SELECT n, REPEAT('x', 2000), n FROM {series[empty_exchange.kind]}")
    return empty_exchange


TABLE = {"table": "t", "title": "表", "reading": {"settle_s": 0, "sequence": "seq", "keys": ["id"]}}


def connections_of(exchange: ExchangeDatabase) -> int:
    """Of the reader's account; a server takes a moment to notice that one was cut."""
    asked = {
        "postgresql": f"SELECT count(*) FROM pg_stat_activity WHERE usename = '{exchange.reader}'",
        "mariadb": f"SELECT count(*) FROM information_schema.processlist WHERE user = '{exchange.reader}'",
    }
    for _ in range(50):
        if not (found := int(exchange.scalar(asked[exchange.kind]))):
            return 0
        time.sleep(0.1)
    return found


def kill(exchange: ExchangeDatabase) -> None:
    """End every connection of the reader's account."""
    if exchange.kind == "postgresql":
        exchange.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{exchange.reader}'")
    else:
        exchange.run(f"KILL USER '{exchange.reader}'@'127.0.0.1'")


def assert_nothing_is_left(exchange: ExchangeDatabase, unheard: list[str], caplog: pytest.LogCaptureFixture) -> None:
    assert connections_of(exchange) == 0
    gc.collect()
    assert unheard == []
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


def test_reading_that_stops_early_ends_the_connection_at_once(
    long_table: ExchangeDatabase, open_tables: OpenTables, unheard: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    source = open_tables(tables=[TABLE], batch_rows=100)
    part = part_of(source, "t")
    streams: tuple[object, ...] = (source.fetch_changes(part, ""), source.fetch_keys(part), source.fetch_rows(part))
    for batches in streams:
        assert isinstance(batches, Generator)
        next(batches)
        batches.close()
    assert_nothing_is_left(long_table, unheard, caplog)


def test_a_reader_that_fails_while_rows_are_fetched_ahead_ends_the_connection(
    long_table: ExchangeDatabase, open_tables: OpenTables, unheard: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    source = open_tables(tables=[TABLE], batch_rows=100)
    part = part_of(source, "t")
    with pytest.raises(ZeroDivisionError) as kept, ahead(source.fetch_changes(part, "")) as batches:
        next(batches)
        raise ZeroDivisionError
    assert kept.value.__traceback__ is not None  # which holds every frame on the way
    assert_nothing_is_left(long_table, unheard, caplog)


def test_a_connection_killed_in_mid_stream_leaves_nothing_to_collect(
    long_table: ExchangeDatabase, open_tables: OpenTables, unheard: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    source = open_tables(tables=[TABLE], batch_rows=100)
    batches = source.fetch_changes(part_of(source, "t"), "")
    next(batches)
    kill(long_table)
    with pytest.raises(RetryLater):
        for _ in batches:
            pass
    del batches
    assert_nothing_is_left(long_table, unheard, caplog)


def test_a_connection_killed_between_two_batches_may_be_left_alone(
    long_table: ExchangeDatabase, open_tables: OpenTables, unheard: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    source = open_tables(tables=[TABLE], batch_rows=100)
    batches = source.fetch_changes(part_of(source, "t"), "")
    next(batches)
    kill(long_table)
    batches.close()
    assert_nothing_is_left(long_table, unheard, caplog)


def test_a_stream_over_its_time_limit_leaves_nothing_to_collect(
    long_table: ExchangeDatabase, open_tables: OpenTables, unheard: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    source = open_tables(tables=[TABLE], batch_rows=100, statement_timeout_s=1, stream_timeout_s=1)
    part = part_of(source, "t")
    if long_table.kind == "postgresql":  # where the limit is one of each FETCH
        slow = "CASE WHEN id > 350 THEN pg_sleep(1.2)::text ELSE name END AS name"
        long_table.run("ALTER TABLE t RENAME TO fast")
        long_table.run(f"CREATE VIEW t AS SELECT id, {slow}, seq FROM fast")
    batches = source.fetch_changes(part, "")
    assert len(next(batches).rows) == 100
    time.sleep(1.2 if long_table.kind == "mariadb" else 0)
    with pytest.raises(RetryLater):
        list(batches)
    del batches
    assert_nothing_is_left(long_table, unheard, caplog)


def test_a_probe_that_is_cut_off_leaves_nothing_to_collect(
    long_table: ExchangeDatabase, open_tables: OpenTables, unheard: list[str], caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    source = open_tables(tables=[TABLE | {"reading": {"settle_s": 0}}])

    def cut(*_: object, **__: object) -> None:
        kill(long_table)
        raise ZeroDivisionError

    monkeypatch.setattr("harvesters.tables.probing.blake2b", cut)
    with pytest.raises(ZeroDivisionError):
        part_of(source, "t")
    assert_nothing_is_left(long_table, unheard, caplog)
