"""Real catalogues and files through the whole way, under signed mappings."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import text

from portal.cli.wording import reason_in_words
from portal.db.migrating import migrate
from portal.ingest.conducting.running import RunReport, run_harvest
from portal.ingest.review.confirming import HeaderOrder, confirm_header
from portal.ingest.review.held import HeldView, list_held
from portal.ingest.runs.reporting import RecordLine, list_exceptions
from portal.ingest.sources import add_source, sign_mapping
from portal.ingest.workshop import Workshop
from portal.kernel.vocab import HarvestAction
from portal.settings import Settings
from tests.ckan_server.server import CkanServer, read_packages
from tests.gate.corpus.reading import SharedReader
from tests.ingest.conftest import make_workshop

pytestmark = [pytest.mark.shared, pytest.mark.slow]
MAPPINGS = Path(__file__).resolve().parents[1] / "harvesters" / "mappings"

# Titles of the deliveries whose header is asked about → the names that a person gives where there is none.
ASKED: dict[str, tuple[str, ...]] = {
    "区住建委行政许可公示": tuple(f"第{n}列" for n in range(1, 13)),
    "延庆镇行政处罚公示2022年1_Sheet1": (),
    "评选表彰北京市三八红旗奖章和集体": (),
}
IDENTITY = {"法定代表人证件号码", "证件号码", "法定代表人身份证号", "身份证号码"}
FALSE_ALARMS = {"简要事迹"}  # the deeds of doctors and teachers who are honoured
TOLD = {"违法事实", "处罚内容", "处罚描述"}  # prose of penalties with plates of cars beside their drivers, and a birth


@pytest.fixture
def shared_reader() -> Iterator[None]:
    """Files are read in forks of one reader, which is faster than a process for each."""
    reader = SharedReader()
    reader.start()
    yield
    reader.stop()


@pytest.fixture
def workshop(settings: Settings) -> Iterator[Workshop]:
    workshop = make_workshop(settings)
    migrate(workshop.database)
    yield workshop
    workshop.jobs.close()
    workshop.database.dispose()


def harvest(
    workshop: Workshop, kind: str, config: dict[str, Any], mapping: dict[str, Any]
) -> tuple[RunReport, list[RecordLine]]:
    """Register, sign and harvest; the report and every exception."""
    now = datetime.now(UTC)
    with workshop.database.transaction() as session:
        add_source(session, "real", kind, config, now=now)
        sign_mapping(session, "real", mapping, "王签署", now)
    report = run_harvest(workshop, "real")
    with workshop.database.reading() as session:
        exceptions = list(list_exceptions(session, report.run_id))
    for line in exceptions:
        told = [reason_in_words(r) for r in line.reasons if r.severity in {"hold", "refuse"} or line.action == "skip"]
        print(line.action.value, line.record_id, line.title, told, line.note)
        assert told, "every exception is named with its reason"
        assert not any("without a description" in words for words in told)
    print(Counter(report.counts))
    return report, exceptions


def codes_that_hold(view: HeldView) -> set[str]:
    return {reason.code for reason in view.reasons if reason.severity in {"hold", "refuse"}}


def mapping_of(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((MAPPINGS / name).read_text(encoding="utf-8"))
    return found


def test_hong_kong_packages_are_published_as_links_that_nobody_checked(workshop: Workshop, shared_data: Path) -> None:
    server = CkanServer(read_packages(shared_data / "catalogues" / "hk_ckan_package_show" / "api_details"))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        config = {"base_url": server.address, "labels": {"grade_label": "public data"}}
        report, _ = harvest(workshop, "ckan", config, mapping_of("hk.json"))
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert report.state == "done"
    assert report.counts["listed"] == 243
    assert report.counts["create"] >= 0.95 * 243
    with workshop.database.reading() as session:
        kinds = session.scalars(text("SELECT DISTINCT kind FROM version_part")).all()
    assert kinds == ["link"]


@pytest.mark.usefixtures("shared_reader")
def test_beijing_files_are_published_and_those_asked_about_once_confirmed(
    workshop: Workshop, shared_data: Path
) -> None:
    root = shared_data / "files" / "beijing_dev"
    config = {
        "root": str(root),
        "publisher_name": "北京经济技术开发区",
        "publisher_code": "beijing-dev",
        "labels": {"open_label": "无条件开放", "grade_label": "一般数据"},
    }
    # The person who signs says that columns with personal data are left out; the rest of each table is published.
    mapping = mapping_of("beijing.json") | {"drop_sensitive_columns": True}
    report, exceptions = harvest(workshop, "folder", config, mapping)
    assert report.state == "done"
    assert report.counts["listed"] == 74
    assert report.counts["create"] >= 0.95 * 74, [(line.title, line.reasons) for line in exceptions]
    with workshop.database.reading() as session:
        held = {view.title: view for view in list_held(session)}
        told = session.scalars(text("SELECT reasons FROM harvest_record")).all()
    assert {title: codes_that_hold(view) for title, view in held.items()} == {
        title: {"header_uncertain"} for title in ASKED
    }
    for title, view in held.items():
        order = HeaderOrder("李确认", rows=0 if ASKED[title] else None, names=ASKED[title])
        assert confirm_header(workshop, view.id, order).action is HarvestAction.CREATE
    with workshop.database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM dataset WHERE state = 'published'")) == 74
    reasons = [reason for line in told for reason in json.loads(line)]
    dropped = {reason["subject"] for reason in reasons if reason["code"].startswith("column_sensitive")}
    assert dropped == IDENTITY | TOLD | FALSE_ALARMS
