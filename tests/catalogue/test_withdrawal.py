"""What was taken back is gone from the database at once and from the store soon after."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from portal.catalogue.commands import (
    COLUMN_CLOSED,
    record_spooled_file,
    redact_columns,
    redact_versions,
    thin_versions,
    withdraw_dataset,
)
from portal.catalogue.errors import Buried
from portal.catalogue.models import Outbox
from portal.catalogue.publication import Publication
from portal.catalogue.purge import delete_unreferenced, purge_outbox, sweep_orphans
from portal.catalogue.queries import find_file, get_dataset
from portal.catalogue.versions import SpooledFile, Tombstone, VersionPart
from portal.catalogue.views import Ref
from portal.catalogue.withdrawal import ClosedColumns
from portal.kernel.columns import ColumnOrder
from portal.kernel.errors import InvalidInput, NotFound
from portal.kernel.ids import new_id
from portal.kernel.principal import ANONYMOUS
from portal.storage import Blob, LocalStore, StorageError, blob_key
from tests.builders import NOW, Built, build_catalogue

Make = Callable[..., Publication]
Put = Callable[..., str]


def _withdraw(built: Built, dataset_id: str, reason: str = "reason") -> None:
    with built.database.transaction() as session:
        withdraw_dataset(session, dataset_id, reason, "actor", NOW)


def _spool(built: Built, dataset_id: str, tmp_path: Path, content: bytes = b"a,b\n", version: int = 1) -> str:
    """Spool a CSV of the dataset's table; its key."""
    from portal.kernel.digests import file_digest

    path = tmp_path / "spooled.csv"
    path.write_bytes(content)
    sha256 = file_digest(path)
    key = blob_key("spool", sha256, "csv")
    built.store.put_file(key, path)
    with built.database.transaction() as session:
        record_spooled_file(
            session,
            dataset_id=dataset_id,
            version_number=version,
            part="data",
            format="csv",
            blob_key=key,
            sha256=sha256,
            size_bytes=len(content),
            now=NOW,
        )
    return key


def test_nothing_of_the_data_stays_in_the_database(built: Built, tmp_path: Path) -> None:
    (dataset_id,) = build_catalogue(built, 1)
    _spool(built, dataset_id, tmp_path)
    _withdraw(built, dataset_id)
    with built.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(VersionPart)) == 0, "previews are data"
        assert session.scalar(select(func.count()).select_from(SpooledFile)) == 0


def test_a_tombstone_keeps_reason_digest_and_checksums(built: Built, make: Make, put: Put, tmp_path: Path) -> None:
    dataset_id = put(make())
    put(make(parts=make(1).parts), now=NOW + timedelta(days=1))
    _spool(built, dataset_id, tmp_path)
    _withdraw(built, dataset_id, " 发布有误 ")
    with built.database.reading() as session:
        graves = session.scalars(select(Tombstone).order_by(Tombstone.version_number.nulls_first())).all()
    assert [(g.version_number, g.reason, g.actor) for g in graves] == [
        (number, "发布有误", "actor") for number in (None, 1, 2)
    ]
    assert set(graves[1].checksums) == {"data.parquet", "data.csv"}
    assert graves[1].checksums["data.parquet"] == make().parts[0].sha256
    assert graves[2].data_digest


def test_purging_empties_the_store_and_is_done_once(built: Built, tmp_path: Path) -> None:
    (dataset_id,) = build_catalogue(built, 1)
    _spool(built, dataset_id, tmp_path)
    _withdraw(built, dataset_id)
    assert purge_outbox(built.database, built.store, NOW) == 1
    assert list(built.store.list_keys("")) == []
    assert purge_outbox(built.database, built.store, NOW) == 0


def test_a_blob_that_another_dataset_has_stays(built: Built) -> None:
    first, second = build_catalogue(built, 25)[::24]  # the same table by content
    before = set(built.store.list_keys("tables/"))
    _withdraw(built, first)
    purge_outbox(built.database, built.store, NOW)
    assert set(built.store.list_keys("tables/")) == before
    _withdraw(built, second)
    purge_outbox(built.database, built.store, NOW)
    assert len(set(built.store.list_keys("tables/"))) == len(before) - 1


def test_a_withdrawal_that_is_repeated_changes_nothing(built: Built) -> None:
    (dataset_id,) = build_catalogue(built, 1)
    _withdraw(built, dataset_id, "first")
    _withdraw(built, dataset_id, "second")
    with built.database.reading() as session:
        assert session.scalars(select(Tombstone.reason).distinct()).all() == ["first"]
        assert session.scalar(select(func.count()).select_from(Outbox)) == 1


def test_a_withdrawal_that_is_rolled_back_never_was(built: Built) -> None:
    (dataset_id,) = build_catalogue(built, 1)
    with pytest.raises(RuntimeError), built.database.transaction() as session:
        withdraw_dataset(session, dataset_id, "reason", "actor", NOW)
        raise RuntimeError
    with built.database.reading() as session:
        assert get_dataset(session, ANONYMOUS, Ref(dataset_id)).parts[0].preview
    assert purge_outbox(built.database, built.store, NOW) == 0


