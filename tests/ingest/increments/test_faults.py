"""What must not change what is published, and what makes a table be read whole again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from harvesters.tables import TablesSource
from harvesters.tables.reading import TableReader
from portal.ingest.fetching.bases import keep_bases
from tests.exchange_database.content import MARKETS, STOPS, push_markets, push_stops
from tests.ingest.increments.conftest import Front


def test_a_batch_that_is_not_finished_waits_and_is_read_when_it_is(front: Front) -> None:
    front.exchange.run("CREATE TABLE batch_log (name VARCHAR(40), batch_no INTEGER, state VARCHAR(10))")
    front.exchange.run("INSERT INTO batch_log VALUES ('sc_market', 1, 'done')")
    reading = MARKETS["reading"] | {
        "batch_table": "batch_log", "batch_table_column": "name", "batch_state_column": "state",
        "batch_order_column": "batch_no", "finished": ["done"],
    }  # fmt: skip
    front.register(tables=[MARKETS | {"reading": reading}])
    assert front.run().counts["create"] == 1
    before = front.published("sc_market")
    front.exchange.run("INSERT INTO batch_log VALUES ('sc_market', 2, 'loading')")
    push_markets(front.exchange, [(1, "半批", 0, 300)])
    loading = front.run()
    assert front.action(loading, "sc_market") == "skip"
    assert front.reasons(loading, "sc_market") == ["source_not_ready"]
    assert front.published("sc_market") == before
    front.exchange.run("UPDATE batch_log SET state = 'done' WHERE batch_no = 2")
    assert front.action(front.run(), "sc_market") == "update"
    assert (1, "半批", 0) in front.published("sc_market")


def test_a_table_that_moves_between_two_looks_is_left_alone(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    front.register(tables=[MARKETS | {"reading": MARKETS["reading"] | {"settle_s": 7}}])
    slept: list[float] = []

    def grow(seconds: float) -> None:
        slept.append(seconds)
        push_markets(front.exchange, [(100 + len(slept), "新", 1, 400 + len(slept))])

    made = TablesSource.__init__

    def with_sleep(self: Any, *given: Any, **values: Any) -> None:
        made(self, *given, **(values | {"sleep": grow}))

    monkeypatch.setattr(TablesSource, "__init__", with_sleep)
    report = front.run()
    assert slept == [7]
    assert front.reasons(report, "sc_market") == ["source_not_ready"]


def test_a_lost_base_makes_all_rows_be_read(front: Front) -> None:
    front.run()
    front.workshop.quarantine.discard(front.state("sc_market")["base_sha256"])
    front.exchange.run("DELETE FROM sc_market WHERE rank = 2")
    push_markets(front.exchange, [(40, "新", 1, 500)])
    front.run()
    ranks = {row[0] for row in front.published("sc_market")}
    assert (2 in ranks, 40 in ranks, len(ranks)) == (False, True, 30)


def test_other_columns_make_all_rows_be_read_and_wait_for_a_person(front: Front) -> None:
    front.run()
    before = front.published("sc_market")
    front.exchange.run("ALTER TABLE sc_market ADD COLUMN owner_name VARCHAR(20)")
    push_markets(front.exchange, [(40, "新", 1, 500)])
    front.run()
    assert front.state("sc_market")["columns"] == ["rank", "name", "stalls", "owner_name"]
    assert len(front.published("sc_market")) in {len(before), len(before) + 1}  # the unannounced column is dropped


def test_the_retention_spares_a_base_in_use_and_discards_the_one_before(front: Front) -> None:
    front.run()
    old = front.state("sc_market")["base_sha256"]
    push_markets(front.exchange, [(40, "新", 1, 500)])
    front.run()
    new = front.state("sc_market")["base_sha256"]
    quarantine = front.workshop.quarantine
    assert (quarantine.holds(old), quarantine.holds(new)) == (False, True)
    later = datetime.now(UTC) + timedelta(days=89)
    assert keep_bases(front.workshop.database, quarantine) == 2
    quarantine.purge(now=later)
    assert quarantine.holds(new)


def test_a_connection_lost_in_mid_stream_changes_nothing(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    if front.exchange.kind == "sqlite":
        pytest.skip("a file has no connection to lose")
    front.register(batch_rows=1_000)
    front.run()
    before, state = front.published("sc_market"), front.state("sc_market")
    columns, more = "rank, name, stalls, seq", "rank + {0}, '一个名称很长很长很长很长很长很长的市场', stalls, seq + {0}"
    for power in range(12):  # more than any buffer on the way holds
        rows = 30 * 2**power
        front.exchange.run(f"INSERT INTO sc_market ({columns}) SELECT {more.format(rows)} FROM sc_market")
    original = TableReader.changes
    seen: list[int] = []

    def cut(self: Any, connection: Connection, since: str, now: datetime) -> Any:
        for batch in original(self, connection, since, now):
            yield batch
            seen.append(len(batch.rows))
            if len(seen) == 2:
                dbapi: Any = connection.connection.dbapi_connection
                pid = dbapi.info.backend_pid if front.exchange.kind == "postgresql" else dbapi.thread_id()
                kill = f"SELECT pg_terminate_backend({pid})" if front.exchange.kind == "postgresql" else f"KILL {pid}"
                front.exchange.run(kill)

    monkeypatch.setattr(TableReader, "changes", cut)
    report = front.run()
    assert front.action(report, "sc_market") == "skip"
    assert front.reasons(report, "sc_market") == ["fetch_failed"]
    assert (front.published("sc_market"), front.state("sc_market")) == (before, state)


def test_a_comparison_that_loses_a_third_waits_for_a_person(front: Front) -> None:
    front.run()
    before = front.published("sc_market")
    front.exchange.run("DELETE FROM sc_market WHERE rank > 20")
    report = front.run(is_full=True)
    assert front.action(report, "sc_market") == "hold"
    assert "drift_rows_lost" in front.reasons(report, "sc_market")
    assert front.published("sc_market") == before


def test_keys_are_compared_when_the_number_of_runs_is_reached(front: Front) -> None:
    front.register(tables=[STOPS, MARKETS | {"reading": MARKETS["reading"] | {"compare_every_runs": 2}}])
    front.run()
    front.exchange.run("DELETE FROM sc_market WHERE rank = 9")
    push_markets(front.exchange, [(50, "新", 1, 700)])
    front.run()
    assert 9 in {row[0] for row in front.published("sc_market")}
    front.run()
    assert 9 not in {row[0] for row in front.published("sc_market")}


def test_a_late_commit_within_the_overlap_is_seen(front: Front) -> None:
    front.run()
    push_stops(front.exchange, [(70, "晚到", 1, "I", 40)])  # the stamp of the newest that was read
    front.run()
    assert 70 in {row[0] for row in front.published("jt_stop")}
