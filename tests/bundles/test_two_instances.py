"""One journey over two instances: harvested inside, carried, and the same for the public outside."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from portal.app import create_app
from portal.bundles.writing import make_bundle
from portal.catalogue.datestamps import StampSelection, list_stamps
from portal.catalogue.purge import purge_outbox
from portal.catalogue.replication import CARRIED, KEPT
from portal.catalogue.withdrawal import withdraw_dataset
from portal.db import table_of
from portal.ingest.duties import DUTIES
from portal.kernel.principal import ANONYMOUS
from portal.storage import BlobNotFound
from portal.wiring import web_parts, worker_parts
from portal.worker import _inside_only, hands_of
from tests.bundles.conftest import Inside, Outside


def published(parts_database: object) -> list[str]:
    with parts_database.reading() as session:  # type: ignore[attr-defined]
        return list(session.scalars(text("SELECT id FROM dataset WHERE state = 'published' ORDER BY id")))


def public_answers(client: object, ids: list[str]) -> dict[str, bytes]:
    """What the public gets of each dataset by API, rows and files, without the addresses' own instants."""
    answers: dict[str, bytes] = {}
    for dataset_id in ids:
        parts = client.get(f"/api/v1/datasets/{dataset_id}").get_json()["parts"]  # type: ignore[attr-defined]
        addresses = [
            address
            for part in parts
            if part["kind"] == "table"
            for address in (
                *(f"/download/{dataset_id}/{part['slug']}.{kind}" for kind in ("csv", "parquet", "jsonl")),
                f"/api/v1/datasets/{dataset_id}/tables/{part['slug']}/rows?limit=50",
            )
        ]
        # pages last: they tell the sizes of files that were made already
        for address in (*addresses, f"/api/v1/datasets/{dataset_id}", f"/zh/dataset/{dataset_id}"):
            answer = client.get(address, follow_redirects=True)  # type: ignore[attr-defined]
            assert answer.status_code == 200, address
            answers[address] = answer.get_data()
    return answers


def stamped_since(outside: Outside, moment: datetime) -> list[str]:
    """What a harvester that was there before that moment is told of, whenever it became public inside."""
    with outside.parts.database.reading() as session:
        return [one.dataset_id for one in list_stamps(session, ANONYMOUS, StampSelection(since=moment), limit=100)]


@pytest.fixture
def inside_client(inside: Inside) -> object:
    from dataclasses import replace

    parts = web_parts(replace(inside.bench.settings, limit_factor=1000))
    yield create_app(parts).test_client()
    parts.jobs.close()
    parts.database.dispose()


def test_what_was_carried_is_the_same_for_the_public(inside: Inside, outside: Outside, inside_client: object) -> None:
    ids = published(inside.bench.database)
    taken = outside.take(inside.made())
    outside.settle()
    assert published(outside.parts.database) == ids
    assert taken.datasets == len(ids) >= 5
    assert public_answers(outside.client, ids) == public_answers(inside_client, ids)


def test_only_what_changed_travels_and_a_withdrawal_arrives(inside: Inside, outside: Outside) -> None:
    arrived = datetime.now(UTC)
    outside.take(inside.made())
    outside.settle()
    assert sorted(stamped_since(outside, arrived)) == published(inside.bench.database)
    assert inside.export() is None, "nothing changed"
    gone, *rest = published(inside.bench.database)
    with inside.bench.database.transaction() as session:
        withdraw_dataset(session, gone, "numbers were wrong", "王审核", datetime.now(UTC))
    second = inside.export()
    assert second is not None
    assert (second.datasets, second.withdrawn, second.blobs) == (1, 1, 0)
    before = set(outside.parts.store.list_keys(""))
    outside.take(second.path)
    assert outside.client.get(f"/api/v1/datasets/{gone}").status_code == 410
    assert "numbers were wrong" in outside.client.get(f"/zh/dataset/{gone}").get_data(as_text=True)
    assert "王审核" not in outside.client.get(f"/zh/dataset/{gone}").get_data(as_text=True)
    outside.settle()
    assert published(outside.parts.database) == rest
    assert set(outside.parts.store.list_keys("")) < before, "its files are purged"


