"""Mail over a real SMTP server: taken, refused, encrypted, tried again, given up; never lost, never altered."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from portal.catalogue.models import MAIL, Outbox
from portal.db import Database
from portal.i18n.reasons import explain
from portal.kernel.text import Language
from portal.notify import Mailer, list_mail, send_due_mail
from portal.notify.outbox import GIVEN_UP_AFTER, KEPT_FOR, LEASE, take_mail
from portal.notify.wording import worded_mail
from portal.settings import Settings, SettingsError
from tests.notify.server import PASSWORD, USER, Postbox, certificate, postbox
from tests.services.processes import free_port

TO = "open@example.gov.cn"
NOW = datetime.now(UTC)


def content(**changes: Any) -> dict[str, Any]:
    return {
        "to": TO,
        "events": ["failed", "held"],
        "run": "aaaaaaaaaaaaaaaa",
        "source": "sample",
        "started_by": "schedule",
        "state": "stopped",
        "reason": "time_limit",
        "counts": {"listed": 12, "hold": 2},
        "started_at": "2026-11-21T04:00:00+00:00",
        "finished_at": "2026-11-21T05:00:00+00:00",
        "time_limit_minutes": 60,
        "failures": 3,
        "failing_since": "2026-11-20T04:00:00+00:00",
        "held": 2,
        "waiting": 5,
        "reasons": [["found_mobile_number", 2]],
    } | changes


@pytest.fixture
def box() -> Iterator[Postbox]:
    with postbox() as box:
        yield box


@pytest.fixture
def mail_settings(settings: Settings, box: Postbox) -> Settings:
    return for_server(settings, box)


def for_server(settings: Settings, box: Postbox, **changes: Any) -> Settings:
    given: dict[str, Any] = {"smtp_host": "127.0.0.1", "smtp_port": box.port, "smtp_security": "none"}
    made = replace(settings, **(given | {"smtp_from": "portal@example.cn"} | changes))
    made.check()
    return made


def write(database: Database, *contents: dict[str, Any], at: datetime = NOW) -> None:
    with database.transaction() as session:
        for one in contents or (content(),):
            session.add(Outbox(kind=MAIL, payload=one, created_at=at, due_at=at))


def rows(database: Database) -> list[Outbox]:
    with database.reading() as session:
        return list(session.scalars(select(Outbox).order_by(Outbox.id)))


def test_a_mail_in_both_languages_arrives_once(database: Database, box: Postbox, mail_settings: Settings) -> None:
    write(database)
    assert send_due_mail(database, Mailer(mail_settings), NOW) == 1
    assert send_due_mail(database, Mailer(mail_settings), NOW + timedelta(days=1)) == 0
    (message,) = box.messages
    assert (message["To"], message["Auto-Submitted"]) == (TO, "auto-generated")
    assert message["From"] == "Sample District Open Data <portal@example.cn>"
    assert "来源 sample 采集失败 / The harvest of sample failed" in message["Subject"]
    assert message.get_content_type() == "text/plain"
    assert message.get_content_charset() == "utf-8"
    text = message.get_content()
    for language in Language:
        assert explain(language, "found_mobile_number", subject="…")[:12] in text
    assert "60 分钟" in text
    assert "60 minutes" in text
    assert "2026-11-21 12:00 CST" in text, "in the zone of the site"
    assert mail_settings.base_url in text
    assert "%(" not in text
    assert box.bodies[0].isascii(), "any relay can carry it"


@pytest.mark.parametrize("events", [["failed"], ["held"], ["recovered"], ["recovered", "held"]])
@pytest.mark.parametrize("reason", ["", "source_ended", "part_away", "time_limit", "killed"])
def test_every_event_has_words(settings: Settings, events: list[str], reason: str) -> None:
    mail = worded_mail(content(events=events, reason=reason), replace(settings, smtp_from="a@b.cn"), NOW)
    assert "%(" not in mail.get_content()


@pytest.mark.parametrize(
    "hostile",
    [
        {"source": "a\r\nBcc: x@y.cn"},
        {"run": "a\nX-Evil: 1"},
        {"to": "a@b.cn\r\nBcc: x@y.cn"},
        {"to": "a@b.cn, x@y.cn"},
        {"to": ""},
    ],
)
def test_nothing_that_is_written_down_can_add_a_header_or_an_address(
    database: Database, box: Postbox, mail_settings: Settings, hostile: dict[str, str]
) -> None:
    write(database, content(**hostile), content(run="b"))
    for _ in range(2):
        send_due_mail(database, Mailer(replace(mail_settings, site_name_zh="站\r\nBcc: x@y.cn")), NOW)
    assert box.messages, "the next mail is sent all the same"
    for message in box.messages:
        assert message["Bcc"] is None
        assert message["X-Evil"] is None
        assert message["To"] in {TO, "a@b.cn"}


def test_it_waits_longer_each_time_and_is_given_up_after_a_day(database: Database, mail_settings: Settings) -> None:
    away = replace(mail_settings, smtp_port=free_port())
    write(database)
    now, waits = NOW, []
    for _ in range(100):
        send_due_mail_at(database, away, now)
        (row,) = rows(database)
        if row.is_given_up:
            break
        assert row.due_at is not None
        waits.append(row.due_at - now)
        now = row.due_at
    assert [round(wait.total_seconds() / 60) for wait in waits[:9]] == [1, 2, 4, 8, 16, 32, 64, 120, 120]
    assert row.is_given_up
    assert row.done_at is not None
    assert now - NOW >= GIVEN_UP_AFTER
    with database.reading() as session:
        (view,) = list_mail(session)
    assert (view.is_given_up, view.to, view.source_name) == (True, TO, "sample")
    assert "cannot be reached" in view.error


def send_due_mail_at(database: Database, settings: Settings, now: datetime) -> int:
    return send_due_mail(database, Mailer(settings, timeout_s=5), now)


def test_an_address_that_is_refused_for_good_is_given_up_and_the_others_get_theirs(
    database: Database, box: Postbox, mail_settings: Settings
) -> None:
    box.on_rcpt["gone@example.cn"] = "550 5.1.1 no such user"
    write(database, content(to="gone@example.cn"), content())
    assert send_due_mail(database, Mailer(mail_settings), NOW) <= 1
    send_due_mail(database, Mailer(mail_settings), NOW)
    refused, taken = rows(database)
    assert (refused.is_given_up, refused.attempts) == (True, 1)
    assert "550" in refused.error
    assert (taken.is_given_up, taken.error, len(box.messages)) == (False, "", 1)


@pytest.mark.parametrize(("place", "answer"), [("rcpt", "450 4.2.0 try later"), ("data", "451 4.3.0 try later")])
def test_an_answer_of_later_is_tried_later(
    database: Database, box: Postbox, mail_settings: Settings, place: str, answer: str
) -> None:
    if place == "rcpt":
        box.on_rcpt[TO] = answer
    else:
        box.on_data.append(answer)
    write(database)
    send_due_mail(database, Mailer(mail_settings), NOW)
    (row,) = rows(database)
    assert (row.done_at, row.attempts, row.is_given_up) == (None, 1, False)
    assert answer[:3] in row.error
    assert send_due_mail(database, Mailer(mail_settings), NOW) == 0, "not before its time"
    box.on_rcpt.clear()
    assert send_due_mail(database, Mailer(mail_settings), NOW + timedelta(minutes=2)) == 1


def test_a_text_that_is_refused_for_good_is_given_up(database: Database, box: Postbox, mail_settings: Settings) -> None:
    box.on_data.append("554 5.7.1 looks like spam")
    write(database)
    send_due_mail(database, Mailer(mail_settings), NOW)
    (row,) = rows(database)
    assert row.is_given_up


def test_a_worker_killed_between_sending_and_noting_sends_the_same_mail_again(
    database: Database, box: Postbox, mail_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    write(database)
    with monkeypatch.context() as patch, suppress(Killed):
        patch.setattr("portal.notify.sending.note_sent", die)
        send_due_mail(database, Mailer(mail_settings), NOW)
    assert send_due_mail(database, Mailer(mail_settings), NOW) == 0, "another worker may still be at it"
    assert send_due_mail(database, Mailer(mail_settings), NOW + LEASE) == 1
    assert len(box.messages) == 2
    assert len({message["Message-ID"] for message in box.messages}) == 1
    assert len(set(box.bodies)) == 1


def test_two_workers_do_not_take_the_same_mail(database: Database) -> None:
    write(database, content(), content(run="b"))
    taken = []
    for _ in range(3):
        with database.transaction() as session:
            taken.append(take_mail(session, NOW))
    assert taken[0] and taken[1] and taken[0].id != taken[1].id
    assert taken[2] is None


def test_mail_goes_encrypted_and_with_a_login(
    database: Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, trusted = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    secret = tmp_path / "password"
    secret.write_text(f"{PASSWORD}\n")
    login = {"smtp_user": USER, "smtp_password_file": secret}
    for security, options in (("starttls", {"starttls": context}), ("tls", {"tls": context})):
        with postbox(needs_login=True, **options) as box:  # type: ignore[arg-type]
            write(database)
            mailer = Mailer(for_server(settings, box, smtp_security=security, **login))
            assert send_due_mail(database, mailer, NOW) == 1
            assert box.logins == [USER]
            assert box.encrypted == [True]


def test_a_server_that_nobody_vouches_for_gets_neither_mail_nor_password(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    context, _ = certificate(tmp_path)
    secret = tmp_path / "password"
    secret.write_text(PASSWORD)
    with postbox(starttls=context, needs_login=True) as box:
        write(database)
        made = for_server(settings, box, smtp_security="starttls", smtp_user=USER, smtp_password_file=secret)
        assert send_due_mail(database, Mailer(made), NOW) == 0
        assert (box.messages, box.logins) == ([], [])
    assert "certificate" in rows(database)[0].error.lower()


def test_a_server_without_encryption_gets_nothing_when_encryption_is_asked_for(
    database: Database, settings: Settings, box: Postbox
) -> None:
    write(database)
    assert send_due_mail(database, Mailer(for_server(settings, box, smtp_security="starttls")), NOW) == 0
    assert box.messages == []
    assert rows(database)[0].done_at is None


def test_a_wrong_password_is_tried_again_because_people_can_correct_it(
    database: Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, trusted = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    secret = tmp_path / "password"
    secret.write_text("another one")
    with postbox(starttls=context, needs_login=True) as box:
        write(database)
        made = for_server(settings, box, smtp_security="starttls", smtp_user=USER, smtp_password_file=secret)
        assert send_due_mail(database, Mailer(made), NOW) == 0
    (row,) = rows(database)
    assert (row.is_given_up, row.done_at) == (False, None)
    assert "535" in row.error
    assert "another one" not in row.error


def test_without_a_server_mail_waits_its_day_and_says_why(database: Database, settings: Settings) -> None:
    write(database)
    send_due_mail(database, Mailer(settings), NOW)
    (row,) = rows(database)
    assert "PORTAL_SMTP_HOST" in row.error
    assert row.done_at is None


def test_mail_is_forgotten_after_ninety_days(database: Database, settings: Settings) -> None:
    write(database)
    with database.transaction() as session:
        session.execute(update(Outbox).values(done_at=NOW))
    send_due_mail(database, Mailer(settings), NOW + KEPT_FOR)
    assert len(rows(database)) == 1
    send_due_mail(database, Mailer(settings), NOW + KEPT_FOR + timedelta(seconds=1))
    assert rows(database) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"smtp_host": "mail"}, "PORTAL_SMTP_FROM"),
        ({"smtp_host": "mail", "smtp_from": "a@b.cn\nBcc: c@d.cn"}, "PORTAL_SMTP_FROM"),
        ({"smtp_security": "perhaps"}, "PORTAL_SMTP_SECURITY"),
        (
            {"smtp_host": "mail", "smtp_from": "a@b.cn", "smtp_security": "none", "smtp_user": "u"},
            "in the clear",
        ),
        ({"time_zone": "Mars/Base"}, "PORTAL_TIME_ZONE"),
        ({"harvests_at_once": 0}, "PORTAL_HARVESTS_AT_ONCE"),
    ],
)
def test_settings_that_cannot_work_stop_the_start(settings: Settings, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        replace(settings, **changes).check()
