"""Deciding about conditional data at the command line: the whole way, and what is refused with a sentence."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from portal.cli import main
from portal.db import Database
from portal.grants import accept_agreement, apply_for_dataset
from portal.grants.calendar import working_days
from portal.kernel.principal import Principal
from portal.settings import Settings
from portal.storage import open_store
from tests.accounts.people import make_person
from tests.builders import Built
from tests.catalogue.test_conditional import publish_conditional
from tests.grants.test_grants import TEXT

BY = ("--person", "李审核")


@pytest.fixture
def portal(tmp_path: Path) -> Callable[..., Result]:
    """Runs one command in a directory of this test's own."""
    environment = {
        "PORTAL_VAR_DIR": str(tmp_path / "var"),
        "PORTAL_SECRET_KEY": "00" * 32,
        "PORTAL_QUARANTINE_KEY": "11" * 32,
        "PORTAL_LOG_LEVEL": "ERROR",
    }

    def run(*arguments: str) -> Result:
        result = CliRunner().invoke(main, arguments, env=environment)
        assert "Traceback" not in result.output
        return result

    return run


def _prepared(portal: Callable[..., Result], folder: Path) -> tuple[Database, Principal, str]:
    """A database with a conditional dataset and a person; and the id of the dataset."""
    assert portal("db", "migrate").exit_code == 0
    settings = Settings(var_dir=folder / "var")
    database = Database(settings.effective_database_url)
    dataset_id = publish_conditional(Built(database, open_store(settings)), folder)
    account_id = make_person(database, "applicant@example.cn", name="赵申请").id
    return database, Principal(caller="x", account_id=account_id), dataset_id


def test_the_whole_way_at_the_command_line(portal: Callable[..., Result], tmp_path: Path) -> None:
    database, person, dataset_id = _prepared(portal, tmp_path)
    assert "No application waits." in portal("application", "list").output
    assert portal("agreement", "show").exit_code == 1
    (tmp_path / "zh.md").write_text("- 仅用于申请的目的。", encoding="utf-8")
    (tmp_path / "en.md").write_text("- For the purpose alone.", encoding="utf-8")
    texts = ("--zh", str(tmp_path / "zh.md"), "--en", str(tmp_path / "en.md"))
    assert "Agreement 1 is in force" in portal("agreement", "add", *texts, *BY).output
    assert "For the purpose alone." in portal("agreement", "show", "1").output
    now = datetime.now(UTC)
    with database.transaction() as session:
        made = apply_for_dataset(session, person, dataset_id, TEXT, now, calendar=working_days(Settings()))
    assert made in portal("application", "list").output
    assert portal("application", "message", made, "--text", "请说明统计口径", *BY).exit_code == 0
    own = portal("application", "approve", made, "--days", "9", "--reason", "可以", "--person", "赵申请")
    assert (own.exit_code, "of their own" in own.output) == (1, True)
    assert portal("application", "approve", made, "--days", "9", "--reason", "可以", *BY).exit_code == 0
    again = portal("application", "refuse", made, "--reason", "不行", *BY)
    assert (again.exit_code, "approved already" in again.output) == (1, True)
    with database.transaction() as session:
        grant_id = accept_agreement(session, person, made, 1, datetime.now(UTC))
    shown = portal("application", "show", made).output
    for words in (TEXT.purpose, "请说明统计口径", "agreed", "staff:李审核"):
        assert words in shown
    assert "held" in portal("grant", "list").output
    assert portal("grant", "revoke", grant_id, "--reason", "超出目的", *BY).exit_code == 0
    assert "revoked" in portal("grant", "list").output
    assert "revoked already" in portal("grant", "revoke", grant_id, "--reason", "超出目的", *BY).output
    assert "granted" in portal("application", "list", "--all").output
    database.dispose()


def test_what_is_not_there_is_said_in_a_sentence(portal: Callable[..., Result]) -> None:
    assert portal("db", "migrate").exit_code == 0
    for command in (("application", "show", "x"), ("grant", "revoke", "x", "--reason", "y", *BY)):
        told = portal(*command)
        assert told.exit_code == 1
        assert "There is no" in told.output
    assert portal("grant", "list").output.strip() == "There is no grant."
