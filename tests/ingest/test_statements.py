"""How many statements a run sends: as many for a page whatever is in it, and a few for each record that changed.

What is known of a page's records is asked for at once; a decision that a person makes afterwards still counts.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from portal.ingest.conducting.running import run_harvest
from portal.ingest.harvest import Silence
from portal.ingest.review.held import list_held
from portal.ingest.review.releasing import release_held
from portal.kernel.vocab import HarvestAction
from tests.ingest.conftest import Bench

# the run 1, verdict 2, dataset 4, its texts 2, department 1, version 2, what waits 1, line 1, last state 1
A_CHANGED_RECORD = 15


@contextmanager
def statements(bench: Bench) -> Iterator[list[str]]:
    """Collects the SQL that is sent, BEGIN left out."""
    made: list[str] = []

    def note(*arguments: object) -> None:
        if not str(arguments[2]).startswith("BEGIN"):
            made.append(str(arguments[2]))

    event.listen(bench.database.engine, "before_cursor_execute", note)
    yield made
    event.remove(bench.database.engine, "before_cursor_execute", note)


@pytest.fixture
def bench(make_harvested: Callable[..., Bench]) -> Bench:
    """Twelve resources, harvested."""
    return make_harvested()


def published(bench: Bench) -> list[str]:
    rows = bench.rows("SELECT source_key FROM dataset WHERE state = 'published' ORDER BY source_key")
    return [str(row.source_key).removeprefix("sample:") for row in rows]


def correct(bench: Bench, record_ids: list[str], title: str) -> None:
    for number, record_id in enumerate(record_ids):
        bench.sample.control("edit", resource=record_id, set={"name": f"{title}{number}"})


def test_a_corrected_title_takes_a_few_statements_and_no_more_with_every_version(bench: Bench) -> None:
    record_ids = published(bench)[:6]
    counted = []
    for title, chosen in (("甲", record_ids[:1]), ("乙", record_ids), ("丙", record_ids[:1]), ("丁", record_ids)):
        correct(bench, chosen, title)
        with statements(bench) as made:
            report = bench.run()
        assert report.counts["update"] == len(chosen)
        counted.append(len(made))
    one, six, one_again, six_again = counted
    assert six - one <= 5 * A_CHANGED_RECORD, "\n".join(made)
    assert (one_again, six_again) == (one, six)


def test_an_unchanged_page_takes_the_same_statements_whatever_its_length(
    make_bench: Callable[..., Bench],
) -> None:
    counted = []
    for size in (3, 12):
        bench = make_bench(resources=size, big_rows=500)
        bench.run()
        with statements(bench) as made:
            assert bench.run().counts == {"listed": size, "unchanged": size}
        counted.append(len(made))
    assert counted[0] == counted[1]


class Interruption(Silence):
    """Does something once, when the first record of a run is settled."""

    def __init__(self, act: Callable[[], object]) -> None:
        self._act: Callable[[], object] | None = act

    def settled(self, action: str, title: str) -> None:
        act, self._act = self._act, None
        if act:
            act()


def test_a_release_during_a_run_counts_for_a_record_whose_turn_comes_later(bench: Bench) -> None:
    first, *_, last = published(bench)
    bench.sample.control("rows", resource=last, count=1)
    assert bench.action_of(bench.run().run_id, last) == HarvestAction.HOLD
    with bench.database.reading() as session:
        held = next(item for item in list_held(session) if item.record_id == last)
    correct(bench, [first, last], "更正")
    release = Interruption(lambda: release_held(bench.workshop, held.id, "赵审核", "核对无误"))
    report = run_harvest(bench.workshop, "sample", progress=release)
    assert bench.action_of(report.run_id, last) == HarvestAction.UPDATE
    assert bench.versions_of(last) == 3
