"""The `ckan` source on made-up packages: listing, bilingual fields, errors of the Action API."""

import json
from typing import Any

import pytest

from harvesters import RetryLater, SkipRecord, StopRun
from harvesters.protocols import Source
from harvesters.records import DatasetRecord, FilePart, LinkPart, TablePart
from tests.ckan_server.server import CkanServer
from tests.harvesters.conftest import Lines, Opening, package
from tests.outbound.other_side import other_side, saying


def mapped(source: Source) -> list[DatasetRecord]:
    return [source.map_record(record) for page in source.list_records() for record in page.records]


def test_a_package_is_mapped_in_both_languages(open_ckan: Opening) -> None:
    record = mapped(open_ckan())[0]
    assert record == DatasetRecord(
        id="00000000-0000-4000-8000-000000000001",
        titles={"zh": "示例数据集1", "en": "Sample dataset 1"},
        descriptions={"zh": "说明"},
        publisher_names={"en": "Sample Office", "zh": "示例局"},
        publisher_code="office",
        resource_code="sample-001",
        theme_labels=("health",),
        keywords={"zh": ("标签",)},
        update_cycle_label="每月",
        licence_label="Open",
        open_label="public",
        owner="数据科",
        created="2026-01-01T00:00:00",
        modified="2026-02-01T00:00:00",
        particulars={"license_title": "Open", "maintainer": "数据科", "extras_frequency": "每月"},
        parts=(
            LinkPart(
                key="r1",
                names={"en": "Data", "zh": "数据"},
                url="https://files.example/1.csv",
                format_label="CSV",
                language_label="en, zh-Hant",
                descriptions={"zh": "文件"},
                particulars={
                    "name": "数据", "name_en": "Data", "format": "csv", "inLanguage": "en, tc", "description": "文件",
                },
            ),
        ),
    )  # fmt: skip


def test_fewer_rows_than_asked_are_not_the_end(ckan: CkanServer, open_ckan: Opening) -> None:
    assert len(mapped(open_ckan(page_size=100))) == 7
    assert ckan.counters["package_search"] == 3


def test_an_unchanged_catalogue_costs_one_request_a_page(ckan: CkanServer, open_ckan: Opening) -> None:
    ckan.rows_max = 1000
    list(open_ckan().list_records())
    assert dict(ckan.counters) == {"package_search": 1}


def test_a_private_package_says_so(ckan: CkanServer, open_ckan: Opening) -> None:
    ckan.packages[0]["private"] = True
    assert [record.open_label for record in mapped(open_ckan())][:2] == ["private", "public"]


def test_labels_of_the_configuration_fill_what_a_package_does_not_state(open_ckan: Opening) -> None:
    record = mapped(open_ckan(labels={"grade_label": "general", "licence_label": "Default", "owner": "x"}))[0]
    assert (record.grade_label, record.licence_label, record.owner) == ("general", "Open", "数据科")


def test_a_package_without_identifier_is_reported(ckan: CkanServer, open_ckan: Opening) -> None:
    del ckan.packages[4]["id"]
    records = [record for page in open_ckan().list_records() for record in page.records]
    assert [record.problem for record in records if record.problem] == [
        "Entry 5 of the listing has no identifier (id)."
    ]
    assert len(records) == 7


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"title": "", "title_translated": {}}, "has no title"),
        ({"state": "deleted"}, "not active"),
        ({"resources": [{"id": "a", "url": "ftp://x/y"}]}, "no http or https address"),
        ({"resources": [{"id": "a", "url": "https://wang:geheim@x/y"}]}, "without user and password"),
        ({"resources": [{"id": "a", "url": "https://x/1"}, {"id": "a", "url": "https://x/2"}]}, "two resources"),
        ({"notes": "长" * 30_000}, "30,000 characters"),
    ],
)
def test_a_package_that_cannot_be_used_is_skipped_by_name(
    ckan: CkanServer, open_ckan: Opening, change: dict[str, object], said: str
) -> None:
    ckan.packages[:] = [package(1, **change)]
    with pytest.raises(SkipRecord, match=said) as caught:
        mapped(open_ckan())
    assert caught.value.record_id == ckan.packages[0]["id"]


