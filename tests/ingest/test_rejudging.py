"""What is live is judged by new rules too, when the refresh that they hold does not replace it."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from portal.ingest import harvest as harvest_module
from portal.ingest.comparing import judging
from portal.ingest.preparing import projecting
from portal.inspect import scan_table, scan_texts
from portal.kernel.findings import Findings
from tests.ingest.conftest import Bench
from tests.ingest.test_increments import first_published

_NUMBER = "13900001234"


@pytest.fixture
def published(make_harvested: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch) -> tuple[Bench, str]:
    """A bench, and a record that an older scanner let pass with a mobile number in row 3."""
    bench = make_harvested(resources=3)
    record_id = first_published(bench)
    schema = json.loads(
        bench.rows(
            "SELECT schema FROM version_part WHERE slug LIKE 't%' AND dataset_id ="
            " (SELECT id FROM dataset WHERE source_key = :key)",
            key=f"sample:{record_id}",
        )[0].schema
    )
    delivered = bench.sample.platform.catalogue.delivered_names(record_id)
    column = next(c["name"] for c in schema["columns"] if c["type"] == "text" and c["name"] in delivered)
    bench.sample.control("plant", resource=record_id, row=3, column=column, value=f"张三 {_NUMBER}")

    def blind(path: Path, *, digest: str) -> Findings:
        return replace(scan_table(path, digest=digest), findings=())

    with monkeypatch.context() as older:
        older.setattr(projecting, "scan_table", blind)
        bench.run()
    assert bench.versions_of(record_id) == 2
    monkeypatch.setattr(harvest_module, "GATE_VERSION", "newer")
    return bench, record_id


def test_live_rows_that_a_newer_scanner_holds_go_when_the_refresh_is_held(published: tuple[Bench, str]) -> None:
    bench, record_id = published
    bench.sample.control("rows", resource=record_id, count=5)  # row 3 among them, so this is held for both reasons
    report = bench.run()
    assert bench.action_of(report.run_id, record_id) == "withdraw"
    assert bench.state_of(record_id) == "withdrawn"


def test_live_rows_that_a_newer_scanner_holds_go_when_other_rows_are_held_for_another_reason(
    published: tuple[Bench, str],
) -> None:
    bench, record_id = published
    bench.sample.control("rows", resource=record_id, count=2)  # without row 3
    report = bench.run()
    assert bench.action_of(report.run_id, record_id) == "withdraw"


def test_a_live_title_that_a_newer_scanner_holds_goes(
    make_bench: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = make_bench(resources=3)
    record_id = bench.sample.control("resources")["ids"][0]
    bench.sample.control("edit", resource=record_id, set={"abstract": f"联系人 {_NUMBER}"})

    def blind(texts: dict[str, str], *, digest: str) -> Findings:
        return replace(scan_texts(texts, digest=digest), findings=())

    with monkeypatch.context() as older:
        older.setattr(judging, "scan_texts", blind)
        bench.run()
    assert bench.state_of(record_id) == "published"
    monkeypatch.setattr(harvest_module, "GATE_VERSION", "newer")
    report = bench.run()
    assert bench.action_of(report.run_id, record_id) == "withdraw"


def test_live_rows_that_pass_keep_serving_while_the_refresh_is_held(
    make_bench: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = make_bench(resources=3)
    bench.run()
    record_id = first_published(bench)
    monkeypatch.setattr(harvest_module, "GATE_VERSION", "newer")
    bench.sample.control("rows", resource=record_id, count=2)
    report = bench.run()
    assert bench.action_of(report.run_id, record_id) == "hold"
    assert bench.state_of(record_id) == "published"
