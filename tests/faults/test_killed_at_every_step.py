"""SIGKILL at every kind of step of everything that writes: what there is is as before or as after, never between.

Each action is counted first: how many boundaries it passes. Then it is killed at boundaries spread evenly over all of them,
the first and the last always among them, each time on a copy of the same instance. Right after the kill, after a restart, and
after the action was done again, every record is as before or as after; in the end nothing is left over.
"""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.faults.conftest import Runner
from tests.faults.instance import Instance, State
from tests.faults.scenarios import SCENARIOS, Order, Scenario, Stage

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
GRACE, RETENTION = timedelta(hours=2), timedelta(days=91)
ON_SERVER = ("update", "release", "withdraw rows", "make a file")
_MORE = int(os.environ.get("TEST_FAULT_CUTS", "0"))  # so many for each action instead


def spread(count: int, wanted: int) -> list[int]:
    """Numbers from 1 to `count`, evenly, the first, the middle and the last among them."""
    steps = max(2, min(wanted, count) - 1)
    return sorted({1 + round(step * (count - 1) / steps) for step in range(steps + 1)} | {1 + count // 2})


def mixed(found: State, before: State, after: State) -> set[str]:
    """Records that are neither as before nor as after."""
    keys = found.keys() | before.keys() | after.keys()
    return {key for key in keys if found.get(key) not in (before.get(key), after.get(key))}


def settle(instance: Instance) -> list[str]:
    """Let an hour and more pass, twice, with a worker at work; what is left over then."""
    for _ in range(2):
        instance.age(GRACE)
        instance.restart()
    return instance.leftovers()


def kept_for_good(instance: Instance) -> set[str]:
    """What is in the quarantine when the retention is over: what later runs build on, and nothing else."""
    instance.age(RETENTION)
    instance.restart()
    return instance.kept()


@dataclass(frozen=True)
class Action:
    """One scenario on one stage."""

    name: str
    scenario: Scenario
    runner: Runner
    room: Path

    @property
    def log(self) -> Path:
        return self.room / "log"

    def do(self, instance: Instance, order: Order, cut: int = 0) -> int:
        """In a process of its own, which is killed at boundary `cut`."""
        return self.runner(instance, order, self.log, cut)

    def said(self) -> str:
        return Path(f"{self.log}.out").read_text()[-2_000:]

    def kill_everywhere(self, stage: Stage) -> tuple[int, list[int]]:
        """How many boundaries the action has, and at which of them it was killed."""
        start = stage.begin(self.name, self.scenario.begins_as)
        order = self.scenario.prepare(stage, start)
        before = start.look()
        calm = start.copied(self.room / "calm")
        assert self.do(calm, order) == 0, self.said()
        reached = self.log.read_text().splitlines()
        calm.restart()
        after = calm.look()
        assert settle(calm) == []
        lasting = kept_for_good(calm)
        cuts = spread(len(reached), _MORE or self.scenario.cuts)
        for cut in cuts:
            where = f"{self.name}, boundary {cut} of {len(reached)}: {reached[cut - 1]}"
            killed = start.copied(self.room / f"cut{cut}")
            assert self.do(killed, order, cut) == -signal.SIGKILL, f"{where}: {self.said()}"
            found = killed.look()  # doors, files and what is held are looked at in any case
            assert self.scenario.hides_meanwhile or mixed(found, before, after) == set(), where
            self.go_on(killed, order, before, after, where)
            assert kept_for_good(killed) == lasting, f"{where}: the quarantine keeps what nothing refers to"
            killed.remove()
        calm.remove()
        start.remove()
        return len(reached), cuts

    def go_on(self, killed: Instance, order: Order, before: State, after: State, where: str) -> None:
        """Start again, and do again what was killed."""
        killed.age(GRACE)
        killed.restart()
        found = killed.look()
        assert mixed(found, before, after) == set(), f"{where}, after a restart"
        if not (self.scenario.is_once and found == after):
            assert self.do(killed, order) == 0, f"{where}, done again: {self.said()}"
        assert settle(killed) == [], where
        assert killed.look() == after, f"{where}, done again"
        with killed.opened() as worker, worker.parts.database.reading() as session:
            assert session.scalar(text("SELECT count(*) FROM harvest_run WHERE state = 'running'")) == 0, where


@pytest.mark.parametrize("name", SCENARIOS)
def test_killed_anywhere_it_is_as_before_or_as_after(name: str, stage: Stage, runner: Runner, tmp_path: Path) -> None:
    reached, cuts = Action(name, SCENARIOS[name], runner, tmp_path).kill_everywhere(stage)
    print(f"{name}: {reached} boundary operations, killed at {cuts}")


def test_a_secret_that_was_being_made_leaves_no_copy(stage: Stage, runner: Runner, tmp_path: Path) -> None:
    action = Action("withdraw rows", SCENARIOS["withdraw rows"], runner, tmp_path)
    start = stage.begin("key", "harvested")
    order = action.scenario.prepare(stage, start)
    (start.settings.effective_secrets_dir / "row-withdrawals.key").unlink()
    assert action.do(start.copied(tmp_path / "calm"), order) == 0, action.said()
    reached = action.log.read_text().splitlines()
    for cut in (reached.index("file link") + 1, reached.index("file link") + 2):
        killed = start.copied(tmp_path / f"cut{cut}")
        assert action.do(killed, order, cut) == -signal.SIGKILL
        assert settle(killed) == [], reached[cut - 1]


@pytest.mark.services
def test_it_is_so_on_postgresql(
    postgres_url: str, make_stage: Callable[[str], Stage], runner: Runner, tmp_path: Path
) -> None:
    stage = make_stage(postgres_url)
    for name in ON_SERVER:
        room = tmp_path / name
        room.mkdir()
        scenario = replace(SCENARIOS[name], cuts=3)
        reached, cuts = Action(name, scenario, runner, room).kill_everywhere(stage)
        print(f"{name} on PostgreSQL: {reached} boundary operations, killed at {cuts}")
    for name in ("fresh", "harvested"):
        stage.instances[name].remove()