def test_a_page_that_repeats_stops_the_run(ckan: CkanServer, open_ckan: Opening) -> None:
    first = json.dumps({"success": True, "result": {"count": 7, "results": ckan.packages[:3]}}).encode()
    ckan.spoil = lambda action, parameters: (200, "application/json", first)
    with pytest.raises(StopRun, match="repeats"):
        mapped(open_ckan())


def test_a_listing_that_ends_early_stops_the_run(ckan: CkanServer, open_ckan: Opening, lines: Lines) -> None:
    empty = json.dumps({"success": True, "result": {"count": 7, "results": []}}).encode()
    ckan.spoil = lambda action, parameters: (200, "application/json", empty) if parameters.get("start") != "0" else None
    with pytest.raises(StopRun, match="empty from 3 on although 7"):
        mapped(open_ckan())
    assert lines.waits == [0.5, 1.0, 2.0]


def test_a_listing_that_shrinks_is_not_taken_for_whole(ckan: CkanServer, open_ckan: Opening) -> None:
    pages = open_ckan().list_records()
    next(pages)
    del ckan.packages[0]
    with pytest.raises(StopRun, match="shrank from 7 to 6"):
        list(pages)


def test_json_encoded_twice_is_read_and_noted(ckan: CkanServer, open_ckan: Opening) -> None:
    inner = json.dumps({"success": True, "result": {"count": 0, "results": []}})
    ckan.spoil = lambda action, parameters: (200, "application/json", json.dumps(inner).encode())
    source = open_ckan()
    assert source.check().endswith("lists 0 packages.")
    assert "encoded twice" in source.notes[0]


def test_a_login_page_is_named_as_such(ckan: CkanServer, open_ckan: Opening) -> None:
    ckan.spoil = lambda action, parameters: (200, "text/html", b"<!doctype html><form>login</form>")
    with pytest.raises(StopRun, match="login page"):
        open_ckan().check()


def test_a_busy_server_is_asked_again_then_handed_on(ckan: CkanServer, open_ckan: Opening, lines: Lines) -> None:
    ckan.spoil = lambda action, parameters: (503, "text/plain", b"busy")
    with pytest.raises(RetryLater, match="503"):
        open_ckan().check()
    assert lines.waits


@pytest.mark.parametrize("body", [b'{"success": false, "error": "boom"}', b"[]", b'"x"', b"null"])
def test_an_answer_that_is_not_that_of_a_ckan_stops_the_run(ckan: CkanServer, open_ckan: Opening, body: bytes) -> None:
    ckan.spoil = lambda action, parameters: (200, "application/json", body)
    with pytest.raises((StopRun, RetryLater)):
        open_ckan().check()


def test_a_key_is_sent_and_a_wrong_one_stops_the_run(ckan: CkanServer, open_ckan: Opening) -> None:
    ckan.api_key = "right"
    assert open_ckan(secret={"api_key": "right"}).check()
    with pytest.raises(StopRun, match="may not be read") as caught:
        open_ckan(secret={"api_key": "geheim"}).check()
    assert "geheim" not in str(caught.value)


def test_a_package_that_vanished_from_a_list_is_reported(ckan: CkanServer, open_ckan: Opening) -> None:
    pages = open_ckan(listing="list", page_size=2).list_records()
    next(pages)
    del ckan.packages[3]
    problems = [record.problem for page in pages for record in page.records if record.problem]
    assert len(problems) == 1
    assert "'sample-004' does not exist" in problems[0]