def test_a_new_version_travels_with_its_files_alone(inside: Inside, outside: Outside) -> None:
    outside.take(inside.made())
    inside.bench.sample.control("rows", resource="JYJ-0003", count=120)
    inside.bench.run()
    second = inside.export()
    assert second is not None
    assert (second.datasets, second.withdrawn) == (1, 0)
    assert second.blobs >= 1
    outside.take(second.path)
    with inside.bench.database.reading() as session:
        wanted = session.execute(text("SELECT dataset_id, number, data_digest FROM version ORDER BY 1, 2")).all()
    with outside.parts.database.reading() as session:
        assert (
            session.execute(text("SELECT dataset_id, number, data_digest FROM version ORDER BY 1, 2")).all() == wanted
        )


def test_a_whole_bundle_repairs_an_outside_that_was_lost(
    inside: Inside, make_outside: Callable[[str], Outside], inside_client: object
) -> None:
    first = make_outside("first")
    first.take(inside.made())
    gone = published(inside.bench.database)[0]
    with inside.bench.database.transaction() as session:
        withdraw_dataset(session, gone, "closed", "王审核", datetime.now(UTC))
    inside.export()  # this bundle is lost on the way
    whole = inside.made(is_whole=True)
    for instance in (first, make_outside("new")):
        instance.take(whole)
        instance.settle()
        ids = published(inside.bench.database)
        assert published(instance.parts.database) == ids
        assert public_answers(instance.client, ids) == public_answers(inside_client, ids)
        assert instance.client.get(f"/api/v1/datasets/{gone}").status_code == 410


def test_the_outside_holds_no_source_no_secret_and_no_quarantine(inside: Inside, outside: Outside) -> None:
    made = inside.made()
    outside.take(made)
    outside.settle()
    for table in ("source", "source_mapping", "harvest_run", "harvest_record", "source_record", "held_record"):
        with outside.parts.database.reading() as session:
            assert session.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0, table
    assert not list(outside.settings.var_dir.rglob("quarantine"))
    assert not list(outside.settings.var_dir.rglob("bundle.key"))
    everything = b"".join(path.read_bytes() for path in outside.settings.var_dir.rglob("*") if path.is_file())
    for private in ("sample-long-lived-secret-0001", inside.key.private_bytes_raw().hex()):
        assert private.encode() not in everything


def test_held_and_refused_records_do_not_travel(inside: Inside, outside: Outside) -> None:
    held = inside.bench.rows("SELECT title, record_id FROM held_record")
    assert held
    made = inside.made()
    import zstandard

    plain = zstandard.ZstdDecompressor().stream_reader((made / "state.jsonl.zst").read_bytes()).read().decode()
    states = [json.loads(line) for line in plain.splitlines()]
    keys = {state["dataset"]["source_key"] for state in states if "dataset" in state}
    assert not keys & {f"sample:{record_id}" for _, record_id in held}


def test_every_column_is_carried_on_purpose_or_stays() -> None:
    for model, carried in CARRIED.items():
        columns = {column.name for column in table_of(model).columns}
        assert set(carried) | set(KEPT.get(model, ())) == columns, model.__name__
        assert not set(carried) & set(KEPT.get(model, ())), model.__name__


def test_an_interrupted_export_goes_on_with_what_lies_there(inside: Inside, outside: Outside) -> None:
    workshop = inside.bench.workshop

    class Failing:
        """The store until its third blob is read."""

        def __init__(self) -> None:
            self.reads = 0

        def __getattr__(self, name: str) -> object:
            return getattr(workshop.store, name)

        def read_range(self, key: str, start: int, length: int) -> object:
            self.reads += 1
            if self.reads > 3:
                raise KeyboardInterrupt
            return workshop.store.read_range(key, start, length)

    with pytest.raises(KeyboardInterrupt):
        make_bundle(workshop.database, Failing(), inside.key, inside.shelf, datetime.now(UTC))  # type: ignore[arg-type]
    pieces = {
        path.name: path.stat().st_mtime_ns for path in (inside.shelf / "bundle-000001.partial" / "blobs").iterdir()
    }
    assert len(pieces) == 3
    made = inside.made()
    assert made.name == "bundle-000001"
    again = {path.name: path.stat().st_mtime_ns for path in (made / "blobs").iterdir()}
    assert pieces.items() <= again.items(), "what was written is not written again"
    assert outside.take(made).datasets


