"""Jobs that make files: one per file, bounded, taken by one worker, alive or taken again."""

from datetime import timedelta
from pathlib import Path

import pytest

from portal.catalogue import export_jobs
from portal.catalogue.commands import (
    finish_export_job,
    forget_export_jobs,
    forget_spooled_files,
    note_progress,
    record_spooled_file,
    request_export_job,
    take_export_job,
    withdraw_dataset,
)
from portal.catalogue.errors import Buried
from portal.catalogue.purge import purge_outbox
from portal.catalogue.queries import describe_datasets, get_dataset, get_export_job
from portal.catalogue.views import ExportJobView, Ref
from portal.kernel.digests import file_digest
from portal.kernel.errors import NotFound, Unavailable
from portal.kernel.principal import ANONYMOUS, Principal
from portal.storage import blob_key
from tests.builders import NOW, Built, build_catalogue


def _request(built: Built, dataset_id: str, part: str = "data", principal: Principal = ANONYMOUS) -> ExportJobView:
    with built.database.transaction() as session:
        return request_export_job(session, principal, Ref(dataset_id), part, "xlsx", now=NOW)


def test_a_job_goes_from_waiting_to_done(built: Built) -> None:
    (dataset_id,) = build_catalogue(built, 1)
    job = _request(built, dataset_id)
    assert (job.state, job.rows_done, job.rows_total, job.version_number) == ("waiting", 0, 40, 1)
    with built.database.transaction() as session:
        taken = take_export_job(session, NOW)
        assert taken is not None
        assert (taken.id, taken.state) == (job.id, "running")
        assert take_export_job(session, NOW) is None
        note_progress(session, job.id, 20, NOW)
    with built.database.reading() as session:
        assert get_export_job(session, ANONYMOUS, job.id).rows_done == 20
    with built.database.transaction() as session:
        finish_export_job(session, job.id, NOW)
    with built.database.reading() as session:
        done = get_export_job(session, ANONYMOUS, job.id)
    assert (done.state, done.rows_done, done.error) == ("done", 40, "")


def test_who_asks_again_gets_the_same_job(built: Built) -> None:
    (dataset_id,) = build_catalogue(built, 1)
    first = _request(built, dataset_id)
    assert _request(built, dataset_id).id == first.id
    with built.database.transaction() as session:
        take_export_job(session, NOW)
    assert _request(built, dataset_id).id == first.id


def test_a_job_that_failed_or_whose_file_is_gone_is_made_anew(built: Built) -> None:
    (dataset_id,) = build_catalogue(built, 1)
    first = _request(built, dataset_id)
    with built.database.transaction() as session:
        finish_export_job(session, first.id, NOW, error="disk full")
    second = _request(built, dataset_id)
    with built.database.transaction() as session:
        assert get_export_job(session, ANONYMOUS, first.id).error == "disk full"
        finish_export_job(session, second.id, NOW)
    assert len({first.id, second.id, _request(built, dataset_id).id}) == 3


def test_a_job_without_sign_of_life_is_taken_again(built: Built) -> None:
    (dataset_id,) = build_catalogue(built, 1)
    job = _request(built, dataset_id)
    with built.database.transaction() as session:
        take_export_job(session, NOW)
        note_progress(session, job.id, 10, NOW + timedelta(minutes=4))
        assert take_export_job(session, NOW + timedelta(minutes=8)) is None
        again = take_export_job(session, NOW + timedelta(minutes=10))
    assert again is not None
    assert (again.id, again.rows_done) == (job.id, 0)


def test_a_caller_cannot_fill_the_queue(built: Built) -> None:
    ids = build_catalogue(built, export_jobs.MAX_OPEN_PER_CALLER + 1)
    for dataset_id in ids[:-1]:
        _request(built, dataset_id)
    with pytest.raises(Unavailable) as error:
        _request(built, ids[-1])
    assert error.value.retry_after_s > 0
    assert _request(built, ids[-1], principal=Principal(caller="key:other")).state == "waiting"


def test_the_queue_itself_is_bounded(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_jobs, "MAX_WAITING", 2)
    ids = build_catalogue(built, 3)
    for number, dataset_id in enumerate(ids[:2]):
        _request(built, dataset_id, principal=Principal(caller=f"key:{number}"))
    with pytest.raises(Unavailable):
        _request(built, ids[2], principal=Principal(caller="key:9"))


def test_a_job_of_a_withdrawn_dataset_is_gone(built: Built) -> None:
    (dataset_id,) = build_catalogue(built, 1)
    job = _request(built, dataset_id)
    with built.database.transaction() as session:
        withdraw_dataset(session, dataset_id, "reason", "actor", NOW)
        assert take_export_job(session, NOW) is None
    with built.database.reading() as session, pytest.raises(NotFound):
        get_export_job(session, ANONYMOUS, job.id)
    with pytest.raises(Buried):
        _request(built, dataset_id)


def test_no_job_is_made_of_what_is_no_table(built: Built) -> None:
    (dataset_id,) = build_catalogue(built, 1)
    for wrong in ((dataset_id, "absent"), ("absent", "data")):
        with pytest.raises(NotFound):
            _request(built, *wrong)


def test_finished_jobs_are_forgotten_after_a_week(built: Built) -> None:
    (dataset_id,) = build_catalogue(built, 1)
    job = _request(built, dataset_id)
    with built.database.transaction() as session:
        finish_export_job(session, job.id, NOW)
        forget_export_jobs(session, NOW + timedelta(days=6))
        assert get_export_job(session, ANONYMOUS, job.id)
        forget_export_jobs(session, NOW + timedelta(days=8))
        with pytest.raises(NotFound):
            get_export_job(session, ANONYMOUS, job.id)


def test_files_made_long_ago_leave_the_store_and_can_be_made_again(built: Built, tmp_path: Path) -> None:
    (dataset_id,) = build_catalogue(built, 1)
    made = tmp_path / "made.csv"
    for content, days in (("old", 40), ("new", 1)):
        made.write_text(content)
        sha256 = file_digest(made)
        key = blob_key("spool", sha256, "csv")
        built.store.put_file(key, made)
        with built.database.transaction() as session:
            record_spooled_file(
                session,
                dataset_id=dataset_id,
                version_number=1,
                part="data",
                format=f"{content}.csv",
                blob_key=key,
                sha256=sha256,
                size_bytes=3,
                now=NOW - timedelta(days=days),
            )
    with built.database.transaction() as session:
        assert forget_spooled_files(session, NOW) == 1
        assert forget_spooled_files(session, NOW) == 0
    purge_outbox(built.database, built.store, NOW)
    assert [key for key in built.store.list_keys("") if key.startswith("spool/")] == [key]


def test_a_description_tells_the_file_of_the_whole_table_and_none_of_a_query(built: Built) -> None:
    (dataset_id,) = build_catalogue(built, 1)
    for query, size in (("", 90), ("f" * 64, 3)):
        sha256 = f"{size:064d}"
        with built.database.transaction() as session:
            record_spooled_file(
                session,
                dataset_id=dataset_id,
                version_number=1,
                part="data",
                format="csv",
                blob_key=blob_key("spool", sha256, "csv"),
                sha256=sha256,
                size_bytes=size,
                now=NOW,
                query=query,
            )
    with built.database.reading() as session:
        one = get_dataset(session, ANONYMOUS, Ref(dataset_id))
        (listed,) = describe_datasets(session, ANONYMOUS, [dataset_id])
    assert [dict(view.parts[0].spooled_sizes) for view in (one, listed)] == [{"csv": 90}] * 2