def test_what_is_unknown_or_without_reason_is_not_withdrawn(built: Built) -> None:
    (dataset_id,) = build_catalogue(built, 1)
    with built.database.transaction() as session:
        with pytest.raises(NotFound):
            withdraw_dataset(session, new_id(), "reason", "actor", NOW)
        with pytest.raises(InvalidInput):
            withdraw_dataset(session, dataset_id, "  ", "actor", NOW)


def test_a_file_that_is_ready_after_the_withdrawal_is_not_registered(built: Built, tmp_path: Path) -> None:
    (dataset_id,) = build_catalogue(built, 1)
    _withdraw(built, dataset_id)
    with pytest.raises(NotFound):
        _spool(built, dataset_id, tmp_path)


def test_a_spooled_file_is_found_and_keeps_its_first_content(built: Built, tmp_path: Path) -> None:
    (dataset_id,) = build_catalogue(built, 1)
    key = _spool(built, dataset_id, tmp_path)
    _spool(built, dataset_id, tmp_path, b"other")
    with built.database.reading() as session:
        file = find_file(session, ANONYMOUS, Ref(dataset_id), "data", "csv")
        sizes = get_dataset(session, ANONYMOUS, Ref(dataset_id)).parts[0].spooled_sizes
    assert file is not None
    assert (file.blob_key, file.media_type) == (key, "text/csv; charset=utf-8")
    assert dict(sizes) == {"csv": 4}


class _Away(LocalStore):
    """A store whose deletions fail for a while."""

    is_away = True

    def delete(self, key: str) -> None:
        if self.is_away:
            raise StorageError("away")
        super().delete(key)


def test_a_store_that_is_away_is_asked_again(built: Built) -> None:
    (dataset_id,) = build_catalogue(built, 1)
    _withdraw(built, dataset_id)
    store = _Away(built.store.directory)  # type: ignore[attr-defined]
    assert purge_outbox(built.database, store, NOW) == 0
    with built.database.reading() as session:
        row = session.scalars(select(Outbox)).one()
        assert (row.attempts, row.error, row.done_at) == (1, "away", None)
    store.is_away = False
    assert purge_outbox(built.database, store, NOW) == 1
    assert list(built.store.list_keys("")) == []


def test_a_purge_killed_between_blob_and_row_goes_on(built: Built) -> None:
    (dataset_id,) = build_catalogue(built, 1)
    _withdraw(built, dataset_id)
    (key,) = built.store.list_keys("")
    assert delete_unreferenced(built.database, built.store, key)  # and killed here
    assert purge_outbox(built.database, built.store, NOW) == 1


def test_a_redacted_version_is_gone_and_the_others_stay(built: Built, make: Make, put: Put) -> None:
    dataset_id = put(make())
    put(make(parts=make(1).parts), now=NOW + timedelta(days=1))
    with built.database.transaction() as session:
        redact_versions(session, dataset_id, (1,), reason="one row was asked away", actor="a", now=NOW)
    with built.database.reading() as session:
        with pytest.raises(Buried) as error:
            get_dataset(session, ANONYMOUS, Ref(dataset_id, 1))
        assert error.value.grave.version == 1
        assert error.value.grave.checksums == {"data.parquet": make().parts[0].sha256}
        view = get_dataset(session, ANONYMOUS, Ref(dataset_id))
    assert [(v.number, v.redacted_at is None) for v in view.versions] == [(2, True), (1, False)]


@pytest.fixture
def long_history(built: Built, make: Make, put: Put) -> Iterator[str]:
    """A dataset with a version every ten days of two years."""
    start = NOW - timedelta(days=720)
    for number in range(73):
        dataset_id = put(make(licence=f"licence {number}"), now=start + timedelta(days=10 * number))
    yield dataset_id


def test_thinning_keeps_the_last_twelve_and_month_ends(built: Built, long_history: str) -> None:
    with built.database.transaction() as session:
        count, following = thin_versions(session, NOW)
        again, _ = thin_versions(session, NOW)
    with built.database.reading() as session:
        versions = get_dataset(session, ANONYMOUS, Ref(long_history)).versions
    kept = [v for v in versions if v.redacted_at is None]
    assert (count, again, following) == (73 - len(kept), 0, None)
    assert [v.number for v in kept[:12]] == list(range(73, 61, -1))
    months = {(v.published_at.year, v.published_at.month) for v in versions}
    assert months == {(v.published_at.year, v.published_at.month) for v in kept}
    for month in months:
        in_month = [v for v in versions if (v.published_at.year, v.published_at.month) == month]
        assert in_month[0].redacted_at is None, "the last of each month stays"


def test_a_thinned_version_answers_with_its_checksums(built: Built, make: Make, long_history: str) -> None:
    with built.database.transaction() as session:
        thin_versions(session, NOW)
    with built.database.reading() as session, pytest.raises(Buried) as error:
        get_dataset(session, ANONYMOUS, Ref(long_history, 2))
    assert error.value.grave.reason == "thinned"
    assert error.value.grave.checksums == {"data.parquet": make().parts[0].sha256}
    purge_outbox(built.database, built.store, NOW)
    assert len(list(built.store.list_keys("tables/"))) == 1, "the versions that stay share the blob"