def test_what_is_withdrawn_while_a_bundle_is_made_does_not_travel(inside: Inside, outside: Outside) -> None:
    workshop, gone = inside.bench.workshop, published(inside.bench.database)[0]

    class Withdrawing:
        """The store, whose first blob is purged by a withdrawal before it is read."""

        is_done = False

        def __getattr__(self, name: str) -> object:
            return getattr(workshop.store, name)

        def size_bytes(self, key: str) -> int:
            if not self.is_done:
                self.is_done = True
                now = datetime.now(UTC)
                with workshop.database.transaction() as session:
                    withdraw_dataset(session, gone, "closed", "王审核", now)
                purge_outbox(workshop.database, workshop.store, now)
                raise BlobNotFound(f"{key} is gone")
            return workshop.store.size_bytes(key)

    made = make_bundle(workshop.database, Withdrawing(), inside.key, inside.shelf, datetime.now(UTC))  # type: ignore[arg-type]
    assert made is not None
    outside.take(made.path)
    assert gone not in published(outside.parts.database)
    assert outside.client.get(f"/api/v1/datasets/{gone}").status_code in (404, 410)


def test_an_import_that_was_killed_is_run_again(inside: Inside, outside: Outside) -> None:
    made = inside.made()
    store = outside.parts.store

    class Failing:
        def __getattr__(self, name: str) -> object:
            return getattr(store, name)

        def put_file(self, key: str, path: Path) -> object:
            if len(list(store.list_keys(""))) >= 2:
                raise KeyboardInterrupt
            return store.put_file(key, path)

    from dataclasses import replace

    failing = Outside(replace(outside.parts, store=Failing()), outside.settings, outside.key)  # type: ignore[arg-type]
    with pytest.raises(KeyboardInterrupt):
        failing.take(made)
    assert published(outside.parts.database) == []
    outside.take(made)
    assert published(outside.parts.database) == published(inside.bench.database)
    assert not list((outside.settings.var_dir / "work").iterdir())


def test_what_was_withdrawn_outside_after_an_objection_is_not_brought_back(inside: Inside, outside: Outside) -> None:
    outside.take(inside.made())
    gone = published(outside.parts.database)[0]
    with outside.parts.database.transaction() as session:
        withdraw_dataset(session, gone, "objection_upheld", "王审核", datetime.now(UTC))
    outside.take(inside.made(is_whole=True))
    assert gone not in published(outside.parts.database)
    assert outside.client.get(f"/api/v1/datasets/{gone}").status_code == 410


def test_the_page_about_coverage_is_the_same_outside(
    inside: Inside, outside: Outside, inside_client: FlaskClient
) -> None:
    outside.take(inside.made())
    found = outside.client.get("/api/v1/coverage").get_json()
    assert found == inside_client.get("/api/v1/coverage").get_json()
    assert len(found["departments"]) >= 2


def test_rows_that_end_close_the_doors_outside_and_no_worker_makes_a_version_there(
    inside: Inside, outside: Outside
) -> None:
    outside.take(inside.made())
    chosen = published(outside.parts.database)[0]
    with outside.parts.database.transaction() as session:
        session.execute(text("DROP TRIGGER version_guard_0"))  # as if it had been carried so
        session.execute(
            text("UPDATE version SET rows_end_at = :at WHERE dataset_id = :id"),
            {"at": "2026-01-01 00:00:00.000000", "id": chosen},
        )
    assert outside.client.get(f"/api/v1/datasets/{chosen}").status_code == 503
    worker = worker_parts(outside.settings)
    stop = Event()
    duty = next(duty for duty in map(_inside_only, DUTIES) if duty.name == "rows")
    assert duty.do(hands_of(worker, stop)) == 0
    assert outside.client.get(f"/api/v1/datasets/{chosen}").status_code == 503
    with outside.parts.database.reading() as session:
        counted = session.execute(text("SELECT count(*) FROM version WHERE dataset_id = :id"), {"id": chosen}).scalar()
    assert counted == 1
    worker.parts.jobs.close()
    worker.parts.database.dispose()
