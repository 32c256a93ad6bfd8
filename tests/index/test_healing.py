"""Nothing is lost when the index, the worker or the queue dies."""

import os
import shutil
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from portal.catalogue.commands import withdraw_dataset
from portal.db import Database
from portal.index import SearchRequest, SearchService
from portal.index.cluster import ElasticsearchEngine
from portal.index.embedded import TantivyEngine
from portal.index.protocol import SearchEngine
from portal.settings import Settings
from tests.builders import NOW, Built, build_catalogue
from tests.index.conftest import count_pending

# A worker that dies by SIGKILL when the engine has the batch but the database does not know it yet.
DYING_WORKER = """
import os, signal, sys
import portal.accounts.models, portal.catalogue.models, portal.ingest.models
from portal.db import Database
from portal.index import open_search, service
from portal.settings import Settings
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
if os.environ.pop("DIES"):
    service.mark_indexed = die
settings = Settings.from_environment()
search = open_search(settings, Database(settings.effective_database_url))
for _ in range(20):
    search.close_difference(limit=10)
"""


def worker(settings: Settings, engine: SearchEngine, *, dies: bool) -> subprocess.Popen[bytes]:
    """A separate process that closes the difference."""
    environment = {"PORTAL_VAR_DIR": str(settings.var_dir), "DIES": "1" if dies else ""}
    if isinstance(engine, ElasticsearchEngine):
        node = next(iter(engine._client.transport.node_pool.all()))
        environment |= {"PORTAL_SEARCH_URL": node.base_url, "PORTAL_SEARCH_INDEX": engine._alias}
    return subprocess.Popen([sys.executable, "-c", DYING_WORKER], env={**os.environ, **environment})


def test_a_worker_killed_between_index_and_database_loses_nothing(
    service: SearchService, engine: SearchEngine, catalogue: Built, settings: Settings
) -> None:
    _share_directory(engine, settings)
    service.rebuild()
    build_catalogue(catalogue, 30)
    assert worker(settings, engine, dies=True).wait(60) == -signal.SIGKILL
    assert count_pending(catalogue.database) == 30
    assert service.search(SearchRequest()).total >= 10
    assert worker(settings, engine, dies=False).wait(60) == 0
    assert count_pending(catalogue.database) == 0
    assert service.compare().count == 0
    assert service.search(SearchRequest()).total == 30


def test_two_workers_at_once_end_in_a_true_index(
    service: SearchService, engine: SearchEngine, catalogue: Built, settings: Settings
) -> None:
    _share_directory(engine, settings)
    service.rebuild()
    build_catalogue(catalogue, 100)
    both = [worker(settings, engine, dies=False) for _ in range(2)]
    build_catalogue(catalogue, 30, first=100)
    assert [one.wait(120) for one in both] == [0, 0]
    service.close_difference()
    assert count_pending(catalogue.database) == 0
    assert service.compare().count == 0
    assert service.search(SearchRequest()).total == 130


def test_an_emptied_index_is_found_by_comparing_and_filled_again(
    service: SearchService, engine: SearchEngine, catalogue: Built
) -> None:
    ids = build_catalogue(catalogue, 20)
    service.close_difference()
    _delete_behind_our_back(engine, ids[:15])
    assert service.search(SearchRequest()).total == 5
    differences = service.compare()
    assert set(differences.missing) == set(ids[:15])
    assert not differences.outdated
    assert service.heal() == 15
    assert service.compare().count == 0
    assert service.heal() == 0


def test_what_should_not_be_there_is_taken_out(service: SearchService, engine: SearchEngine, catalogue: Built) -> None:
    ids = build_catalogue(catalogue, 6)
    service.close_difference()
    with catalogue.database.transaction() as session:
        withdraw_dataset(session, ids[0], "closed", "tester", NOW)
        session.execute(text("UPDATE dataset SET indexed_revision = revision"))  # as after restoring an old index
    assert set(service.compare().surplus) == {ids[0]}
    service.heal()
    assert service.compare().count == 0
    assert service.search(SearchRequest()).total == 5


def test_an_index_ahead_of_the_database_is_built_anew(service: SearchService, catalogue: Built) -> None:
    ids = build_catalogue(catalogue, 6)
    with catalogue.database.transaction() as session:
        session.execute(text("UPDATE dataset SET revision = 40"))
    service.close_difference()
    with catalogue.database.transaction() as session:  # as after restoring an old database
        session.execute(text("UPDATE dataset SET revision = 3, indexed_revision = 3"))
    assert set(service.compare().outdated) == set(ids)
    service.heal()
    assert service.compare().count == 0


def test_a_rebuild_that_fails_halfway_leaves_the_old_index(
    service: SearchService, engine: SearchEngine, catalogue: Built
) -> None:
    build_catalogue(catalogue, 10)
    service.rebuild()

    def failing() -> object:
        yield from ()
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError):
        engine.rebuild(failing())  # type: ignore[arg-type]
    assert service.search(SearchRequest()).total == 10
    assert service.compare().count == 0


