"""Files of what a query asks for: once for everybody, resumable, of one version, and only for those who may read the rows."""

import csv
import io
import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from portal.catalogue.commands import take_export_job
from portal.catalogue.models import Dataset, ExportJob
from portal.catalogue.versions import SpooledFile
from portal.exports.work import FileWork, keep_spool, make_next_file
from portal.http.files import making
from portal.settings import Settings
from tests.api.contract import check
from tests.builders import build_publication, publish
from tests.http.site import Site, generous, open_site


@pytest.fixture
def site(settings: Settings) -> Iterator[Site]:
    with open_site(generous(settings), 2, is_indexed=False) as opened:
        yield opened


def work_of(site: Site) -> FileWork:
    parts = site.parts
    return FileWork(parts.settings, parts.database, parts.store, parts.rows, parts.settings.var_dir / "work")


def table_of(site: Site, ref: str = "") -> str:
    return f"/api/v1/datasets/{ref or site.ids[0]}/tables/data"


def rows_of(site: Site, **clauses: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = site.client.get(
        f"{table_of(site)}/rows", query_string=clauses | {"limit": "1000"}
    ).get_json()["rows"]
    return found


def ask(site: Site, format_name: str, ref: str = "", **clauses: str) -> TestResponse:
    return site.client.get(f"{table_of(site, ref)}/export.{format_name}", query_string=clauses)


CLAUSES = {"select": "名称,数量", "where": "数量 > 10", "order_by": "数量 desc"}


def test_a_file_has_the_rows_that_the_rows_address_has(site: Site) -> None:
    wanted = rows_of(site, **CLAUSES)
    assert 1 < len(wanted) < 40
    assert json.loads(check(ask(site, "json", **CLAUSES))) == wanted
    lines = list(csv.DictReader(io.StringIO(ask(site, "csv", **CLAUSES).get_data(as_text=True))))
    assert [(line["名称"], int(line["数量"])) for line in lines] == [tuple(row.values()) for row in wanted]


def test_a_file_can_have_the_first_rows_of_an_answer_alone(site: Site) -> None:
    clauses = {"select": "名称, 数量", "order_by": "数量 desc, 名称", "where": "数量 > 3"}
    first = list(csv.DictReader(io.StringIO(ask(site, "csv", **clauses, limit="5").get_data(as_text=True))))
    assert [row["名称"] for row in first] == [row["名称"] for row in rows_of(site, **clauses)][:5]
    whole = ask(site, "jsonl").data.splitlines()
    assert ask(site, "jsonl", limit="7").data.splitlines() == whole[:7]
    assert ask(site, "jsonl", limit="7000").data.splitlines() == whole
    groups = ask(site, "jsonl", group_by="街道", order_by="街道", limit="2").data.splitlines()
    assert groups == ask(site, "jsonl", group_by="街道", order_by="街道").data.splitlines()[:2]
    door = site.client.get(f"/download/{site.ids[0]}/data.csv", query_string={**clauses, "limit": "05"})
    assert door.data == ask(site, "csv", **clauses, limit="5").data
    for wrong in ("0", "-1", "x", "1.5", "9" * 20):
        refused = site.client.get(f"/download/{site.ids[0]}/data.csv", query_string={"limit": wrong})
        assert (refused.status_code, refused.get_json()["parameter"]) == (400, "limit"), wrong
        assert ask(site, "csv", limit=wrong).status_code == 400, wrong
    status = site.client.post(f"{table_of(site)}/exports", json={"format": "csv", "limit": 3})
    assert check(status)["clauses"] == {"limit": "3"}


def test_groups_are_exported_too(site: Site) -> None:
    clauses = {"select": "街道, count(*) as 个数", "group_by": "街道", "order_by": "个数 desc, 街道"}
    answer = ask(site, "json", **clauses)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found = json.loads(answer.data)
    assert [set(line) for line in found] == [{"街道", "个数"}] * len(found)
    assert sum(line["个数"] for line in found) == 40
    assert ask(site, "xml", **clauses).data.count(b"<row>") == len(found)


def test_both_doors_and_any_spelling_of_a_question_share_one_file(site: Site) -> None:
    tag = ask(site, "csv", **CLAUSES).headers["ETag"]
    other = site.client.get(f"/download/{site.ids[0]}/data.csv", query_string=CLAUSES | {"where": "  数量>10"})
    assert other.headers["ETag"] == tag
    with site.parts.database.reading() as session:
        assert len(session.scalars(select(SpooledFile.query)).all()) == 1


def test_a_download_goes_on_where_it_broke_off_and_has_a_name(site: Site) -> None:
    whole = ask(site, "csv", **CLAUSES)
    headers = {"Range": "bytes=20-", "If-Range": whole.headers["ETag"]}
    rest = site.client.get(f"{table_of(site)}/export.csv", query_string=CLAUSES, headers=headers)
    assert (rest.status_code, rest.data) == (206, whole.data[20:])
    assert rest.headers["Content-Range"] == f"bytes 20-{len(whole.data) - 1}/{len(whole.data)}"
    assert quote("中小学校") in rest.headers["Content-Disposition"]
    assert whole.headers["Repr-Digest"].startswith("sha-256=:")


def test_a_question_stays_with_the_version_that_is_named(site: Site, tmp_path: Path) -> None:
    old = ask(site, "csv", **CLAUSES)
    with site.parts.database.transaction() as session:
        publish(session, build_publication(0, site.parts.store, tmp_path, rows=41))
    assert ask(site, "csv", f"{site.ids[0]}@v1", **CLAUSES).data == old.data
    new = ask(site, "csv", **CLAUSES)
    assert new.data != old.data
    address = f"{table_of(site)}/export.csv"
    stale = site.client.get(
        address, query_string=CLAUSES, headers={"Range": "bytes=9-", "If-Range": old.headers["ETag"]}
    )
    assert (stale.status_code, stale.data) == (200, new.data)


@pytest.mark.parametrize(
    ("format_name", "clauses", "status", "word"),
    [
        ("csv", {"where": "没有 = 1"}, 400, "where"),
        ("csv", {"select": "没有"}, 400, "select"),
        ("csv", {"order_by": "没有"}, 400, "order_by"),
        ("csv", {"cursor": "5"}, 400, "cursor"),
        ("geojson", {"where": "数量 > 1"}, 404, "geometry"),
        ("dbf", {}, 404, "format"),
        ("original", {}, 404, "format"),
    ],
)
def test_what_cannot_be_made_is_refused_with_words(
    site: Site, format_name: str, clauses: dict[str, str], status: int, word: str
) -> None:
    answer = ask(site, format_name, **clauses)
    assert answer.status_code == status
    assert word in json.dumps(answer.get_json())
    with site.parts.database.reading() as session:
        assert session.scalar(select(ExportJob.id)) is None


def test_a_misspelt_clause_is_no_request_for_the_whole_file(site: Site) -> None:
    answer = site.client.get(f"/download/{site.ids[0]}/data.csv?wher=数量 > 1")
    assert answer.status_code == 400
    assert "'wher' here. Did you mean 'where'?" in answer.get_json()["detail"]


class TestInTheBackground:
    @pytest.fixture(autouse=True)
    def nothing_is_quick(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(making, "MAX_CELLS", 0)

    def _status(self, site: Site, first: TestResponse) -> str:
        assert first.status_code == 202, first.get_data(as_text=True)
        return first.headers["Location"].removeprefix(site.parts.settings.base_url)

    def test_from_202_to_the_file(self, site: Site) -> None:
        first = ask(site, "xml", **CLAUSES)
        status = self._status(site, first)
        waiting = check(first)
        assert (waiting["state"], waiting["share_done"], waiting["clauses"]) == ("waiting", None, CLAUSES)
        early = site.client.get(f"{status}/file")
        assert (early.status_code, early.headers["Retry-After"]) == (202, "2")
        assert make_next_file(work_of(site))
        done = check(site.client.get(status))
        size = len(ask(site, "xml", **CLAUSES).data)
        assert (done["state"], done["share_done"], done["bytes_done"]) == ("done", 1.0, size)
        file = site.client.get(done["file"].removeprefix(site.parts.settings.base_url))
        assert file.data == ask(site, "xml", **CLAUSES).data
        assert file.data.count(b"<row>") == len(rows_of(site, **CLAUSES))

    def test_two_callers_with_the_same_question_wait_for_one_job(self, site: Site) -> None:
        first = self._status(site, ask(site, "csv", **CLAUSES))
        other = site.client.get(
            f"{table_of(site)}/export.csv", query_string=CLAUSES, environ_base={"REMOTE_ADDR": "192.0.2.7"}
        )
        assert self._status(site, other) == first
        assert site.client.delete(first).status_code == 400  # somebody else waits for it
        assert make_next_file(work_of(site))
        assert not make_next_file(work_of(site))

    def test_a_program_can_ask_by_a_body_and_cancel(self, site: Site) -> None:
        made = site.client.post(f"{table_of(site)}/exports", json={"format": "jsonl", **CLAUSES})
        status = self._status(site, made)
        check(made)
        assert site.client.delete(status, environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 400
        assert site.client.delete(status).status_code == 204
        assert check(site.client.get(status))["state"] == "cancelled"
        assert not make_next_file(work_of(site))
        gone = site.client.get(f"{status}/file")
        assert gone.status_code == 404
        assert "the job was cancelled" in gone.get_json()["detail"]

    def test_the_file_of_a_query_is_kept_for_a_day_and_then_says_so(self, site: Site) -> None:
        status = self._status(site, ask(site, "csv", **CLAUSES))
        make_next_file(work_of(site))
        with site.parts.database.transaction() as session:
            session.execute(update(SpooledFile).values(made_at=datetime.now(UTC) - timedelta(hours=23)))
        keep_spool(work_of(site))
        assert site.client.get(f"{status}/file").status_code == 200
        with site.parts.database.transaction() as session:
            session.execute(update(SpooledFile).values(made_at=datetime.now(UTC) - timedelta(hours=25)))
        keep_spool(work_of(site))
        assert check(site.client.get(status))["state"] == "expired"
        gone = site.client.get(f"{status}/file")
        assert gone.status_code == 410
        assert "ask for the export again" in gone.get_json()["detail"]
        assert ask(site, "csv", **CLAUSES).status_code == 202  # made anew

    def test_a_job_of_a_killed_worker_is_done_by_the_next_and_not_for_ever(self, site: Site) -> None:
        status = self._status(site, ask(site, "csv", **CLAUSES))
        dead = (
            f"{socket.gethostname()}:999999:1"  # as `storage.workdirs.process_holder` names a process that is no more
        )
        for _ in range(3):
            with site.parts.database.transaction() as session:
                assert take_export_job(session, datetime.now(UTC), dead) is not None
            assert site.client.get(status).get_json()["state"] == "running"
        assert not make_next_file(work_of(site))
        failed = site.client.get(status).get_json()
        assert failed["state"] == "failed"
        assert "worker ended several times" in failed["error"]

    def test_withdrawn_while_it_is_made_leaves_no_file(self, site: Site) -> None:
        status = self._status(site, ask(site, "csv", **CLAUSES))
        work = work_of(site)
        withdrawn: list[bool] = []

        def stop_and_withdraw() -> bool:
            if not withdrawn:
                withdrawn.append(True)
                site.withdraw(site.ids[0])
            return False

        watched = FileWork(work.settings, work.database, work.store, work.rows, work.work_dir, stop_and_withdraw)
        assert make_next_file(watched)
        assert withdrawn
        assert not list(site.parts.store.list_keys("spool/"))
        assert site.client.get(status).status_code in {404, 410}
        assert site.client.get(f"{status}/file").status_code in {404, 410}
        assert ask(site, "csv", **CLAUSES).status_code == 410

    def test_a_file_made_for_one_who_may_is_not_for_one_who_may_not(self, site: Site) -> None:
        status = self._status(site, ask(site, "csv", **CLAUSES))
        make_next_file(work_of(site))
        address = f"{status}/file"
        assert site.client.get(address).status_code == 200
        with site.parts.database.transaction() as session:
            session.execute(update(Dataset).where(Dataset.id == site.ids[0]).values(openness="conditional"))
        for path in (status, address):
            for method in ("GET", "HEAD", "DELETE"):
                if (method, path) != ("DELETE", address):
                    assert site.client.open(path, method=method).status_code == 403, (method, path)  # a grant is needed
        assert ask(site, "csv", **CLAUSES).status_code == 403
        assert site.client.post(f"{table_of(site)}/exports", json={"format": "csv"}).status_code == 403
