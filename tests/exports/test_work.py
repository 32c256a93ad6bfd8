"""What the worker does about files: for whom, after a kill, and within which size."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import select, update

from portal.catalogue.commands import request_export_job
from portal.catalogue.files import spool_size
from portal.catalogue.models import ExportJob
from portal.catalogue.queries import find_file, get_export_job, open_version
from portal.catalogue.versions import SpooledFile
from portal.catalogue.views import ExportJobView, Ref
from portal.exports.questions import Clauses, Question, ask
from portal.exports.work import FileWork, keep_spool, make_next_file
from portal.grants import list_grants, revoke_grant
from portal.kernel.errors import GrantNeeded
from portal.kernel.principal import ANONYMOUS, Principal
from portal.settings import Settings
from portal.tables import open_rows
from tests.builders import NOW
from tests.grants.test_grants import REVIEWER, World
from tests.http.site import Site, generous, open_site

CLAUSES = Clauses(select="名称", where="数量 > 10")


def work_of(site: Site) -> FileWork:
    parts = site.parts
    return FileWork(parts.settings, parts.database, parts.store, parts.rows, parts.settings.var_dir / "work")


class TestConditionalData:
    """A file is made for who has a grant when it is made, and given to who has one when it is fetched."""

    @pytest.fixture
    def world(self, tmp_path: Path) -> Iterator[World]:
        made = World(tmp_path)
        made.grant()
        yield made
        made.built.database.dispose()

    def _order(self, world: World) -> tuple[ExportJobView, Question, Principal]:
        reader = replace(world.people["王申请"], grants=world.granted())
        with world.built.database.reading() as session:
            table = open_version(session, reader, Ref(world.dataset), "data", world.built.store)
        question = ask(CLAUSES, table.schema)
        assert question is not None
        job = world.do(
            request_export_job,
            reader,
            Ref(world.dataset),
            "data",
            "csv",
            query=question.digest,
            clauses=question.clauses.texts,
        )
        return job, question, reader

    def _work(self, world: World) -> None:
        work_dir = world.settings.var_dir / "work"
        rows = open_rows(world.settings)
        with time_machine.travel(NOW + timedelta(days=1), tick=True):
            assert make_next_file(FileWork(world.settings, world.built.database, world.built.store, rows, work_dir))
        rows.close()

    def test_the_file_is_for_who_has_a_grant_alone(self, world: World) -> None:
        job, question, reader = self._order(world)
        self._work(world)
        with world.built.database.reading() as session:
            assert get_export_job(session, reader, job.id).state == "done"
            file = find_file(session, reader, Ref(world.dataset), "data", "csv", query=question.digest)
            assert file is not None
            assert file.is_private
            for other in (ANONYMOUS, world.people["赵旁人"], world.people["王申请"]):
                with pytest.raises(GrantNeeded):
                    get_export_job(session, other, job.id)
                with pytest.raises(GrantNeeded):
                    find_file(session, other, Ref(world.dataset), "data", "csv", query=question.digest)

    def test_a_grant_that_was_revoked_meanwhile_makes_no_file(self, world: World) -> None:
        job, _, reader = self._order(world)
        with world.built.database.reading() as session:
            (held,) = list_grants(session, NOW, principal=world.people["王申请"])
        world.do(revoke_grant, held.id, REVIEWER, reason="超出目的使用", now=NOW)
        self._work(world)
        with world.built.database.reading() as session:
            assert get_export_job(session, reader, job.id).state == "failed"
            assert session.scalar(select(SpooledFile.blob_key)) is None
        assert not list(world.built.store.list_keys("spool/"))


def test_a_worker_killed_amid_a_job_leaves_it_to_the_next(settings: Settings) -> None:
    """A real process, killed by SIGKILL while it writes."""
    with open_site(generous(settings), 1, is_indexed=False) as site:
        with site.parts.database.transaction() as session:
            job = request_export_job(session, ANONYMOUS, Ref(site.ids[0]), "data", "xlsx")
        program = f"""
import time
from pathlib import Path
from portal.exports import files
from portal.exports.work import FileWork, make_next_file
from portal.settings import Settings
from portal.wiring import web_parts
def hang(table, target, on_progress):
    target.write_bytes(b"half")
    print("writing", flush=True)
    time.sleep(600)
files.write_workbook = hang
parts = web_parts(Settings(var_dir=Path({str(settings.var_dir)!r}), secret_key="00" * 32))
make_next_file(FileWork(parts.settings, parts.database, parts.store, parts.rows, parts.settings.var_dir / "work"))
"""
        with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as worker:
            assert worker.stdout is not None
            assert worker.stdout.readline() == b"writing\n"
            assert not make_next_file(work_of(site))  # it is in living hands
            worker.kill()
        assert make_next_file(work_of(site))
        with site.parts.database.reading() as session:
            assert get_export_job(session, ANONYMOUS, job.id).state == "done"
            assert session.scalar(select(ExportJob.attempts)) == 2
        assert list((site.parts.settings.var_dir / "work").iterdir()) == []


def test_files_that_nobody_reads_go_first_when_all_take_too_much(settings: Settings) -> None:
    with open_site(generous(settings), 4, is_indexed=False) as site:
        for dataset in site.ids:
            assert site.client.get(f"/download/{dataset}/data.json").status_code == 200
        now = datetime.now(UTC)
        with site.parts.database.transaction() as session:
            ages = dict(zip(site.ids, (50, 20, 40, 0), strict=True))  # minutes since the last reader
            for dataset, minutes in ages.items():
                sent = now - timedelta(minutes=minutes)
                session.execute(
                    update(SpooledFile).where(SpooledFile.dataset_id == dataset).values(made_at=sent, last_sent_at=sent)
                )
            sizes = dict(session.execute(select(SpooledFile.dataset_id, SpooledFile.size_bytes)).all())
            assert spool_size(session) == sum(sizes.values())
        most = sizes[site.ids[1]] + sizes[site.ids[3]]
        work = work_of(site)
        keep_spool(replace(work, settings=replace(work.settings, spool_max_bytes=most)))
        with site.parts.database.reading() as session:
            kept = set(session.scalars(select(SpooledFile.dataset_id)))
        assert kept == {site.ids[1], site.ids[3]}
        keep_spool(replace(work, settings=replace(work.settings, spool_max_bytes=0)))
        with site.parts.database.reading() as session:
            assert set(session.scalars(select(SpooledFile.dataset_id))) == {site.ids[3]}  # read a moment ago
        assert site.client.get(f"/download/{site.ids[0]}/data.json").status_code == 200  # made again
