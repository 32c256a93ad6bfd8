"""The whole catalogue as a file: what is public and nothing else, made in batches, never with what was taken back."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pyarrow.parquet as pq
import pytest
from sqlalchemy import select, update

from portal.catalogue import whole
from portal.catalogue.models import CatalogueFile, Dataset
from portal.exports.work import FileWork, keep_spool, make_next_file
from portal.http.files import whole_catalogue
from portal.settings import Settings
from tests.api.contract import check
from tests.http.site import Site, counted_statements, generous, open_site


@pytest.fixture
def site(settings: Settings) -> Iterator[Site]:
    with open_site(generous(settings), 7, is_indexed=False) as opened:
        yield opened


def work_of(site: Site) -> FileWork:
    parts = site.parts
    return FileWork(parts.settings, parts.database, parts.store, parts.rows, parts.settings.var_dir / "work")


def listed(site: Site) -> list[dict[str, object]]:
    answer = site.client.get("/api/v1/catalogue.jsonl")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return [json.loads(line) for line in answer.data.splitlines()]


def test_every_format_has_every_public_dataset_in_both_languages(site: Site) -> None:
    objects = listed(site)
    assert [one["id"] for one in objects] == sorted(site.ids)
    one = next(found for found in objects if found["id"] == site.ids[0])
    shown = site.client.get(f"/api/v1/datasets/{site.ids[0]}").get_json()
    assert one["title"] == {language: shown["title"][language] for language in ("zh", "en")}
    assert one["parts"][0]["columns"][:2] == ["名称", "街道"]  # type: ignore[index]
    assert one["parts"][0]["sha256"] == shown["parts"][0]["sha256"]  # type: ignore[index]
    rows = list(csv.DictReader(io.StringIO(site.client.get("/api/v1/catalogue.csv").get_data(as_text=True))))
    table = pq.read_table(io.BytesIO(site.client.get("/api/v1/catalogue.parquet").data)).to_pylist()
    for found in (rows, table):
        assert [row["id"] for row in found] == sorted(site.ids)
        assert {row["title_zh"] for row in found} == {o["title"]["zh"] for o in objects}  # type: ignore[index]
    assert table[0]["rows"] == int(rows[0]["rows"]) == 40
    assert rows[0]["address"].endswith(f"/api/v1/datasets/{rows[0]['id']}")


def test_it_is_made_once_and_can_be_resumed_and_asked_about(site: Site) -> None:
    first = site.client.get("/api/v1/catalogue.jsonl")
    again = site.client.get("/api/v1/catalogue.jsonl", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    headers = {"Range": "bytes=10-29", "If-Range": first.headers["ETag"]}
    assert site.client.get("/api/v1/catalogue.jsonl", headers=headers).data == first.data[10:30]
    with site.parts.database.reading() as session:
        assert len(session.scalars(select(CatalogueFile.state)).all()) == 1


def test_what_was_withdrawn_is_gone_at_once_and_its_file_soon(site: Site) -> None:
    listed(site)
    site.withdraw(site.ids[0])
    assert site.ids[0] not in {one["id"] for one in listed(site)}
    assert len(list(site.parts.store.list_keys("spool/"))) == 2
    keep_spool(work_of(site))
    with site.parts.database.reading() as session:
        assert len(session.scalars(select(CatalogueFile.state)).all()) == 1


def test_what_is_new_may_be_missing_for_some_minutes_and_no_longer(site: Site) -> None:
    before = listed(site)
    with site.parts.database.transaction() as session:
        session.execute(
            update(Dataset).where(Dataset.id == site.ids[1]).values(licence="新", revision=Dataset.revision + 1)
        )
    assert listed(site) == before
    with site.parts.database.transaction() as session:
        session.execute(update(CatalogueFile).values(made_at=datetime.now(UTC) - whole.MAY_LAG - timedelta(seconds=1)))
    assert next(one for one in listed(site) if one["id"] == site.ids[1])["licence"] == "新"


def test_a_conditional_dataset_is_there_for_all_without_a_checksum_of_its_data(site: Site) -> None:
    with site.parts.database.transaction() as session:
        session.execute(update(Dataset).where(Dataset.id == site.ids[2]).values(openness="conditional"))
    one = next(found for found in listed(site) if found["id"] == site.ids[2])
    assert one["openness"] == "conditional"
    assert [part["sha256"] for part in one["parts"]] == [None]  # type: ignore[attr-defined]


def test_statements_grow_with_batches_not_with_datasets(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = []
    for batch in (100, 3):
        monkeypatch.setattr(whole, "BATCH", batch)
        with counted_statements(site) as seen, site.parts.database.reading() as session:
            assert len(list(whole.list_records(session))) == 7
        counts.append(len(seen))
    one_batch = counts[0] - 1  # the last question finds nothing more
    assert counts == [one_batch + 1, 3 * one_batch + 1]
    assert one_batch <= 8


def test_a_large_catalogue_is_written_in_the_background(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole_catalogue, "MAX_AT_ONCE", 3)
    assert site.client.head("/api/v1/catalogue.csv").status_code == 202
    first = site.client.get("/api/v1/catalogue.csv")
    job = check(first)
    assert (first.status_code, job["rows_total"], job["ref"], job["part"]) == (202, 7, None, "catalogue")
    assert site.client.get("/api/v1/catalogue.csv").get_json()["id"] == job["id"]
    assert make_next_file(work_of(site))
    status = first.headers["Location"].removeprefix(site.parts.settings.base_url)
    done = check(site.client.get(status))
    assert (done["state"], done["rows_done"]) == ("done", 7)
    file = site.client.get(done["file"].removeprefix(site.parts.settings.base_url))
    assert (file.status_code, file.data.count(b"\n")) == (200, 8)
    assert done["bytes_done"] == len(file.data)


def test_another_format_is_not_offered(site: Site) -> None:
    assert site.client.get("/api/v1/catalogue.xml").status_code == 404
