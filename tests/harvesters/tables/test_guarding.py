"""Nothing is ever written to the source, no secret is told, and names are checked before they are used."""

import re
from typing import Any

import pytest
from sqlalchemy import event, text

from harvesters import ConfigError, HarvestError, check_config, open_source
from harvesters.errors import RetryLater, SkipRecord, StopRun
from harvesters.records import TablePart
from harvesters.tables import TablesSource
from tests.exchange_database.content import MARKETS, STOPS
from tests.exchange_database.server import ExchangeDatabase
from tests.harvesters.conftest import Lines
from tests.harvesters.tables.conftest import OpenTables

READS = re.compile(
    r"\s*(SELECT|WITH|SET|SHOW|BEGIN|ROLLBACK|PRAGMA (main\.|temp\.)?(table|index|foreign)\w*\()", re.IGNORECASE
)


def part_of(source: TablesSource, record_id: str) -> TablePart:
    records = [raw for page in source.list_records() for raw in page.records]
    (part,) = source.map_record(next(raw for raw in records if raw.id == record_id)).parts
    assert isinstance(part, TablePart)
    return part


def read_everything(source: TablesSource) -> None:
    source.check()
    for record_id in ("jt_stop", "sc_market"):
        part = part_of(source, record_id)
        for since in ("", "2026-03-01 08:05:00.000000" if record_id == "jt_stop" else "1" + "0" * 38 + "5"):
            assert sum(len(batch.rows) for batch in source.fetch_changes(part, since)) > 0
        assert sum(len(batch.rows) for batch in source.fetch_keys(part)) > 0


def test_only_reading_statements_are_sent(exchange_database: ExchangeDatabase, open_tables: OpenTables) -> None:
    source, sent = open_tables(is_owner=True), []
    event.listen(source.database.engine, "before_cursor_execute", lambda *found: sent.append(found[2]))
    read_everything(source)
    assert len(sent) > 10
    assert [statement for statement in sent if not READS.match(statement)] == []


def test_the_server_itself_saw_no_other_statement(exchange_database: ExchangeDatabase, open_tables: OpenTables) -> None:
    if exchange_database.kind != "mariadb":
        pytest.skip("MariaDB keeps a log of statements that can be asked for")
    exchange_database.run("SET GLOBAL log_output = 'TABLE'")
    exchange_database.run("SET GLOBAL general_log = 1")
    try:
        read_everything(open_tables())
    finally:
        exchange_database.run("SET GLOBAL general_log = 0")
    with exchange_database.engine.connect() as connection:
        statement = "SELECT argument FROM mysql.general_log WHERE command_type = 'Query' AND user_host LIKE :who"
        seen = connection.execute(text(statement), {"who": f"%{exchange_database.reader}%"}).scalars().all()
    texts = [found.decode() if isinstance(found, bytes) else str(found) for found in seen]
    assert len(texts) > 10
    assert [found for found in texts if not READS.match(found) and found not in {"COMMIT"}] == []


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO sc_market (rank) VALUES (999)",
        "UPDATE sc_market SET stalls = 0",
        "DELETE FROM sc_market",
        "DROP TABLE sc_market",
        "CREATE TABLE x (a INTEGER)",
    ],
)
def test_an_account_that_may_write_cannot_through_the_source(
    exchange_database: ExchangeDatabase, open_tables: OpenTables, statement: str
) -> None:
    source = open_tables(is_owner=True)
    with pytest.raises(HarvestError), source.database.reading() as connection:
        connection.execute(text(statement))
        connection.commit()
    assert exchange_database.scalar("SELECT count(*) FROM sc_market") == 30
    assert exchange_database.scalar("SELECT sum(stalls) FROM sc_market") == 3 * sum(range(1, 31))


def test_an_account_that_may_write_is_told_of(exchange_database: ExchangeDatabase, open_tables: OpenTables) -> None:
    if exchange_database.kind == "sqlite":
        pytest.skip("a file has no accounts; it is opened for reading")
    read_only, owner = open_tables(), open_tables(is_owner=True)
    read_only.check()
    assert read_only.notes == ()
    list(owner.list_records())
    assert "may write to the database" in owner.notes[0]
    with pytest.raises(StopRun, match="SELECT alone"):
        open_tables(is_owner=True, needs_read_only_account=True).check()


