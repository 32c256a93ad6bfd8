"""The worker process: starts due harvests, drains the outbox, closes the index's difference, makes files, keeps house.

`python -m portal.worker` or `portal worker`. Any number may run; SIGTERM and SIGINT end it after the step at hand. Harvests,
mail, webhooks and the two lanes of files have a thread each, so that neither a long export nor a slow mail server delays a run,
its time limit or the removal of what was withdrawn.
"""

import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from zoneinfo import ZoneInfo

import structlog

from portal.accounts.oidc.identities import lapse_verifications
from portal.bundles.listing import is_outside
from portal.db import Database
from portal.db.migrating import check_schema
from portal.exports.lanes import Lane, driven
from portal.exports.work import FileWork
from portal.ingest.duties import DUTIES, Duty, Hands
from portal.ingest.runs.supervising import Harvests
from portal.ingest.workshop import Workshop
from portal.kernel.errors import PortalError
from portal.logs import set_up_logs
from portal.notify import Mailer, send_due_mail
from portal.notify.accounts import look_after_accounts
from portal.notify.grants import look_after_grants
from portal.participation.duties import look_after_objections
from portal.settings import Settings
from portal.webhooks.working import make_messages, send_messages
from portal.wiring import Parts, WorkerParts, worker_parts

_LISTEN_S = 1.0
_AWAY_S = 5.0
_MAIL_EVERY_S = 10.0
_log = structlog.get_logger(__name__)


def work(hands: Hands, stop: Event, duties: Sequence[Duty] = DUTIES) -> None:
    """Do what is due or asked for until `stop` is set. A duty that fails is logged and tried again at its time."""
    jobs = hands.workshop.jobs
    due = {duty.name: 0.0 for duty in duties}
    while not stop.is_set():
        now = time.monotonic()
        woken = jobs.wait(0.0 if min(due.values()) <= now else min(_LISTEN_S, min(due.values()) - now))
        for duty in duties:
            if stop.is_set():
                return
            if duty.name in woken or due[duty.name] <= time.monotonic():
                due[duty.name] = time.monotonic() + duty.every_s
                _do(duty, hands)


def harvest_on_time(harvests: Harvests, stop: Event) -> None:
    """Start due runs and look after them until `stop` is set, then end them. A failing step is logged and tried again."""
    while not stop.wait(_LISTEN_S):
        try:
            harvests.step()
        except Exception:  # isolated: a database that is away comes back, and the runs in hand are still looked after
            _log.exception("schedules_failed")
            stop.wait(_AWAY_S)
    harvests.end()


def deliver(database: Database, mailer: Mailer, stop: Event) -> None:
    """Send the mail that is due until `stop` is set."""
    while not stop.is_set():
        try:
            done = send_due_mail(database, mailer, datetime.now(UTC), is_stopping=stop.is_set)
        except Exception:  # isolated, as above
            _log.exception("mail_failed")
            done = 0
        stop.wait(_LISTEN_S if done else _MAIL_EVERY_S)


def _do(duty: Duty, hands: Hands) -> None:
    started = time.monotonic()
    try:
        done = duty.do(hands)
    except Exception:  # isolated: the other duties go on, and this one is tried again at its time
        _log.exception("duty_failed", duty=duty.name)
        return
    if done:
        _log.info("duty_done", duty=duty.name, count=done, seconds=round(time.monotonic() - started, 3))


def hands_of(worker: WorkerParts, stop: Event) -> Hands:
    """What duties work with, out of the worker's parts."""
    parts = worker.parts
    workshop = Workshop.of(
        parts.settings,
        database=parts.database,
        store=parts.store,
        quarantine=worker.quarantine,
        jobs=parts.jobs,
        client_for=worker.client_for,
    )
    files = FileWork(parts.settings, parts.database, parts.store, parts.rows, workshop.work_dir, stop.is_set)
    return Hands(workshop, parts.search, files, stop.is_set)


def _inside_only(duty: Duty) -> Duty:
    """On an instance that takes bundles no row is taken out of a table: the next bundle brings the version without it, and
    until then the doors stay closed. A version made here would have the number of another one inside."""
    if duty.name != "rows":
        return duty

    def cut_inside(hands: Hands) -> int:
        with hands.workshop.database.reading() as session:
            if is_outside(session):
                return 0
        return duty.do(hands)

    return replace(duty, do=cut_inside)


def _in_lanes(duty: Duty, lanes: Sequence[Lane]) -> Duty:
    """Files are made in lanes of their own: the duty that would make them only rings there."""
    if duty.name != "exports":
        return duty

    def ring(_hands: Hands) -> int:
        for lane in lanes:
            lane.ring()
        return 0

    return replace(duty, do=ring)


def _objections(settings: Settings) -> Duty:
    """What participation has to do, as a duty like those of ingest."""
    tell = tuple(address for part in settings.objection_mail.split(",") if (address := part.strip()))

    def look_after(hands: Hands) -> int:
        with hands.workshop.database.transaction() as session:
            return look_after_objections(session, datetime.now(UTC), tell=tell)

    return Duty("objections", 30, look_after)


def _accounts(settings: Settings) -> Duty:
    """What people asked for at the pages of accounts, and the provider's word that is too old to count."""
    lasts = timedelta(days=settings.oidc_verified_days)

    def look_after(hands: Hands) -> int:
        with hands.workshop.database.transaction() as session:
            now = datetime.now(UTC)
            return look_after_accounts(session, now) + lapse_verifications(session, now, lasts)

    return Duty("accounts", 10, look_after)


def _grants(hands: Hands) -> int:
    """Deadlines, ends and mail of applications for conditional datasets."""
    with hands.workshop.database.transaction() as session:
        return look_after_grants(session, datetime.now(UTC))


def run_worker(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT. Raises SchemaOutdated when the database must be migrated first."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    worker = worker_parts(settings)
    try:
        check_schema(worker.parts.database)
        _log.info("worker_started")
        hands = hands_of(worker, stop)
        lanes = (Lane(hands.files, with_long=True), Lane(hands.files, with_long=False))
        with _beside(settings, worker.parts, stop), driven(lanes, stop):
            work(
                hands,
                stop,
                (
                    *(_in_lanes(_inside_only(duty), lanes) for duty in DUTIES),
                    _objections(settings),
                    _accounts(settings),
                    Duty("grants", 60, _grants),
                ),
            )
    finally:
        worker.parts.jobs.close()
        worker.parts.database.dispose()
    _log.info("worker_stopped")


@contextmanager
def _beside(settings: Settings, parts: Parts, stop: Event) -> Iterator[None]:
    """The threads for harvests, mail and webhooks; they end with the block, and the harvests with them."""
    database = parts.database
    harvests = Harvests(database, at_once=settings.harvests_at_once, zone=ZoneInfo(settings.time_zone))
    threads = (
        Thread(target=harvest_on_time, args=(harvests, stop), name="harvests"),
        Thread(target=deliver, args=(database, Mailer(settings), stop), name="mail"),
        Thread(target=make_messages, args=(database, parts.search, settings, stop), name="webhooks"),
        Thread(target=send_messages, args=(database, settings, stop), name="webhook-senders"),
    )
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def main() -> int:
    """The process of `python -m portal.worker`."""
    try:
        settings = Settings.from_environment()
        set_up_logs(settings.log_level)
        run_worker(settings)
    except PortalError as error:
        sys.stderr.write(f"Error: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