def test_thinning_goes_on_where_it_stopped(built: Built, make: Make, put: Put) -> None:
    for number in (0, 1, 2):
        for day in range(15):
            put(make(number, licence=f"licence {day}"), now=NOW.replace(day=1) + timedelta(days=day))
    after, counts = "", []
    while True:
        with built.database.transaction() as session:
            count, following = thin_versions(session, NOW, after_id=after, limit=1)
        counts.append(count)
        if following is None:
            break
        after = following
    assert counts == [3, 3, 3, 0]


def test_orphans_are_swept_after_an_hour_and_the_rest_stays(built: Built, tmp_path: Path) -> None:
    (dataset_id,) = build_catalogue(built, 1)
    (tmp_path / "orphan").write_bytes(b"left by a killed process")
    orphan: Blob = built.store.put_file(blob_key("files", "b" * 64, "bin"), tmp_path / "orphan")
    kept = set(built.store.list_keys("")) - {orphan.key}
    assert sweep_orphans(built.database, built.store, NOW) == 0
    assert sweep_orphans(built.database, built.store, NOW + timedelta(minutes=59)) == 0
    spooled = _spool(built, dataset_id, tmp_path)
    assert sweep_orphans(built.database, built.store, NOW + timedelta(minutes=60)) == 1
    assert set(built.store.list_keys("")) == kept | {spooled}
    assert sweep_orphans(built.database, built.store, NOW + timedelta(days=1)) == 0


def test_a_blob_that_was_noted_and_then_referred_to_stays(built: Built, make: Make, put: Put) -> None:
    publication = make()  # its blob is in the store, and nothing refers to it yet
    assert sweep_orphans(built.database, built.store, NOW) == 0
    put(publication)
    assert sweep_orphans(built.database, built.store, NOW + timedelta(hours=2)) == 0
    assert len(list(built.store.list_keys("tables/"))) == 1


def test_a_pinned_version_of_a_withdrawn_dataset_tells_its_own_checksums(built: Built, make: Make) -> None:
    (dataset_id,) = build_catalogue(built, 1)
    _withdraw(built, dataset_id)
    with built.database.reading() as session:
        for ref, checksums in (
            (Ref(dataset_id, 1), {"data.parquet": make().parts[0].sha256}),
            (Ref(dataset_id), {}),
            (Ref(dataset_id, 99), {}),
        ):
            with pytest.raises(Buried) as error:
                get_dataset(session, ANONYMOUS, ref)
            assert error.value.grave.checksums == checksums


def test_a_redacted_current_version_answers_with_its_tombstone(built: Built) -> None:
    (dataset_id,) = build_catalogue(built, 1)
    with built.database.transaction() as session:
        redact_versions(session, dataset_id, (1,), reason="asked away", actor="a", now=NOW)
    with built.database.reading() as session, pytest.raises(Buried, match="asked away"):
        get_dataset(session, ANONYMOUS, Ref(dataset_id))


def _closes(slug_of_table: str, name: str) -> ClosedColumns:
    def is_closed(slug: str, columns: Mapping[str, ColumnOrder]) -> bool:
        return slug == slug_of_table and name in columns

    return is_closed


def test_versions_with_a_closed_column_go_and_those_without_it_stay(built: Built, make: Make, put: Put) -> None:
    part = make().parts[0]
    assert part.schema
    schema = replace(part.schema, columns=part.schema.columns[1:])
    dataset_id = put(make())
    put(make(licence="other"), now=NOW + timedelta(days=1))
    put(make(parts=(replace(part, schema=schema, rules=part.rules[1:]),)), now=NOW + timedelta(days=2))
    with built.database.transaction() as session:
        is_closed = _closes("data", part.schema.columns[0].name)
        assert redact_columns(session, dataset_id, is_closed, actor="a", now=NOW) == (1, 2)
    with built.database.reading() as session:
        view = get_dataset(session, ANONYMOUS, Ref(dataset_id))
        assert [(v.number, v.redacted_at is None) for v in view.versions] == [(3, True), (2, False), (1, False)]
        with pytest.raises(Buried, match=COLUMN_CLOSED):
            get_dataset(session, ANONYMOUS, Ref(dataset_id, 2))


def test_a_closed_column_of_the_current_version_withdraws_the_dataset_until_its_source_brings_another(
    built: Built, make: Make, put: Put
) -> None:
    dataset_id = put(make())
    with built.database.transaction() as session:
        assert redact_columns(session, dataset_id, _closes("other", "名称"), actor="a", now=NOW) == ()
        assert redact_columns(session, dataset_id, _closes("data", "名称"), actor="a", now=NOW) == (1,)
    with built.database.reading() as session, pytest.raises(Buried, match=COLUMN_CLOSED):
        get_dataset(session, ANONYMOUS, Ref(dataset_id))
    put(make(parts=make(1).parts), now=NOW + timedelta(days=1))
    with built.database.reading() as session:
        assert get_dataset(session, ANONYMOUS, Ref(dataset_id)).card.current_version == 2
