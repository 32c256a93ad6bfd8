"""What a second run asks for, and what it does about changes."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from harvesters.exchange.source import ExchangeSource
from harvesters.records import DatasetRecord, RawRecord
from portal.ingest import harvest as harvest_module
from portal.ingest.listings.label_sets import kept_labels
from portal.ingest.sources import sign_mapping
from tests.ingest.conftest import Bench


@pytest.fixture
def bench(make_harvested: Callable[..., Bench]) -> Bench:
    """Twelve resources, harvested."""
    return make_harvested()


def first_published(bench: Bench) -> str:
    """A record whose dataset is public and has a table."""
    found = bench.scalar(
        "SELECT source_key FROM dataset JOIN version_part ON dataset_id = dataset.id"
        " WHERE state = 'published' AND kind = 'table' AND version_part.row_count > 20 ORDER BY source_key LIMIT 1"
    )
    return str(found).removeprefix("sample:")


def test_an_unchanged_resource_causes_no_request_for_rows_or_files(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench()
    first = bench.run()
    assert first.state == "done"
    assert first.counts["listed"] == 12
    assert bench.sample.requests()["rows"] > 0
    again = bench.run()
    requests = bench.sample.requests()
    assert again.counts == {"listed": 12, "unchanged": 12}
    assert (requests["rows"], requests["file"]) == (0, 0)


def test_unchanged_records_are_noted_in_one_line_for_a_page(bench: Bench) -> None:
    again = bench.run()
    assert bench.scalar("SELECT count(*) FROM harvest_record WHERE run_id = :run", run=again.run_id) == 1


def test_a_new_address_of_the_platform_changes_no_record(bench: Bench, make_sample: Callable[..., object]) -> None:
    from tests.ingest.conftest import Sample, register

    moved = make_sample(resources=12, big_rows=2_000)
    assert isinstance(moved, Sample)
    register(bench.workshop, bench.settings, moved.address)
    assert bench.run().counts["unchanged"] == 12


def test_a_corrected_title_is_published_without_fetching_rows_again(bench: Bench) -> None:
    record_id = first_published(bench)
    bench.sample.requests()
    bench.sample.control("edit", resource=record_id, set={"name": "更正后的名称"})
    report = bench.run()
    requests = bench.sample.requests()
    assert bench.action_of(report.run_id, record_id) == "update"
    assert report.counts["unchanged"] == 11
    assert (requests["rows"], requests["file"]) == (0, 0)
    assert bench.versions_of(record_id) == 2


def test_changed_rows_are_fetched_for_that_resource_alone(bench: Bench) -> None:
    record_id = first_published(bench)
    bench.sample.requests()
    bench.sample.control("touch", resource=record_id)
    report = bench.run()
    assert report.counts["unchanged"] == 11
    assert bench.sample.requests()["rows"] >= 1


def test_a_new_gate_version_judges_again_what_is_live_without_fetching(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    published = bench.scalar("SELECT count(*) FROM dataset WHERE state = 'published'")
    verdicts = bench.scalar("SELECT count(*) FROM verdict")
    bench.sample.requests()
    monkeypatch.setattr(harvest_module, "GATE_VERSION", "next")
    report = bench.run()
    requests = bench.sample.requests()
    assert (requests["rows"], requests["file"]) == (0, 0)
    assert report.counts["unchanged"] >= published
    assert bench.scalar("SELECT count(*) FROM verdict") >= verdicts + published
    assert bench.scalar("SELECT max(number) FROM version") == 1


def test_another_mapping_makes_every_record_be_judged_again(bench: Bench) -> None:
    from datetime import UTC, datetime

    from tests.ingest.conftest import SAMPLE

    bench.sample.requests()
    labels = json.loads((SAMPLE / "mapping.json").read_text(encoding="utf-8")) | {"note": "changed"}
    with bench.database.transaction() as session:
        sign_mapping(session, "sample", labels, "李签署", datetime.now(UTC))
    verdicts = bench.scalar("SELECT count(*) FROM verdict")
    bench.run()
    requests = bench.sample.requests()
    assert (requests["rows"], requests["file"]) == (0, 0)
    assert bench.scalar("SELECT count(*) FROM verdict") == verdicts + 12


def test_an_unchanged_record_is_not_mapped_and_its_labels_are_known_all_the_same(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels = bench.scalar("SELECT labels FROM source_labels WHERE source_name = 'sample'")
    mapped: list[str] = []
    original = ExchangeSource.map_record

    def counted(self: ExchangeSource, raw: RawRecord) -> DatasetRecord:
        mapped.append(raw.id)
        return original(self, raw)

    monkeypatch.setattr(ExchangeSource, "map_record", counted)
    assert bench.run().counts["unchanged"] == 12
    assert mapped == []
    assert bench.scalar("SELECT labels FROM source_labels WHERE source_name = 'sample'") == labels
    assert json.loads(labels)["open_label"]


def test_labels_that_hold_a_number_of_a_person_are_not_kept_with_the_record() -> None:
    record = DatasetRecord("1", {"zh": "名"}, {}, {}, open_label="无条件", class_label="13812345678")
    assert kept_labels(record) is None
    kept = kept_labels(replace(record, class_label="交通"))
    assert kept is not None
    assert (kept["open_label"], kept["class_label"]) == ({"无条件": 1}, {"交通": 1})
