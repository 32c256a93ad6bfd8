"""Rows that end and rows that are withdrawn leave every door, whoever works and whoever does not."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select, text

from portal.app import create_app
from portal.catalogue.models import RowWithdrawal
from portal.catalogue.publication import Publication, PublishedPart
from portal.catalogue.recutting import find_live_version
from portal.db.migrating import migrate
from portal.ingest.duties import DUTIES
from portal.ingest.row_keeping import RowKeeping
from portal.ingest.settling.cutting import cut_dataset, cut_due, withdraw_rows
from portal.ingest.workshop import Workshop
from portal.kernel.columns import ColumnRule
from portal.kernel.declaration import RowEnds
from portal.kernel.errors import InvalidInput, NotFound
from portal.kernel.ids import new_id
from portal.kernel.text import Text
from portal.kernel.vocab import ColumnAction, ColumnType, PartKind
from portal.settings import Settings
from portal.storage import BlobStore, blob_key
from portal.tables import project
from portal.tables.row_cuts import RowCut, WithdrawnCell, mark_of
from portal.wiring import web_parts
from tests.builders import build_publication, publish
from tests.ingest.conftest import make_workshop
from tests.tables.tables import write_source

TYPES = {
    "决定书文号": ColumnType.TEXT,
    "相对人": ColumnType.TEXT,
    "金额": ColumnType.INTEGER,
    "公示截止日期": ColumnType.DATE,
}
ENDS = RowEnds("公示截止日期", is_blank_forever=True)
ZONE = ZoneInfo("Asia/Shanghai")
BEFORE = datetime(2026, 11, 20, 15, 59, 30, tzinfo=UTC)  # half a minute to midnight in Shanghai
MIDNIGHT = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
ROWS = [
    ("罚〔2026〕1号", "东阳甲公司", 500, date(2026, 11, 21)),
    ("罚〔2026〕2号", "东阳乙公司", 700, date(2026, 11, 22)),
    ("罚〔2026〕3号", "东阳丙公司", 900, None),
]


def build_part(
    store: BlobStore, folder: Path, rows: Sequence[tuple[object, ...]], cut: RowCut, slug: str = "cf"
) -> PublishedPart:
    """A table with rows that end, as a harvest stages it."""
    columns = write_source(folder / f"{new_id()}.parquet", TYPES, rows)
    source = max(folder.glob("*.parquet"), key=lambda path: path.stat().st_mtime_ns)
    rules = tuple(ColumnRule(name, ColumnAction.PUBLISH, "column_open") for name in TYPES)
    made = project(source, columns, rules, folder / f"{new_id()}.table", cut=cut)
    key = blob_key("tables", made.sha256, "parquet")
    store.put_file(key, made.path)
    return PublishedPart(
        slug=slug,
        kind=PartKind.TABLE,
        name=Text.of("处罚", "Penalties"),
        format="csv",
        media_type="application/vnd.apache.parquet",
        rules=rules,
        schema=made.schema,
        preview=made.preview,
        row_count=made.row_count,
        size_bytes=made.size_bytes,
        sha256=made.sha256,
        blob_key=key,
        profile=made.profile,
        row_ends=cut.ends,
        rows_end_at=RowKeeping(ZONE).beginning_of(made.rows_cut.next_end_on),
        rows_withdrawn=len(cut.withdrawn),
    )


@dataclass
class Shown:
    """A catalogue with penalties that end, and a visitor."""

    workshop: Workshop
    client: FlaskClient
    folder: Path
    dataset_id: str = ""

    def publish(self, rows: Sequence[tuple[object, ...]], *, today: date, number: int = 0, **cut: object) -> str:
        part = build_part(self.workshop.store, self.folder, rows, RowCut(today, ENDS, **cut))  # type: ignore[arg-type]
        publication = build_publication(number, self.workshop.store, self.folder, parts=(part,))
        return self.put(publication)

    def put(self, publication: Publication) -> str:
        with self.workshop.database.transaction() as session:
            self.dataset_id = publish(session, publication, now=datetime.now(UTC)).dataset_id
        return self.dataset_id

    def addresses(self, ref: str) -> list[str]:
        return [
            f"/zh/dataset/{ref}",
            f"/en/dataset/{ref}",
            f"/zh/dataset/{ref}/data/cf",
            f"/api/v1/datasets/{ref}",
            f"/api/v1/datasets/{ref}/tables/cf",
            f"/api/v1/datasets/{ref}/tables/cf/rows?limit=5",
            *(f"/download/{ref}/cf.{ending}" for ending in ("csv", "excel.csv", "json", "jsonl", "parquet", "xlsx")),
        ]

    def statuses(self, ref: str = "", method: str = "GET") -> set[int]:
        found = set()
        for address in self.addresses(ref or self.dataset_id):
            with self.client.open(address, method=method) as answer:
                found.add(answer.status_code)
                if answer.status_code == 503:
                    assert int(answer.headers["Retry-After"]) > 0
        return found

    def numbers(self) -> list[str]:
        with self.client.get(f"/api/v1/datasets/{self.dataset_id}/tables/cf/rows") as answer:
            assert answer.status_code == 200, answer.get_data(as_text=True)
            return [row["决定书文号"] for row in answer.get_json()["rows"]]

    def bodies(self, ref: str = "") -> str:
        """Everything that every door says, files and all."""
        said = []
        for address in self.addresses(ref or self.dataset_id):
            with self.client.get(address) as answer:
                said.append(answer.get_data().decode("utf-8", "replace"))
        return "\n".join(said)

    def cut(self) -> int:
        return cut_due(self.workshop, lambda: datetime.now(UTC), lambda: False)


@pytest.fixture
def shown(settings: Settings, tmp_path: Path) -> Iterator[Shown]:
    workshop = make_workshop(settings)
    migrate(workshop.database)
    parts = web_parts(settings)
    folder = tmp_path / "made"
    folder.mkdir()
    yield Shown(workshop, create_app(parts).test_client(), folder)
    parts.jobs.close()
    parts.database.dispose()
    workshop.jobs.close()
    workshop.database.dispose()


def test_on_its_day_a_row_leaves_every_door_at_midnight_though_no_worker_runs(shown: Shown) -> None:
    with time_machine.travel(BEFORE, tick=False) as clock:
        shown.publish(ROWS, today=date(2026, 11, 20))
        assert shown.statuses() == {200, 202}
        assert "罚〔2026〕1号" in shown.bodies()
        clock.move_to(MIDNIGHT)
        assert shown.statuses() == {503}
        assert shown.statuses(f"{shown.dataset_id}@v1") == {503}
        assert shown.statuses(method="HEAD") == {503}
        assert "罚〔2026〕1号" not in shown.bodies()


def test_the_worker_cuts_the_table_and_every_kept_version_with_the_row_is_gone(shown: Shown) -> None:
    with time_machine.travel(BEFORE, tick=False) as clock:
        shown.publish(ROWS[:2], today=date(2026, 11, 20))
        shown.publish(ROWS, today=date(2026, 11, 20))
        assert shown.statuses(f"{shown.dataset_id}@v1") == {200, 202}
        clock.move_to(MIDNIGHT + timedelta(seconds=5))
        assert shown.cut() == 1
        assert shown.numbers() == ["罚〔2026〕2号", "罚〔2026〕3号"]
        assert "东阳甲公司" not in shown.bodies()
        for number in (1, 2):
            assert shown.statuses(f"{shown.dataset_id}@v{number}") == {410}
        grave = shown.client.get(f"/api/v1/datasets/{shown.dataset_id}@v2").get_json()
        assert "cf.parquet" in str(grave)
        assert shown.cut() == 0
        clock.move_to(MIDNIGHT + timedelta(days=1))
        assert shown.statuses() == {503}
        assert shown.cut() == 1
        assert shown.numbers() == ["罚〔2026〕3号"]
        clock.move_to(MIDNIGHT + timedelta(days=4_000))
        assert shown.cut() == 0
        assert shown.numbers() == ["罚〔2026〕3号"]


def test_a_table_whose_rows_have_all_ended_is_empty_and_public(shown: Shown) -> None:
    with time_machine.travel(BEFORE, tick=False) as clock:
        shown.publish(ROWS[:1], today=date(2026, 11, 20))
        clock.move_to(MIDNIGHT)
        shown.cut()
        assert shown.numbers() == []


def test_the_worker_has_a_duty_for_it() -> None:
    assert "rows" in {duty.name for duty in DUTIES}


def test_a_withdrawn_row_leaves_every_version_and_the_public_reads_how_many_and_why(shown: Shown) -> None:
    with time_machine.travel(BEFORE, tick=False):
        shown.publish(ROWS[1:], today=date(2026, 11, 20))  # does not hold the row: stays
        shown.publish(ROWS, today=date(2026, 11, 20))
        withdrawn = withdraw_rows(
            shown.workshop,
            shown.dataset_id,
            "决定书文号",
            [" 罚〔2026〕1号 "],
            reason="处罚决定已撤销",
            actor="王审核",
            now=lambda: datetime.now(UTC),
        )
        assert withdrawn == 1
        assert shown.numbers() == ["罚〔2026〕2号", "罚〔2026〕3号"]
        assert shown.statuses(f"{shown.dataset_id}@v1") == {200, 202}
        assert shown.statuses(f"{shown.dataset_id}@v2") == {410}
        said = shown.bodies()
        assert "罚〔2026〕1号" not in said
        assert "处罚决定已撤销" in said


def test_what_is_remembered_of_a_withdrawn_row_is_not_the_value(shown: Shown, settings: Settings) -> None:
    with time_machine.travel(BEFORE, tick=False):
        shown.publish(ROWS, today=date(2026, 11, 20))
        withdraw(shown, "罚〔2026〕1号")
        with shown.workshop.database.reading() as session:
            (row,) = session.scalars(select(RowWithdrawal))
        assert row.mark == mark_of(shown.workshop.rows.key(), "决定书文号", "罚〔2026〕1号")
        assert row.mark != mark_of(b"another key", "决定书文号", "罚〔2026〕1号")
    stored = b"".join(path.read_bytes() for path in settings.var_dir.rglob("*.sqlite3*"))
    assert "罚〔2026〕1号".encode() not in stored or not has_current_row(shown)
    key = settings.effective_secrets_dir / "row-withdrawals.key"
    assert key.stat().st_mode & 0o077 == 0


def has_current_row(shown: Shown) -> bool:
    with shown.workshop.database.reading() as session:
        tables = session.execute(text("SELECT preview FROM version_part")).scalars().all()
    return any("罚〔2026〕1号" in str(table) for table in tables)


def test_a_delivery_that_knows_of_the_withdrawal_does_not_bring_the_row_back(shown: Shown) -> None:
    with time_machine.travel(BEFORE, tick=False):
        shown.publish(ROWS, today=date(2026, 11, 20))
        withdraw(shown, "罚〔2026〕1号")
        cell = WithdrawnCell("决定书文号", mark_of(shown.workshop.rows.key(), "决定书文号", "罚〔2026〕1号"), "撤销")
        again = [*ROWS, ("罚〔2026〕9号", "东阳丁公司", 1, None)]
        shown.publish(again, today=date(2026, 11, 20), withdrawn=(cell,), key=shown.workshop.rows.key())
        assert shown.numbers() == ["罚〔2026〕2号", "罚〔2026〕3号", "罚〔2026〕9号"]


def test_a_delivery_that_was_made_before_the_withdrawal_is_shown_only_when_it_is_cut(shown: Shown) -> None:
    with time_machine.travel(BEFORE, tick=False):
        shown.publish(ROWS, today=date(2026, 11, 20))
        withdraw(shown, "罚〔2026〕1号")
        shown.publish([*ROWS, ("罚〔2026〕9号", "东阳丁公司", 1, None)], today=date(2026, 11, 20))
        assert shown.statuses() == {503}
        assert shown.cut() == 1
        assert shown.numbers() == ["罚〔2026〕2号", "罚〔2026〕3号", "罚〔2026〕9号"]


def test_from_the_first_commit_no_door_shows_the_row_though_the_cut_is_killed(
    shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: object, **__: object) -> None:
        raise Killed

    with time_machine.travel(BEFORE, tick=False):
        shown.publish(ROWS, today=date(2026, 11, 20))
        with monkeypatch.context() as patch:
            patch.setattr("portal.ingest.settling.cutting.cut_dataset", killed)
            with pytest.raises(Killed):
                withdraw(shown, "罚〔2026〕1号")
        assert shown.statuses() == {503}
        assert shown.cut() == 1
        assert shown.numbers() == ["罚〔2026〕2号", "罚〔2026〕3号"]


@pytest.mark.parametrize(
    ("column", "value", "problem"),
    [("文号", "1", InvalidInput), ("决定书文号", "没有", InvalidInput), ("决定书文号", " ", InvalidInput)],
)
def test_a_withdrawal_of_no_row_changes_nothing(
    shown: Shown, column: str, value: str, problem: type[Exception]
) -> None:
    with time_machine.travel(BEFORE, tick=False):
        shown.publish(ROWS, today=date(2026, 11, 20))
        with pytest.raises(problem):
            withdraw(shown, value, column)
        assert shown.numbers() == [str(row[0]) for row in ROWS]
        with pytest.raises(NotFound):
            withdraw_rows(shown.workshop, "none", "a", ["b"], reason="r", actor="a", now=lambda: datetime.now(UTC))


def test_files_made_before_are_gone_from_the_store_after_the_purge(shown: Shown) -> None:
    from portal.catalogue.purge import purge_outbox

    with time_machine.travel(BEFORE, tick=False):
        shown.publish(ROWS, today=date(2026, 11, 20))
        assert "罚〔2026〕1号" in shown.bodies()  # makes the files
        withdraw(shown, "罚〔2026〕1号")
        purge_outbox(shown.workshop.database, shown.workshop.store, datetime.now(UTC))
    for key in shown.workshop.store.list_keys(""):
        path = shown.workshop.store.local_path(key)
        if path.suffix == ".parquet":
            rows = duckdb.execute("SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
            assert "罚〔2026〕1号" not in str(rows)
        else:
            assert "罚〔2026〕1号".encode() not in path.read_bytes()


def test_what_is_read_back_is_the_publication_to_the_letter(shown: Shown) -> None:
    with time_machine.travel(BEFORE, tick=False):
        shown.publish(ROWS, today=date(2026, 11, 20))
    with shown.workshop.database.reading() as session:
        live = find_live_version(session, shown.dataset_id)
        digests = session.execute(text("SELECT data_digest, page_digest FROM version")).one()
    assert live is not None
    from portal.catalogue.publication import digest_data, digest_page

    assert (digest_data(live.publication.parts), digest_page(live.publication)) == tuple(digests)


def test_a_cut_that_finds_what_nobody_knew_of_withdraws_the_dataset(
    shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    from portal.inspect import scan_table
    from portal.kernel.findings import Finding

    def newer(path: Path, *, digest: str) -> object:
        found = scan_table(path, digest=digest)
        return replace(found, findings=(*found.findings, Finding("identity_number", "相对人", "cell", 1)))

    with time_machine.travel(BEFORE, tick=False) as clock:
        shown.publish(ROWS, today=date(2026, 11, 20))
        monkeypatch.setattr("portal.ingest.settling.cutting.scan_table", newer)
        clock.move_to(MIDNIGHT)
        shown.cut()
        assert shown.statuses() == {410}


def withdraw(shown: Shown, value: str, column: str = "决定书文号") -> int:
    now: Callable[[], datetime] = lambda: datetime.now(UTC)  # noqa: E731
    return withdraw_rows(shown.workshop, shown.dataset_id, column, [value], reason="撤销", actor="王审核", now=now)


def test_cutting_what_is_not_public_does_nothing(shown: Shown) -> None:
    cut_dataset(shown.workshop, "none", lambda: datetime.now(UTC))
