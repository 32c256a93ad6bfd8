"""Several messages at a time: who hangs holds up nobody else, and a worker that is killed loses nothing."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from time import monotonic, sleep

from sqlalchemy import select, update

from portal.paths import ROOT
from portal.settings import Settings
from portal.webhooks.deliveries import LEASE
from portal.webhooks.models import Webhook, WebhookDelivery
from portal.webhooks.sending import PLACES, Senders, webhook_client
from tests.accounts.people import make_person
from tests.webhooks.conftest import Desk


@contextmanager
def _hanging() -> Iterator[socket.socket]:
    """A receiver that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as listening:
        yield listening


def _url(listening: socket.socket) -> str:
    return f"http://127.0.0.1:{listening.getsockname()[1]}/"


def _allowing(settings: Settings, *listening: socket.socket) -> Settings:
    hosts = [settings.webhook_hosts, *(f"127.0.0.1:{one.getsockname()[1]}" for one in listening)]
    return replace(settings, webhook_hosts=",".join(hosts))


def _give(desk: Desk, webhook: object, account_id: str, *, url: str | None = None, fails: bool = False) -> None:
    values: dict[str, object] = {"account_id": account_id}
    if url:
        values["url"] = url
    if fails:
        values["failing_since"] = datetime.now(UTC)
    with desk.site.parts.database.transaction() as session:
        session.execute(update(Webhook).where(Webhook.id == webhook).values(**values))


def _await(desk: Desk, senders: Senders, many: int) -> None:
    started = monotonic()
    while len(desk.receiver.got) < many:
        senders.start_due()
        senders.wait(0.02)
        assert monotonic() - started < 60, desk.receiver.got


@contextmanager
def _senders(desk: Desk, settings: Settings) -> Iterator[Senders]:
    with webhook_client(settings) as client, Senders(desk.site.parts.database, client, settings) as senders:
        yield senders


def test_receivers_that_hang_hold_up_nobody_else(desk: Desk) -> None:
    """More webhooks that hang than there are places, of one account and of several that failed before: others are told."""
    with _hanging() as listening:
        for n in range(2 * PLACES):
            account = make_person(desk.site.parts.database, f"n{n}@example.cn").id if n >= PLACES else desk.account_id
            _give(desk, desk.make(dataset=desk.site.ids[0])["id"], account, url=_url(listening), fails=n >= PLACES)
        other = make_person(desk.site.parts.database, "other@example.cn").id
        for _ in range(3):
            _give(desk, desk.make(dataset=desk.site.ids[1])["id"], other)
        desk.change(0, "先变")
        desk.announce()
        desk.fan_out()
        desk.change(1, "后变")
        desk.announce()
        desk.fan_out()
        settings = _allowing(desk.site.parts.settings, listening)
        with _senders(desk, settings) as senders:
            _await(desk, senders, 3)
            listening.close()  # resets what hangs
    with desk.site.parts.database.reading() as session:
        statuses = session.scalars(select(WebhookDelivery.last_status).where(WebhookDelivery.done_at.is_not(None)))
        assert list(statuses) == [200] * 3


_SENDER = """
from threading import Event
from portal.settings import Settings
from portal.webhooks.working import send_messages
from portal.wiring import web_parts
settings = Settings.from_environment()
send_messages(web_parts(settings).database, settings, Event())
"""


def test_a_process_that_is_killed_while_it_sends_loses_no_message(desk: Desk) -> None:
    """SIGKILL amid deliveries: when the leases are over, another worker sends what was not marked, under the same id."""
    for _ in range(10):
        desk.make(dataset=desk.site.ids[0])
    accounts = [make_person(desk.site.parts.database, f"n{n}@example.cn").id for n in range(4)]
    with desk.site.parts.database.transaction() as session:
        for n, webhook in enumerate(session.scalars(select(Webhook))):
            webhook.account_id = accounts[n % 4]
    desk.change(0, "许可")
    desk.announce()
    desk.fan_out()
    desk.receiver.pause_s = 0.2
    settings = desk.site.parts.settings
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    environment |= {"PORTAL_VAR_DIR": str(settings.var_dir), "PORTAL_SECRET_KEY": str(settings.secret_key)}
    environment |= {"PORTAL_WEBHOOK_HOSTS": settings.webhook_hosts}
    with subprocess.Popen([sys.executable, "-c", _SENDER], cwd=ROOT, env=environment) as process:
        started = monotonic()
        while len(desk.receiver.got) < 3:
            sleep(0.02)
            assert process.poll() is None and monotonic() - started < 60
        process.kill()
        process.wait()
    with desk.site.parts.database.reading() as session:
        done = len(session.scalars(select(WebhookDelivery.id).where(WebhookDelivery.done_at.is_not(None))).all())
    assert done < 10
    desk.receiver.pause_s = 0.0
    desk.now = datetime.now(UTC)
    desk.send(LEASE)
    with desk.site.parts.database.reading() as session:
        messages = session.scalars(select(WebhookDelivery)).all()
        assert all(message.done_at and message.last_status == 200 for message in messages)
        assert {headers["webhook-id"] for headers, _ in desk.receiver.got} == {message.id for message in messages}
    assert 10 <= len(desk.receiver.got) <= 10 + PLACES
