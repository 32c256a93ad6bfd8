"""A dry run shows every difference and changes nothing."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import inspect, text

from portal.ingest.conducting.trying import Trial, try_harvest
from tests.ingest.conftest import Bench
from tests.ingest.test_increments import first_published


def everything(bench: Bench) -> dict[str, Any]:
    """All rows of all tables, and all files but the database's own."""
    with bench.database.reading() as session:
        names = inspect(session.connection()).get_table_names()
        rows = {name: sorted(map(str, session.execute(text(f'SELECT * FROM "{name}"')))) for name in names}
    root = bench.settings.var_dir
    files = {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file() and ".sqlite3" not in path.name
    }
    return rows | {"files": files}


def by_id(trials: list[Trial]) -> dict[str, Trial]:
    return {trial.settled.record_id: trial for trial in trials}


def test_a_dry_first_run_tells_what_would_be_created_and_leaves_nothing(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(resources=4)
    bench.run()  # makes the key of the quarantine and the like
    bench.sample.control("reset", what=["content"])
    before = everything(bench)
    assert list(try_harvest(bench.workshop, "sample")) == []
    assert everything(bench) == before


def test_a_dry_run_shows_changes_field_by_field(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(resources=6)
    bench.run()
    record_id = first_published(bench)
    others = [i for i in bench.sample.control("resources")["ids"] if i != record_id]
    closed = next(i for i in others if bench.state_of(i) == "published")
    gone = next(i for i in others if i != closed and bench.state_of(i) == "published")
    bench.sample.control("edit", resource=record_id, set={"name": "更正后的名称"})
    bench.sample.control("edit", resource=closed, set={"openAttr": "3"})
    bench.sample.control("remove", resource=gone)
    before = everything(bench)
    trials = by_id(list(try_harvest(bench.workshop, "sample")))
    assert everything(bench) == before
    assert {i: trial.settled.action.value for i, trial in trials.items()} == {
        record_id: "update",
        closed: "withdraw",
        gone: "withdraw",
    }
    titles = [change for change in trials[record_id].changes if change.field == "title.zh"]
    assert [change.after for change in titles] == ["更正后的名称"]
    assert all(change.field == "title.zh" or change.field.endswith(".name.zh") for change in trials[record_id].changes)
    assert all(change.after is None for change in trials[closed].changes)


def test_a_dry_run_of_new_records_stores_no_blob_and_no_original(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(resources=3)
    list(try_harvest(bench.workshop, "sample"))  # secrets and such are in place already
    before = everything(bench)
    trials = list(try_harvest(bench.workshop, "sample"))
    assert {trial.settled.action.value for trial in trials} <= {"create", "hold", "refuse"}
    assert len(trials) == 3
    assert any(change.field.endswith(".rows") for trial in trials for change in trial.changes)
    assert everything(bench) == before
    rooms: list[Path] = [bench.settings.effective_quarantine_dir / "files", bench.settings.var_dir / "store"]
    assert not any(path.is_file() for room in rooms for path in room.rglob("*"))


def test_a_dry_run_says_that_much_absence_would_be_asked_about(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(resources=6)
    bench.run()
    gone = bench.sample.control("resources")["ids"][:2]
    bench.sample.control("remove", resources=gone)
    trials = by_id(list(try_harvest(bench.workshop, "sample")))
    told = {i: (t.settled.action.value, t.settled.reasons[-1].code) for i, t in trials.items()}
    assert told == dict.fromkeys(gone, ("hold", "list_shrunk"))
    report = bench.run()
    assert report.counts["hold"] == 1
    assert "withdraw" not in report.counts


def test_a_dry_run_does_not_show_data_as_gone_that_was_not_looked_at(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(resources=4)
    bench.run()
    record_id = first_published(bench)
    bench.sample.control("edit", resource=record_id, set={"name": "新名称", "openAttr": "没见过"})
    trials = by_id(list(try_harvest(bench.workshop, "sample")))
    assert trials[record_id].settled.action.value == "hold"
    fields = [change.field for change in trials[record_id].changes]
    assert "title.zh" in fields
    assert not any(field.startswith("part ") for field in fields)
