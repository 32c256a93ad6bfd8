"""A DCAT feed goes the whole way: listed over Hydra pages, files fetched and checked, judged, published, withdrawn."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from portal.db.migrating import migrate
from portal.ingest.conducting.running import RunReport, run_harvest
from portal.ingest.sources import add_source, sign_mapping
from portal.ingest.workshop import Workshop
from portal.settings import Settings
from tests.harvesters.dcat_feed import Feed
from tests.ingest.conftest import make_workshop

MAPPING = {
    "fields": {"open_label": {"PUBLIC": "unconditional"}, "share_label": {"": "shared"}},
    "defaults": {"owner": "交通局", "approver": "李处长", "basis": "区公共数据开放目录", "class": "交通"},
    "columns_follow_resource": True,
}
CONFIG = {"fetch_files": True, "labels": {"grade_label": "general"}}


@pytest.fixture
def feed() -> Iterator[Feed]:
    server = Feed(count=5, page_size=2)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def workshop(settings: Settings, feed: Feed) -> Iterator[Workshop]:
    made = make_workshop(settings)
    migrate(made.database)
    now = datetime.now(UTC)
    mapping = MAPPING | {"fields": MAPPING["fields"] | {"grade_label": {"general": "general"}}}  # type: ignore[operator]
    with made.database.transaction() as session:
        add_source(session, "feed", "dcat", {"base_url": f"{feed.address}/catalog"} | CONFIG, now=now)
        sign_mapping(session, "feed", mapping, "王签署", now)
    yield made
    made.jobs.close()
    made.database.dispose()


def rows(workshop: Workshop, statement: str) -> list[tuple[object, ...]]:
    with workshop.database.reading() as session:
        return [tuple(row) for row in session.execute(text(statement))]


def run(workshop: Workshop) -> RunReport:
    report = run_harvest(workshop, "feed")
    assert report.state == "done", report.errors
    return report


def test_a_feed_becomes_datasets_in_both_languages(workshop: Workshop, feed: Feed) -> None:
    assert run(workshop).counts["create"] == 5
    assert rows(workshop, "SELECT count(*) FROM dataset WHERE state = 'published'") == [(5,)]
    titles = rows(workshop, "SELECT language, value FROM dataset_wording WHERE field = 'title' ORDER BY value")
    assert ("en", "Bus routes 1") in titles
    assert ("zh", "公交线路 1") in titles
    assert rows(workshop, "SELECT DISTINCT kind, row_count FROM version_part") == [("table", 1)]
    feed.counters.clear()
    assert run(workshop).counts["unchanged"] == 5
    assert not [path for path in feed.counters if path.startswith("/files/")], "nothing unchanged is fetched"


def test_a_right_of_access_that_nobody_signed_is_held(workshop: Workshop, feed: Feed) -> None:
    run(workshop)
    original = feed.page
    feed.page = lambda number: original(number).replace(b"access-right/PUBLIC", b"access-right/NON_PUBLIC")  # type: ignore[method-assign]
    report = run_harvest(workshop, "feed")
    assert report.counts.get("hold") == 5, "a label that nobody signed"
    assert rows(workshop, "SELECT count(*) FROM dataset WHERE state = 'published'") == [(5,)]


def test_a_feed_that_breaks_off_changes_nothing(workshop: Workshop, feed: Feed) -> None:
    run(workshop)
    feed.states_total = 9
    assert run_harvest(workshop, "feed").state == "stopped"
    assert rows(workshop, "SELECT count(*) FROM dataset WHERE state = 'published'") == [(5,)]
    feed.states_total = None
    feed.entries = feed.entries[:2]
    report = run_harvest(workshop, "feed")
    assert (report.state, report.counts.get("withdraw", 0)) == ("done", 0), "absence asks a person"
    assert rows(workshop, "SELECT count(*) FROM dataset WHERE state = 'published'") == [(5,)]