def test_a_wrong_password_is_not_told(exchange_database: ExchangeDatabase, lines: Lines) -> None:
    if exchange_database.kind != "mariadb":
        pytest.skip("the PostgreSQL of the tests trusts everybody")
    wrong = "wrong-but-secret-0815"
    secret = {"user": exchange_database.reader, "password": wrong}
    config = exchange_database.config(tables=[STOPS])
    source = open_source("tables", name="front", config=config, secret=secret, transport=lines.transport(frozenset()))
    with pytest.raises(StopRun, match="refuses the account") as caught:
        source.check()
    error: BaseException | None = caught.value
    while error is not None:
        assert wrong not in str(error) + repr(error)
        error = error.__cause__


def test_a_database_that_is_away_is_tried_again_later(lines: Lines) -> None:
    from tests.services.processes import free_port

    config = {"dialect": "postgresql", "host": "127.0.0.1", "port": free_port(), "database": "x", "tables": [STOPS]}
    secret = {"user": "u", "password": "hidden-4711"}
    source = open_source("tables", name="front", config=config, secret=secret, transport=lines.transport(frozenset()))
    with pytest.raises(RetryLater, match="away") as caught:
        list(source.list_records())
    assert "hidden-4711" not in str(caught.value) + str(caught.value.__cause__)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"keys": ["stop_rnk"]}, "no column 'stop_rnk'; did you mean 'stop_rank'"),
        ({"stamp": "pushed_at; DROP TABLE sc_market"}, "no column"),
        ({"operation": '"op"'}, "no column"),
    ],
)
def test_a_name_that_is_not_in_the_schema_is_refused(
    exchange_database: ExchangeDatabase, open_tables: OpenTables, change: dict[str, Any], words: str
) -> None:
    entry = STOPS | {"reading": STOPS["reading"] | change}
    source = open_tables(tables=[entry, MARKETS])
    records = {raw.id: raw for page in source.list_records() for raw in page.records}
    assert words in records["jt_stop"].problem
    assert records["sc_market"].problem == ""
    assert exchange_database.scalar("SELECT count(*) FROM sc_market") == 30


def test_hostile_names_in_the_database_are_quoted(empty_exchange: ExchangeDatabase, open_tables: OpenTables) -> None:
    name, column = 'a"b`c; --', 'x"y; z'
    quoted = empty_exchange.engine.dialect.identifier_preparer.quote
    with empty_exchange.engine.begin() as connection:
        connection.exec_driver_sql(
            f"CREATE TABLE {quoted(name)} (id INTEGER PRIMARY KEY, {quoted(column)} INTEGER)".replace("%", "%%")
        )
        connection.exec_driver_sql(f"INSERT INTO {quoted(name)} VALUES (1, 7)")
    entry = {"table": name, "title": "怪名", "reading": {"settle_s": 0}}
    source = open_tables(tables=[entry])
    (part,) = source.map_record(next(iter(source.list_records())).records[0]).parts
    assert isinstance(part, TablePart)
    (batch,) = source.fetch_rows(part)
    assert batch.columns == ("id", column)
    assert batch.rows == (("1", "7"),)


def test_a_table_that_is_gone_skips_its_record_alone(
    exchange_database: ExchangeDatabase, open_tables: OpenTables
) -> None:
    source = open_tables()
    part = part_of(source, "sc_market")
    exchange_database.run("DROP TABLE sc_market")
    with pytest.raises(SkipRecord, match="no table 'sc_market'"):
        list(source.fetch_changes(part, ""))
    records = {raw.id: raw.problem for page in source.list_records() for raw in page.records}
    assert "no table 'sc_market'" in records["sc_market"]
    assert records["jt_stop"] == ""


def test_a_configuration_tells_every_fault_at_once() -> None:
    bad = {
        "dialect": "postgresql",
        "host": "postgresql://u:p@host/x",
        "database": "x",
        "time_zone": "Shanghai",
        "tables": [{"table": "a", "nmae": 1}, {"title": "x"}, {"table": "b", "reading": {"holds": "some"}}],
        "reading": {"batch_table": "log", "sql": "SELECT 1"},
    }
    with pytest.raises(ConfigError) as caught:
        check_config("tables", bad)
    told = " ".join(caught.value.faults)
    for word in (
        "'host'",
        "'time_zone'",
        "'nmae'",
        "entry 2",
        "'holds'",
        "'batch_state_column'",
        "'sql'",
        "'finished'",
    ):
        assert word in told, word
