"""The crawl can fail: what is smuggled past the gate is found, wherever it was put; without it, nothing is found."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from portal.ingest.conducting.running import run_harvest
from portal.ingest.sources import add_source, sign_mapping
from tests.journey.test_layer import LABELS, MAPPING
from tests.served.embedded import Site, embedded_site

_IDENTITY = "349901199003071238"
_CLEAN = "名称,地址,备注\n" + "".join(f"第{n}便民点,区政府路{n}号,已启用\n" for n in range(30))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    directory = tmp_path_factory.mktemp("dropped")
    drop = directory / "drop"
    drop.mkdir()
    (drop / "便民点.csv").write_text(_CLEAN, encoding="utf-8")
    (drop / "来访登记.csv").write_text(_CLEAN.replace("已启用", f"证件{_IDENTITY}", 1), encoding="utf-8")
    with embedded_site(directory) as site:
        now = datetime.now(UTC)
        with site.workshop.database.transaction() as session:
            configuration = {"root": str(drop), "labels": LABELS, "publisher_name": "区政务局"}
            add_source(session, "drop", "folder", configuration, replace=True, now=now)
            sign_mapping(session, "drop", MAPPING, "王签署", now)
        report = run_harvest(site.workshop, "drop")
        assert (report.counts.get("create"), report.counts.get("hold")) == (1, 1), report
        site.parts.search.rebuild()
        yield site


def test_nothing_leaks_of_a_drop_with_an_identity_number(site: Site, own: frozenset[str]) -> None:
    assert site.examine(own, queries=("来访登记", "349901")) == []
    assert site.counts["answers"] > 100
    assert site.counts["stored files"] > 5


def test_a_number_written_into_a_preview_is_found(site: Site, own: frozenset[str]) -> None:
    with site.parts.database.reading() as session:
        before = session.execute(text("SELECT preview FROM version_part")).scalar_one()
    original = before if isinstance(before, str) else json.dumps(before)
    rows = json.dumps(json.loads(original), ensure_ascii=False)
    assert "已启用" in rows
    _set_preview(site, rows.replace("已启用", f"证件{_IDENTITY}", 1))
    try:
        where = {leak.where.split(" ")[0] for leak in site.examine(own, about=site.only_dataset)}
    finally:
        _set_preview(site, original)
    assert "table" in where
    assert any(address.startswith("/zh/dataset/") for address in where)


def test_a_swapped_file_is_found_at_every_door(site: Site, own: frozenset[str]) -> None:
    with site.parts.database.reading() as session:
        key = str(session.execute(text("SELECT blob_key FROM version_part")).scalar_one())
    path = site.parts.store.local_path(key)
    content, table = path.read_bytes(), pq.read_table(path)
    cells = ["".join(chr(ord(sign) + 0xFEE0) for sign in _IDENTITY), *table.column("备注").to_pylist()[1:]]
    path.chmod(0o644)
    pq.write_table(table.set_column(table.column_names.index("备注"), "备注", pa.array(cells)), path)
    try:
        found = site.examine(own, about=site.only_dataset)
    finally:
        path.write_bytes(content)
    assert {"planted", "identity_number"} <= {leak.rule for leak in found}
    assert any(leak.where.startswith("stored ") for leak in found)
    assert any("/rows" in leak.where for leak in found)
    assert any(leak.where.endswith(".parquet") for leak in found)


def test_a_line_of_a_log_is_found(site: Site, own: frozenset[str]) -> None:
    before = site.log
    site.log += f"harvest failed at cell {_IDENTITY[:6]} {_IDENTITY[6:14]} {_IDENTITY[14:]}\n"
    try:
        assert any(leak.where.startswith("log") for leak in site.examine(own, about=site.only_dataset))
    finally:
        site.log = before


def _set_preview(site: Site, value: str) -> None:
    """As somebody who has the database to himself could: the guard that refuses it is taken away for a moment."""
    with site.workshop.database.transaction() as session:
        guards = session.execute(
            text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'version_part'")
        ).all()
        for guard in guards:
            session.execute(text(f'DROP TRIGGER "{guard.name}"'))
        session.execute(text("UPDATE version_part SET preview = :value"), {"value": value})
        for guard in guards:
            session.execute(text(str(guard.sql).replace(":", "\\:")))


def test_the_database_refuses_to_edit_what_was_published(site: Site) -> None:
    with pytest.raises(IntegrityError, match="never edited"), site.workshop.database.transaction() as session:
        session.execute(text("UPDATE version_part SET preview = '[]'"))
