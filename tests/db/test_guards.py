"""What the database itself refuses, whoever asks: raw SQL against both engines."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from portal.db import Database
from portal.storage import LocalStore
from tests.builders import Built, build_catalogue

A, B = "a" * 64, "b" * 64
VERDICT = (
    "INSERT INTO verdict (id, source_key, data_digest, page_digest, outcome, reasons, gate_version, judged_at)"
    " VALUES ('{id}', 's:1', '{data}', '{page}', '{outcome}', '[]', '1', '2026-11-20 08:00:00')"
)
VERSION = (
    "INSERT INTO version (dataset_id, number, data_digest, page_digest, verdict_id, verdict_outcome, openness, provenance,"
    " table_count, published_at) VALUES ((SELECT id FROM dataset LIMIT 1), 2, '{data}', '{page}', '{verdict}',"
    " '{outcome}', 'unconditional', '{{}}', 0, '2026-11-20 08:00:00')"
)


@pytest.fixture
def filled(migrated: Database, tmp_path: Path) -> Iterator[Database]:
    """A catalogue with one published dataset."""
    build_catalogue(Built(migrated, LocalStore(tmp_path / "store")), 1)
    yield migrated


def _run(database: Database, *statements: str) -> None:
    with database.transaction() as session:
        for statement in statements:
            session.execute(text(statement))


def _refused(database: Database, *statements: str, match: str = ".") -> None:
    with pytest.raises(DBAPIError, match=match):
        _run(database, *statements)


def _verdict(outcome: str = "admitted", data: str = A, page: str = A) -> str:
    return VERDICT.format(id="v", outcome=outcome, data=data, page=page)


def _version(outcome: str = "admitted", data: str = A, page: str = A) -> str:
    return VERSION.format(verdict="v", outcome=outcome, data=data, page=page)


def test_a_version_with_an_admitted_verdict_of_its_digests_is_taken(filled: Database) -> None:
    _run(filled, _verdict(), _version())


def test_a_version_without_a_stored_verdict_is_refused(filled: Database) -> None:
    _refused(filled, _version())


@pytest.mark.parametrize("outcome", ["held", "refused"])
def test_a_version_whose_verdict_is_not_admitted_is_refused(filled: Database, outcome: str) -> None:
    _refused(filled, _verdict(outcome), _version("admitted"))
    _refused(filled, _verdict(outcome), _version(outcome), match="only_admitted")


def test_a_version_of_other_data_than_was_judged_is_refused(filled: Database) -> None:
    _refused(filled, _verdict(data=A), _version(data=B))


def test_a_version_of_another_page_than_was_judged_is_refused(filled: Database) -> None:
    _refused(filled, _verdict(page=A), _version(page=B))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE verdict SET outcome = 'admitted'",
        "UPDATE verdict SET gate_version = '9'",
        "DELETE FROM verdict",
        "UPDATE version SET data_digest = page_digest",
        "UPDATE version SET provenance = '{}'",
        "UPDATE version SET published_at = '2020-01-01 00:00:00'",
        "DELETE FROM version",
        "UPDATE version_part SET preview = '[]'",
        "UPDATE version_part SET blob_key = 'tables/aa/other'",
        "DELETE FROM version_part",
    ],
)
def test_what_was_published_is_never_edited(filled: Database, statement: str) -> None:
    _refused(filled, statement, match="append-only|never|only with its version")


@pytest.mark.parametrize("table", ["verdict", "version", "tombstone", "harvest_record"])
def test_nothing_is_truncated(filled: Database, table: str) -> None:
    if filled.is_sqlite:
        pytest.skip("SQLite knows no TRUNCATE")
    _refused(filled, f"TRUNCATE {table} CASCADE", match="append-only|never")


def test_replacing_a_row_is_no_way_round(filled: Database) -> None:
    if not filled.is_sqlite:
        pytest.skip("INSERT OR REPLACE is SQLite's")
    _run(filled, _verdict("held"))
    _refused(filled, _verdict("admitted").replace("INSERT", "INSERT OR REPLACE"), match="append-only")


def test_a_version_is_redacted_once_and_only_then_loses_its_parts(filled: Database) -> None:
    _run(filled, "UPDATE version SET redacted_at = '2026-11-21 00:00:00'", "DELETE FROM version_part")
    _refused(filled, "UPDATE version SET redacted_at = NULL", match="once")
    _refused(filled, "UPDATE version SET redacted_at = '2027-01-01 00:00:00'", match="once")


def test_harvest_records_are_append_only(filled: Database) -> None:
    run = "INSERT INTO {table} ({names}) VALUES ({values})"
    source = run.format(
        table="source",
        names="name, kind, config, secret_name, created_at",
        values="'s', 'folder', '{}', '', '2026-11-20 08:00:00'",
    )
    with filled.transaction() as session:
        session.execute(text(source))
        from portal.ingest.models import HarvestRecord, HarvestRun
        from tests.builders import NOW

        session.add(HarvestRun(id="r" * 16, source_name="s", started_at=NOW, heartbeat_at=NOW))
        session.flush()
        session.add(HarvestRecord(run_id="r" * 16, record_id="1", action="create", recorded_at=NOW))
    _refused(filled, "UPDATE harvest_record SET action = 'update'", match="append-only")
    _refused(filled, "DELETE FROM harvest_record", match="append-only")


@pytest.mark.parametrize("column", ["owner", "approver", "basis", "data_class", "grade"])
def test_a_published_dataset_names_who_decided(filled: Database, column: str) -> None:
    _refused(filled, f"UPDATE dataset SET {column} = ''", match="who_decided")
    _refused(filled, f"UPDATE dataset SET {column} = '  '", match="who_decided")


@pytest.mark.parametrize("grade", ["important", "core"])
def test_important_and_core_data_are_never_published(filled: Database, grade: str) -> None:
    _refused(filled, f"UPDATE dataset SET grade = '{grade}'", match="published_grade")


def test_closed_data_is_never_published(filled: Database) -> None:
    _refused(filled, "UPDATE dataset SET openness = 'closed'", match="published_is_open")


def test_a_published_dataset_has_a_version(filled: Database) -> None:
    _refused(filled, "UPDATE dataset SET current_version = NULL", match="has_version")


def test_a_state_is_one_of_three(filled: Database) -> None:
    _refused(filled, "UPDATE dataset SET state = 'secret'", match="state_known")
