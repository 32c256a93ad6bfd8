"""A column that is closed later leaves every version at once, at every door; one that is just not delivered is drift."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient

from portal.app import create_app
from portal.catalogue.queries import find_dataset_id
from portal.ingest.review.held import list_held
from portal.ingest.review.releasing import release_held
from portal.ingest.settling import records as settling
from portal.ingest.sources import sign_mapping
from portal.settings import Settings
from portal.wiring import web_parts
from tests.ingest.conftest import SAMPLE, Bench
from tests.ingest.test_increments import first_published


@dataclass
class Live:
    """A published table with a text column to be closed, and a browser's way to it."""

    bench: Bench
    client: FlaskClient
    record_id: str
    dataset_id: str
    part: str
    column: str

    def addresses(self, version: int) -> list[str]:
        ref = f"{self.dataset_id}@v{version}"
        return [
            f"/zh/dataset/{ref}",
            f"/en/dataset/{ref}",
            f"/zh/dataset/{ref}/data/{self.part}",
            f"/api/v1/datasets/{ref}",
            f"/api/v1/datasets/{ref}/tables/{self.part}/rows?limit=5",
            *(f"/download/{ref}/{self.part}.{ending}" for ending in ("csv", "excel.csv", "json", "jsonl", "parquet")),
        ]

    def statuses(self, version: int, method: str = "GET", **headers: str) -> set[int]:
        found = set()
        for address in self.addresses(version):
            with self.client.open(address, method=method, headers=headers) as answer:
                found.add(answer.status_code)
        return found

    def close(self, **decision: str) -> None:
        self.bench.sample.control("edit", resource=self.record_id, item=self.column, set=decision or {"openAttr": "3"})

    def columns(self, version: int) -> list[str] | None:
        found = self.bench.scalar(
            "SELECT schema FROM version_part WHERE dataset_id = :id AND version_number = :number AND slug = :part",
            id=self.dataset_id,
            part=self.part,
            number=version,
        )
        return None if found is None else [column["name"] for column in json.loads(found)["columns"]]


@pytest.fixture
def live(make_harvested: Callable[..., Bench], settings: Settings) -> Iterator[Live]:
    bench = make_harvested(resources=3)
    record_id = first_published(bench)
    with bench.database.reading() as session:
        dataset_id = find_dataset_id(session, f"sample:{record_id}") or ""
    part, schema = bench.rows(
        "SELECT slug, schema FROM version_part WHERE dataset_id = :id AND slug LIKE 't%'", id=dataset_id
    )[0]
    parts = web_parts(settings)
    names = [column["name"] for column in json.loads(schema)["columns"] if column["type"] == "text"]
    yield Live(bench, create_app(parts).test_client(), record_id, dataset_id, part, names[-1])
    parts.jobs.close()
    parts.database.dispose()


@pytest.mark.parametrize("decision", [{"openAttr": "3"}, {"openAttr": "2"}, {"secretFlag": "1", "openAttr": "3"}])
def test_a_closed_column_is_gone_from_every_version_at_every_door(live: Live, decision: dict[str, str]) -> None:
    live.bench.sample.control("touch", resource=live.record_id)
    live.bench.run()
    assert live.statuses(1) == live.statuses(2) == {200}
    with live.client.get(f"/download/{live.dataset_id}@v1/{live.part}.csv") as answer:
        assert live.column in answer.get_data(as_text=True)
        etag = answer.headers["ETag"]
    live.close(**decision)
    report = live.bench.run()
    assert live.bench.action_of(report.run_id, live.record_id) == "update"
    assert live.column not in (live.columns(3) or [live.column])
    for version in (1, 2):
        assert live.columns(version) is None
        assert live.statuses(version) == {410}
        assert live.statuses(version, "HEAD") == {410}
        assert live.statuses(version, Range="bytes=0-99") == {410}
        assert live.statuses(version, **{"If-None-Match": etag}) == {410}
    assert live.statuses(3) == {200}
    with live.client.get(f"/api/v1/datasets/{live.dataset_id}@v1") as answer:
        assert "sha256" in answer.get_data(as_text=True) or "checksums" in answer.get_data(as_text=True)
    assert "column_closed_later" in {r.reason for r in live.bench.rows("SELECT reason FROM tombstone")}


def test_a_secret_column_that_is_still_called_open_holds_the_record_and_leaves_at_once(live: Live) -> None:
    live.close(secretFlag="1")
    report = live.bench.run()
    assert live.bench.action_of(report.run_id, live.record_id) == "withdraw"
    assert live.statuses(1) == {410}


