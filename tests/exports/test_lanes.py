"""Which job is taken next, and that a short one never waits for a long one."""

import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import update

from portal.catalogue.commands import request_export_job, take_export_job
from portal.catalogue.models import ExportJob
from portal.catalogue.queries import get_export_job
from portal.catalogue.views import Ref
from portal.exports import files, workbooks
from portal.exports.formats import is_long
from portal.exports.lanes import Lane, driven
from portal.exports.work import FileWork
from portal.kernel.principal import ANONYMOUS, Principal
from portal.settings import Settings
from tests.builders import NOW
from tests.http.site import Site, generous, open_site


@pytest.fixture
def site(settings: Settings) -> Iterator[Site]:
    with open_site(generous(settings), 6, is_indexed=False) as opened:
        yield opened


def order(site: Site, number: int, caller: str = "key:a", *, is_long: bool = False, name: str = "xlsx") -> str:
    with site.parts.database.transaction() as session:
        asking = Principal(caller=caller)
        return request_export_job(session, asking, Ref(site.ids[number]), "data", name, is_long=is_long).id


def taken(site: Site, *, with_long: bool = True) -> str | None:
    with site.parts.database.transaction() as session:
        job = take_export_job(session, NOW, with_long=with_long)
        return job.id if job else None


def test_long_ones_are_taken_first_in_their_lane_and_never_in_the_other(site: Site) -> None:
    short, long, other = order(site, 0), order(site, 1, is_long=True), order(site, 2, is_long=True)
    assert taken(site, with_long=False) == short
    assert taken(site, with_long=False) is None
    assert {taken(site), taken(site)} == {long, other}
    short = order(site, 3)
    assert taken(site) == short  # no long one waits: the lane is not idle


def test_who_was_served_longest_ago_is_next(site: Site) -> None:
    many = [order(site, number, "key:many") for number in range(4)]
    one = order(site, 4, "key:one")
    found = []
    for minute in range(5):
        found.append(taken(site))
        with site.parts.database.transaction() as session:
            job = update(ExportJob).where(ExportJob.id == found[-1])
            session.execute(job.values(state="done", started_at=NOW.replace(minute=minute)))
    assert found == [many[0], one, *many[1:]]


def test_what_is_slow_to_write_is_long_with_fewer_cells() -> None:
    assert not is_long(100_000_000, "csv")
    assert is_long(100_000_000, "xlsx")
    assert is_long(10**9, "csv")


def test_a_short_file_is_made_while_a_long_one_is_at_work(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, may_end, stop = Event(), Event(), Event()
    write = workbooks.write_workbook

    def slowly(table: object, target: Path, on_progress: object) -> None:
        begun.set()
        assert may_end.wait(60)
        write(table, target, on_progress)  # type: ignore[arg-type]

    monkeypatch.setattr(files, "write_workbook", slowly)
    long = order(site, 0, is_long=True)
    parts = site.parts
    work = FileWork(
        parts.settings, parts.database, parts.store, parts.rows, parts.settings.var_dir / "work", stop.is_set
    )
    lanes = (Lane(work, with_long=True), Lane(work, with_long=False))

    def state(job: str) -> str:
        with parts.database.reading() as session:
            return get_export_job(session, ANONYMOUS, job).state

    def becomes(job: str, wanted: str) -> None:
        for _ in range(600):
            if state(job) == wanted:
                return
            time.sleep(0.05)
        pytest.fail(f"{job} is {state(job)} and not {wanted}.")

    with driven(lanes, stop):
        assert begun.wait(60)
        short = order(site, 1, name="csv")
        for lane in lanes:
            lane.ring()
        becomes(short, "done")
        assert state(long) == "running"
        may_end.set()
        becomes(long, "done")
