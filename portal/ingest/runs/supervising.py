"""Due runs as child processes of a worker: each in a process group of its own, so many at a time, none beyond its limit.

A child runs `portal harvest run NAME` with the run that was opened for it. A slow source keeps one place, never the worker;
a crash of a reader ends one child. The worker's side of a time limit comes after the child's own (`watching.py`), for a
child that cannot end itself.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog

from portal.db import Database
from portal.ingest.harvest import utc_now
from portal.ingest.runs.bookkeeping import close_dead_runs, overdue_holders
from portal.ingest.runs.ending import finish_run
from portal.ingest.runs.schedules import Claimed, claim_due_run, is_anything_open
from portal.ingest.runs.watching import GRACE_S
from portal.storage.workdirs import is_alive, process_holder

CLAIM_EVERY_S = 10.0
_END_WITHIN_S = 2 * GRACE_S
_log = structlog.get_logger(__name__)


def harvest_command(claimed: Claimed) -> tuple[str, ...]:
    """The child's command line."""
    return (sys.executable, "-m", "portal.cli", "harvest", "run", claimed.source_name, "--attached", claimed.run_id)


@dataclass
class Child:
    """A run in hand. `ends_at` counts the monotonic clock; `code`: why it is being ended, "" while it is not."""

    claimed: Claimed
    process: subprocess.Popen[bytes]
    ends_at: float
    code: str = ""
    kill_at: float = 0.0


class Harvests:
    """The runs that one worker has in hand. Not for several threads."""

    def __init__(
        self,
        database: Database,
        *,
        at_once: int,
        zone: ZoneInfo,
        command: Callable[[Claimed], Sequence[str]] = harvest_command,
        grace_s: float = GRACE_S,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database = database
        self._at_once = at_once
        self._zone = zone
        self._command = command
        self._grace_s = grace_s
        self._now = now
        self._children: list[Child] = []
        self._claim_at = 0.0

    @property
    def running(self) -> int:
        return len(self._children)

    def step(self) -> None:
        """Look after the children, and start what is due when there is room. Call it every second or so."""
        for child in tuple(self._children):
            self._look_after(child)
        if self.running < self._at_once and time.monotonic() >= self._claim_at and not self._start_one():
            self._claim_at = time.monotonic() + CLAIM_EVERY_S

    def wake(self) -> None:
        """Look for due runs with the next step."""
        self._claim_at = 0.0

    def end(self) -> None:
        """End all children; what they have settled is kept, and their runs are due again at once."""
        for child in self._children:
            self._ask(child, "worker_ended")
        until = time.monotonic() + _END_WITHIN_S
        while self._children and time.monotonic() < until:
            for child in tuple(self._children):
                self._look_after(child)
            time.sleep(0.05)

    def _start_one(self) -> bool:
        with self._database.reading() as session:
            if not is_anything_open(session, self._now()):
                return False
        with self._database.transaction() as session:
            close_dead_runs(session, self._now())
            overdue = overdue_holders(session, self._now())
        _end_overdue(overdue)
        with self._database.transaction() as session:
            claimed = claim_due_run(session, self._now(), holder=process_holder(), zone=self._zone)
        if claimed is None:
            return False
        log = _log.bind(run=claimed.run_id, source=claimed.source_name)
        try:
            process = subprocess.Popen(
                self._command(claimed), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True
            )
        except OSError as error:
            log.error("scheduled_run_not_started", error=str(error))
            self._close(claimed, "failed", "part_away")
            return True
        late_s = (self._now() - claimed.due_at).total_seconds()
        log.info("scheduled_run_started", pid=process.pid, late_s=round(late_s), running=self.running + 1)
        ends_at = time.monotonic() + claimed.time_limit_s + self._grace_s
        self._children.append(Child(claimed, process, ends_at))
        return True

    def _look_after(self, child: Child) -> None:
        if os.waitid(os.P_PID, child.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            self._press(child)
            return
        _kill(child.process, signal.SIGKILL)  # what it left behind in its group, whose number is still its own
        status = child.process.wait()
        _cut(child.process)
        self._children.remove(child)
        self._claim_at = 0.0
        state = "stopped" if child.code else "killed"
        is_late = self._close(child.claimed, state, child.code or "killed")
        log = _log.bind(run=child.claimed.run_id, source=child.claimed.source_name, status=status)
        (log.warning if is_late or status else log.info)("scheduled_run_ended", was_open=is_late, reason=child.code)

    def _press(self, child: Child) -> None:
        now = time.monotonic()
        if not child.code and now >= child.ends_at:
            self._ask(child, "time_limit")
        elif child.code and now >= child.kill_at:
            _kill(child.process, signal.SIGKILL)

    def _ask(self, child: Child, code: str) -> None:
        if not child.code:
            child.code, child.kill_at = code, time.monotonic() + self._grace_s
            if code == "worker_ended":
                _cut(child.process)  # first: this is how the child tells our signal from an operator's
            _kill(child.process, signal.SIGTERM)

    def _close(self, claimed: Claimed, state: str, reason: str) -> bool:
        """Close the run if its process could not; whether that was needed."""
        with self._database.transaction() as session:
            return finish_run(session, claimed.run_id, state, reason=reason, now=self._now())


def _end_overdue(holders: Sequence[str]) -> None:
    """Kill runs on this host that no worker has in hand and that did not end themselves: stopped, or hanging."""
    for holder in holders:
        pid = holder.rsplit(":", 2)[1]
        if is_alive(holder) and pid.isdigit():
            _log.error("overdue_run_killed", holder=holder)
            with suppress(ProcessLookupError, PermissionError):
                os.kill(int(pid), signal.SIGKILL)


def _cut(process: subprocess.Popen[bytes]) -> None:
    if process.stdin:
        with suppress(OSError):
            process.stdin.close()


def _kill(process: subprocess.Popen[bytes], number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