def test_an_older_document_that_comes_late_is_refused_or_kept_out(engine: SearchEngine, catalogue: Built) -> None:
    """Elasticsearch refuses it by revision; tantivy's writers take turns, so it cannot come late."""
    from portal.index.documents import read_documents

    ids = build_catalogue(catalogue, 1)
    service = SearchService(engine, catalogue.database)
    service.close_difference()
    with catalogue.database.reading() as session:
        old = read_documents(session, ids)
    with catalogue.database.transaction() as session:
        withdraw_dataset(session, ids[0], "closed", "tester", NOW)
    service.close_difference()
    if isinstance(engine, ElasticsearchEngine):
        engine.change(old, {})
        assert service.compare().count == 0
    assert service.search(SearchRequest()).total == 0


# --- what can happen to a directory


@pytest.fixture
def embedded(settings: Settings, catalogue: Built) -> tuple[SearchService, Path]:
    """A filled tantivy index and its directory."""
    build_catalogue(catalogue, 12)
    service = SearchService(TantivyEngine(settings.var_dir / "search"), catalogue.database)
    service.close_difference()
    return service, settings.var_dir / "search"


@pytest.mark.parametrize("damage", ["lost", "pointer", "meta", "truncated", "overwritten", "segment gone", "schema"])
def test_any_damage_to_the_directory_is_noticed_and_healed(embedded: tuple[SearchService, Path], damage: str) -> None:
    service, directory = embedded
    _damage(directory, damage)
    during = service.search(SearchRequest("中小学校"))
    assert during.total == 1
    assert service.close_difference() in {0, 12}
    service.heal()
    after = service.search(SearchRequest("中小学校"))
    assert (after.total, after.is_degraded) == (1, False)
    assert service.compare().count == 0


def test_a_reader_follows_changes_and_swaps_of_another_process(
    embedded: tuple[SearchService, Path], database: Database, catalogue: Built
) -> None:
    service, directory = embedded
    reader = SearchService(TantivyEngine(directory), database)
    assert reader.search(SearchRequest()).total == 12
    build_catalogue(catalogue, 3, first=12)
    service.close_difference()
    assert reader.search(SearchRequest()).total == 15
    for first in (15, 18):
        build_catalogue(catalogue, 3, first=first)
        service.rebuild()
        assert reader.search(SearchRequest()).total == first + 3
    assert len([path for path in directory.iterdir() if path.is_dir()]) <= 2


def test_a_web_process_writes_nothing(settings: Settings, catalogue: Built) -> None:
    build_catalogue(catalogue, 3)
    service = SearchService(TantivyEngine(settings.var_dir / "search"), catalogue.database)
    result = service.search(SearchRequest("停车"))
    assert result.is_degraded
    assert not (settings.var_dir / "search").exists()


def _delete_behind_our_back(engine: SearchEngine, ids: tuple[str, ...]) -> None:
    if isinstance(engine, ElasticsearchEngine):
        for dataset_id in ids:
            engine._client.delete(index=engine._alias, id=dataset_id, refresh=True)
    else:
        engine.change((), dict.fromkeys(ids, 0))


def _share_directory(engine: SearchEngine, settings: Settings) -> None:
    """Put an embedded engine where a process with these settings looks for it."""
    if isinstance(engine, TantivyEngine):
        engine.__init__(settings.var_dir / "search")  # type: ignore[misc]


def _damage(directory: Path, kind: str) -> None:
    if kind == "lost":
        shutil.rmtree(directory)
        return
    pointer = directory / "current"
    index = directory / pointer.read_text()
    segment = max(index.glob("*.idx"), key=lambda path: path.stat().st_size)
    if kind == "pointer":
        pointer.write_bytes(b"\xff/../nowhere")
    elif kind == "meta":
        (index / "meta.json").write_text("{")
    elif kind == "truncated":
        os.truncate(segment, segment.stat().st_size // 2)
    elif kind == "overwritten":
        size = segment.stat().st_size
        segment.write_bytes(bytes(range(256)) * (size // 256 + 1))
    elif kind == "segment gone":
        for path in index.glob(f"{segment.stem}.*"):
            path.unlink()
    else:
        renamed = directory / f"00000000-{pointer.read_text().split('-')[1]}"
        index.rename(renamed)
        pointer.write_text(renamed.name)


def test_what_a_killed_rebuild_has_left_goes_after_a_while(
    service: SearchService, engine: SearchEngine, catalogue: Built
) -> None:
    service.rebuild()
    if isinstance(engine, TantivyEngine):
        engine._generations.begin()
    else:
        assert isinstance(engine, ElasticsearchEngine)
        engine._client.indices.create(index=f"{engine._prefix}00000000")
    assert engine.tidy(timedelta(hours=1)) == 0, "it may still be built"
    assert engine.tidy(timedelta(seconds=-60)) == 1
    assert service.compare().count == 0, "what is in use stays"