def test_closing_by_the_signed_mapping_reaches_older_versions(live: Live) -> None:
    from datetime import UTC, datetime

    labels = json.loads((SAMPLE / "mapping.json").read_text(encoding="utf-8")) | {"drop_columns": [live.column]}
    with live.bench.database.transaction() as session:
        sign_mapping(session, "sample", labels, "李签署", datetime.now(UTC))
    live.bench.run()
    assert live.column not in (live.columns(2) or [live.column])
    assert live.statuses(1) == {410}


def test_a_column_closed_and_no_longer_delivered_is_closed_and_not_drift(live: Live) -> None:
    """The declaration stays in the list; the rows come without the column, so the table's rules do not name it."""
    live.close()
    live.bench.sample.control("misbehave", kind="drop_column", place="rows", value=live.column, times=-1)
    live.bench.sample.control("touch", resource=live.record_id)
    live.bench.run()
    assert live.statuses(1) == {410}


def test_a_column_that_is_just_not_delivered_keeps_its_older_versions(live: Live) -> None:
    live.bench.sample.control("columns", resource=live.record_id, drop=[live.column])
    report = live.bench.run()
    assert live.bench.action_of(report.run_id, live.record_id) == "hold"
    with live.bench.database.reading() as session:
        held = next(item for item in list_held(session) if item.record_id == live.record_id)
    release_held(live.bench.workshop, held.id, "赵审核", "部门确认不再提供该字段")
    assert live.column not in (live.columns(2) or [live.column])
    assert live.column in (live.columns(1) or [])
    assert live.statuses(1) == {200}


def test_a_held_refresh_does_not_keep_a_closed_column_public(live: Live) -> None:
    """Something found in the new rows holds the refresh; the decision to close another column acts all the same."""
    other = next(c for c in live.columns(1) or [] if c != live.column)
    live.bench.sample.control("plant", resource=live.record_id, row=3, column=other, value="13900001234 张三")
    live.close()
    report = live.bench.run()
    assert live.bench.action_of(report.run_id, live.record_id) == "withdraw"
    assert live.statuses(1) == {410}
    with live.client.get(f"/zh/dataset/{live.dataset_id}") as answer:
        assert answer.status_code == 410
    with live.bench.database.reading() as session:
        assert live.record_id in {item.record_id for item in list_held(session)}
    live.bench.sample.control("plant", resource=live.record_id, row=3, column=other, value="更正")
    live.bench.run()
    assert live.bench.state_of(live.record_id) == "published"
    assert live.column not in (live.columns(2) or [live.column])


def test_a_held_refresh_without_a_closing_keeps_the_last_version(live: Live) -> None:
    live.bench.sample.control("plant", resource=live.record_id, row=3, column=live.column, value="13900001234 张三")
    report = live.bench.run()
    assert live.bench.action_of(report.run_id, live.record_id) == "hold"
    assert live.statuses(1) == {200}


@pytest.mark.parametrize("decision", ["column", "dataset"])
@pytest.mark.parametrize("kind", ["broken", "login_page"])
def test_what_cannot_be_fetched_does_not_keep_public_what_was_closed(live: Live, kind: str, decision: str) -> None:
    if decision == "column":
        live.close()
    else:
        live.bench.sample.control("edit", resource=live.record_id, set={"openAttr": "3"})
    live.bench.sample.control("touch", resource=live.record_id)
    live.bench.sample.control("misbehave", kind=kind, place="rows", resource=live.record_id, times=-1)
    live.bench.run()
    assert live.bench.state_of(live.record_id) == "withdrawn"
    assert live.statuses(1) == {410}


def test_a_table_all_of_whose_columns_were_closed_is_gone(live: Live) -> None:
    for name in live.columns(1) or []:
        live.bench.sample.control("edit", resource=live.record_id, item=name, set={"openAttr": "3"})
    live.bench.run()
    assert live.bench.state_of(live.record_id) == "withdrawn"
    assert live.statuses(1) == {410}


def test_older_versions_go_in_the_transaction_that_publishes(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed between publishing and redacting, nothing of either is there: there is one transaction."""

    def fails(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    live.close()
    monkeypatch.setattr(settling, "close_columns", fails)
    with pytest.raises(KeyboardInterrupt):
        live.bench.run()
    assert live.bench.versions_of(live.record_id) == 1


def test_blobs_of_redacted_versions_are_deleted(live: Live) -> None:
    from datetime import UTC, datetime

    from portal.catalogue.purge import purge_outbox

    key = live.bench.scalar("SELECT blob_key FROM version_part WHERE dataset_id = :id", id=live.dataset_id)
    live.close()
    live.bench.run()
    purge_outbox(live.bench.database, live.bench.workshop.store, datetime.now(UTC))
    assert not live.bench.workshop.store.exists(key)
