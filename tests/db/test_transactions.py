"""One writer at a time, readers never wait, and nothing is lost between processes."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import event, text

from portal.catalogue.models import Outbox
from portal.db import Database

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


def _outbox(database: Database) -> int:
    with database.reading() as session:
        return int(session.execute(text("SELECT count(*) FROM outbox")).scalar_one())


def test_a_write_transaction_begins_with_the_write_lock(migrated: Database) -> None:
    if not migrated.is_sqlite:
        pytest.skip("PostgreSQL locks rows")
    statements: list[str] = []
    event.listen(migrated.engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    with migrated.transaction() as session:
        session.execute(text("SELECT 1"))
    with migrated.reading() as session:
        session.execute(text("SELECT 1"))
    assert statements == ["BEGIN IMMEDIATE", "SELECT 1", "BEGIN", "SELECT 1"]


def test_sqlite_runs_with_the_safety_it_promises(migrated: Database) -> None:
    if not migrated.is_sqlite:
        pytest.skip("pragmas are SQLite's")
    with migrated.reading() as session:
        found = {
            name: session.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "foreign_keys", "busy_timeout", "recursive_triggers")
        }
    assert found == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 30_000, "recursive_triggers": 1}


def test_an_error_rolls_back_everything(migrated: Database) -> None:
    with pytest.raises(RuntimeError), migrated.transaction() as session:
        session.add(Outbox(kind="a", payload={}, created_at=NOW))
        session.flush()
        raise RuntimeError
    assert _outbox(migrated) == 0


def test_a_rolled_back_savepoint_leaks_nothing(migrated: Database) -> None:
    with migrated.transaction() as session:
        session.add(Outbox(kind="kept", payload={}, created_at=NOW))
        session.flush()
        with pytest.raises(RuntimeError), session.begin_nested():
            session.add(Outbox(kind="lost", payload={}, created_at=NOW))
            session.flush()
            raise RuntimeError
    assert _outbox(migrated) == 1


def test_reading_keeps_nothing(migrated: Database) -> None:
    with migrated.reading() as session:
        session.add(Outbox(kind="a", payload={}, created_at=NOW))
        session.flush()
    assert _outbox(migrated) == 0


def test_a_reader_sees_one_state_while_a_writer_commits(migrated: Database) -> None:
    with migrated.reading() as reader:
        before = reader.execute(text("SELECT count(*) FROM outbox")).scalar_one()
        with migrated.transaction() as writer:
            writer.add(Outbox(kind="a", payload={}, created_at=NOW))
        assert reader.execute(text("SELECT count(*) FROM outbox")).scalar_one() == before
    assert _outbox(migrated) == 1


def test_naive_instants_are_refused(migrated: Database) -> None:
    from sqlalchemy.exc import StatementError

    with pytest.raises(StatementError, match="naive"), migrated.transaction() as session:
        session.add(Outbox(kind="a", payload={}, created_at=NOW.replace(tzinfo=None)))


def test_processes_that_read_before_they_write_lose_no_update(migrated: Database) -> None:
    with migrated.transaction() as session:
        session.add(Outbox(kind="counter", payload={}, created_at=NOW, attempts=0))
    program = (
        "import sys; from sqlalchemy import select, text; from portal.db import Database\n"
        "from portal.db.locks import lock; from portal.catalogue.models import Outbox\n"
        "database = Database(sys.argv[1]); sys.stdin.read()\n"
        "for _ in range(50):\n"
        "    with database.transaction() as session:\n"
        "        lock(session, 'counter')\n"
        "        row = session.scalars(select(Outbox)).one()\n"
        "        row.attempts = row.attempts + 1\n"
    )
    url = migrated.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", program, url]
    started = [subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) for _ in range(4)]
    for process in started:
        assert process.stdin is not None
        process.stdin.close()
        process.stdin = None
    for process in started:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors.decode()
    with migrated.reading() as session:
        assert session.execute(text("SELECT attempts FROM outbox")).scalar_one() == 200
