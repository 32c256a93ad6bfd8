"""Schedules and notices as an operator sees them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from portal.catalogue.models import MAIL, Outbox
from portal.ingest.harvest import utc_now
from portal.ingest.runs.bookkeeping import start_run
from portal.ingest.runs.ending import finish_run
from tests.cli.test_commands import portal as portal  # noqa: PLC0414 - a fixture
from tests.ingest.conftest import Bench
from tests.ingest.conftest import make_bench as make_bench  # noqa: PLC0414 - a fixture
from tests.ingest.conftest import make_sample as make_sample  # noqa: PLC0414 - a fixture

Portal = Callable[..., Result]


@pytest.fixture
def ready(portal: Portal, tmp_path: Path) -> Portal:
    """The command with a source `f`."""
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"root": str(tmp_path)}))
    assert portal("db", "migrate").exit_code == 0
    assert portal("source", "add", "f", "--kind", "folder", "--config", str(config)).exit_code == 0
    return portal


def test_a_schedule_is_answered_with_its_next_three_times(ready: Portal) -> None:
    answer = ready("source", "schedule", "f", "30 2 * * *", "--time-limit", "45", "--notify", "a@example.cn")
    assert answer.exit_code == 0
    assert answer.output.count(" 02:30 (") == 3
    assert "Asia/Shanghai" in answer.output
    assert "PORTAL_SMTP_HOST" in answer.output
    line = ready("source", "schedules").output.splitlines()[1].split("\t")
    assert (line[0], line[1], line[4], line[5], line[6]) == ("f", "30 2 * * *", "on", "45 min", "a@example.cn")
    assert ready("source", "schedule", "f", "--off").exit_code == 0
    line = ready("source", "schedules").output.splitlines()[1].split("\t")
    assert (line[2], line[4]) == ("never", "off")
    assert ready("source", "schedule", "f", "0 3 * * *", "--notify-nobody").exit_code == 0
    assert "a@example.cn" not in ready("source", "schedules").output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("f", "61 * * * *"), "bad minute"),
        (("f", "* * *"), "five fields"),
        (("f", "0 3 * * *", "--time-limit", "0"), "time limit"),
        (("f", "0 3 * * *", "--notify", "nobody"), "not an e-mail address"),
        (("nobody", "0 3 * * *"), "no source 'nobody'"),
        (("f", "--off"), "has no schedule"),
        (("f",), "cron expression"),
    ],
)
def test_what_cannot_be_a_schedule_is_a_sentence(ready: Portal, arguments: tuple[str, ...], said: str) -> None:
    answer = ready("source", "schedule", *arguments)
    assert answer.exit_code != 0
    assert said in answer.output


def test_runs_tell_who_started_them_and_that_their_time_was_up(
    portal: Portal, make_bench: Callable[..., Bench]
) -> None:
    bench = make_bench(resources=1)
    with bench.database.transaction() as session:
        run_id = start_run(session, "sample", utc_now(), by="schedule")
        finish_run(session, run_id, "stopped", reason="time_limit", now=utc_now())
    shown = portal("harvest", "runs").output
    assert "schedule\tstopped (time limit)" in shown
    assert "reached its time limit" in portal("harvest", "show", run_id).output


def test_mail_that_was_given_up_is_shown(portal: Portal, make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(resources=1)
    assert "Every mail was sent." in portal("mail", "list").output
    payload = {"to": "a@example.cn", "source": "sample", "events": ["failed"]}
    with bench.database.transaction() as session:
        row = Outbox(kind=MAIL, payload=payload, created_at=utc_now(), done_at=utc_now(), is_given_up=True)
        row.error = "The mail server answered 550: no such user"
        session.add(row)
    shown = portal("mail", "list").output
    assert "a@example.cn\tsample failed" in shown
    assert "given up" in shown
    assert "550" in shown