def test_files_are_fetched_through_the_guard_alone(ckan: CkanServer, open_ckan: Opening) -> None:
    with other_side(saying(b"a,b\n1,2\n")) as files:
        ckan.packages[:] = [package(1, resources=[{"id": "r", "url": f"{files.url}/x.csv", "format": "csv"}])]
        closed = open_ckan(fetch_files=True)
        part = mapped(closed)[0].parts[0]
        assert isinstance(part, FilePart)
        assert (part.file_name, part.format_label) == ("x.csv", "CSV")
        with pytest.raises(SkipRecord, match="not public"), closed.fetch_file(part) as chunks:
            list(chunks)
        with open_ckan(fetch_files=True, allowed=files.registered).fetch_file(part) as chunks:
            assert b"".join(chunks) == b"a,b\n1,2\n"
    assert len(files.seen) == 1


@pytest.mark.parametrize(
    ("status", "content_type"), [(403, "text/csv"), (418, "text/csv"), (200, "text/html; charset=utf-8")]
)
def test_a_bad_address_of_one_package_does_not_stop_the_run(
    ckan: CkanServer, open_ckan: Opening, status: int, content_type: str
) -> None:
    ckan.spoil = lambda action, _: (status, content_type, b"<html>") if action == "/x.csv" else None
    resource = {"id": "r", "url": f"{ckan.address}/x.csv", "format": "csv"}
    ckan.packages[:] = [package(1, resources=[resource])]
    source = open_ckan(fetch_files=True)
    part = mapped(source)[0].parts[0]
    assert isinstance(part, FilePart)
    with pytest.raises(SkipRecord), source.fetch_file(part) as chunks:
        list(chunks)


TABLE: dict[str, list[dict[str, Any]]] = {
    "fields": [
        {"id": "id", "type": "int4", "info": {"label": "编号", "notes": "of the row"}},
        {"id": "note", "type": "text"},
        {"id": "js", "type": "json"},
    ],
    "records": [{"id": n, "note": "" if n % 2 else None, "js": {"名": n} if n % 3 else None} for n in range(4_100)],
}


def table_part(ckan: CkanServer, source: Source) -> TablePart:
    resource = {"id": "r-1", "url": "http://x/x.csv", "format": "csv", "datastore_active": True, "note": "said"}
    ckan.packages[:] = [package(1, resources=[resource])]
    part = mapped(source)[0].parts[0]
    assert isinstance(part, TablePart)
    return part


def test_what_the_datastore_holds_is_a_table_with_the_types_it_declares(ckan: CkanServer, open_ckan: Opening) -> None:
    ckan.tables = {"r-1": TABLE}
    source = open_ckan(fetch_tables=True)
    part = table_part(ckan, source)
    assert (part.key, part.particulars["note"]) == ("r-1", "said")
    batches = list(source.fetch_rows(part))
    rows = [row for batch in batches for row in batch.rows]
    assert rows[:2] == [("0", None, None), ("1", "", '{"名": 1}')]
    assert len(rows) == len(TABLE["records"])
    assert [field.type_label for field in batches[0].fields] == ["int4", "text", "json"]
    assert (batches[0].fields[0].title, batches[0].fields[0].description) == ("编号", "of the row")


def test_a_table_that_cannot_be_read_whole_is_no_table(ckan: CkanServer, open_ckan: Opening) -> None:
    source = open_ckan(fetch_tables=True)
    part = table_part(ckan, source)
    with pytest.raises(SkipRecord):
        list(source.fetch_rows(TablePart("t", {}, {})))
    answers: list[object] = [
        {"fields": TABLE["fields"], "records": [{"id": 1}], "total": 5},
        {"fields": TABLE["fields"], "records": [], "total": 5},
    ]
    changed = {"fields": [], "records": [], "total": 5}
    spoilt: list[list[object]] = [answers, [answers[0], changed], [{"records": []}], [7]]
    for spoiled in spoilt:
        told = iter(spoiled)
        ckan.spoil = lambda action, _, told=told: (
            (200, "application/json", json.dumps({"success": True, "result": next(told)}).encode())
            if action == "datastore_search"
            else None
        )
        with pytest.raises(SkipRecord):
            list(source.fetch_rows(part))
    ckan.spoil = None
    with pytest.raises((SkipRecord, StopRun)):
        list(source.fetch_rows(part))
