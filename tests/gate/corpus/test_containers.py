"""Every container and place, end to end: a drop is harvested, and what lies in the public store and catalogue is read."""

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from sqlalchemy import text

from portal.db.migrating import migrate
from portal.ingest.conducting.running import run_harvest
from portal.ingest.sources import add_source, sign_mapping
from portal.ingest.workshop import Workshop
from portal.readers import read_file
from portal.settings import Settings
from tests.gate.corpus import books
from tests.gate.corpus.bench import LABELS, MAPPING, Delivery, texts_of_column
from tests.gate.corpus.books import Book, Sheet
from tests.gate.corpus.disguises import DISGUISES
from tests.gate.corpus.kinds import BY_NAME
from tests.gate.corpus.places import OBJECT_TABLES, PLACES, TEXT_TABLES, Filling
from tests.gate.corpus.specimens import seeded
from tests.ingest.conftest import make_workshop

_IN_FILES = {place: build for place, build in PLACES.items() if not place.startswith(("page, ", "rows, "))}
_IN_PAGES = {"title": "title", "description": "description", "keywords": "keywords", "name": "name"}
# Written otherwise by the container itself, and read back as what it means: a reader of the page sees the same.
_CONVERTED = {
    "web page": {"in HTML with tags inside", "HTML entities", "HTML entities in hex", "escaped HTML"},
    "xlsx": {"formula of a spreadsheet"},  # a formula that nobody has computed yet has no value to be read
    "xls": {"mathematical digits"},  # beyond the first plane, where the tests' own writer counts otherwise
}


@pytest.fixture
def workshop(settings: Settings) -> Iterator[Workshop]:
    workshop = make_workshop(settings)
    migrate(workshop.database)
    yield workshop
    workshop.jobs.close()
    workshop.database.dispose()


@pytest.mark.slow
def test_a_harvested_drop_makes_no_planted_number_public_wherever_it_lies(
    workshop: Workshop, settings: Settings, tmp_path: Path
) -> None:
    number = BY_NAME["identity 18"].make(seeded("end to end")).text
    words = f"持证人{number}"
    root = tmp_path / "drop"
    datasets = [_in_file(root, place, number, Filling(words, {"备注": words})) for place in _IN_FILES]
    datasets += [_in_page(root, place, words) for place in _IN_PAGES]
    datasets.append(_entry(root, "clean", "清单.csv", b"a,b\n1,2\n3,4\n"))
    (root / "metadata.json").write_text(json.dumps({"datasets": datasets}, ensure_ascii=False), encoding="utf-8")
    now = datetime.now(UTC)
    with workshop.database.transaction() as session:
        add_source(session, "drop", "folder", {"root": str(root), "labels": LABELS, "publisher_name": "区局"}, now=now)
        sign_mapping(session, "drop", MAPPING, "王签署", now)
    report = run_harvest(workshop, "drop")
    assert report.state == "done", report.errors
    assert report.counts["listed"] == len(datasets)
    with workshop.database.reading() as session:
        published = set(session.scalars(text("SELECT source_key FROM dataset WHERE state = 'published'")))
    assert "drop:clean" in published
    public = dict(_public(workshop, settings))
    assert public
    assert [place for place, content in public.items() if number in content] == []


@pytest.mark.slow
@pytest.mark.parametrize("container", [*TEXT_TABLES, *OBJECT_TABLES, "xlsx", "ods", "xls"])
def test_readers_hand_over_every_disguise_as_it_was_written(container: str, tmp_path: Path) -> None:
    """So that what is judged from one container is judged from each."""
    if container in {"shapefile", "csv in Big5"}:
        pytest.skip("a DBF field has 254 bytes, and Big5 lacks most of the disguises' signs")
    written = _disguised()
    table = [["序号", "内容"], *([str(number), cell] for number, cell in enumerate(written.values(), 1))]
    path = tmp_path / "delivered"
    path.write_bytes(_contained(container, table))
    systems = ("wgs84",)  # a layer that does not say is refused
    reading = read_file(path, file_name="清单.dat", work_dir=_made(tmp_path / "work"), coordinate_systems=systems)
    if not reading.tables:
        pytest.skip(f"{container} is no table: it is judged as the text that is in it")
    read = "\n".join(
        cell
        for found in reading.tables
        for column in pq.read_table(found.path).columns
        for cell in texts_of_column(column)
    )
    lost = {name for name, cell in written.items() if _on_one_line(cell) not in _on_one_line(read)}
    assert lost <= _CONVERTED.get(container, set())


def _disguised() -> dict[str, str]:
    plant = BY_NAME["identity 18 with X"].make(seeded("containers")).text
    found = {disguise.name: disguise.apply(plant, seeded("containers", disguise.name)) for disguise in DISGUISES}
    return {name: cell for name, cell in found.items() if isinstance(cell, str)}


def _contained(container: str, table: list[list[str]]) -> bytes:
    writers = {"xlsx": books.xlsx, "ods": books.ods, "xls": books.xls}
    if container in writers:
        return writers[container](Book((Sheet("清单", table),)))
    return {**TEXT_TABLES, **OBJECT_TABLES}[container](table)


def _on_one_line(words: str) -> str:
    """White space of every kind is one; a byte order mark is none inside a text."""
    return " ".join(words.split())


def _made(path: Path) -> Path:
    path.mkdir()
    return path


def _in_file(root: Path, place: str, number: str, filling: Filling) -> dict[str, object]:
    delivery: Delivery = _IN_FILES[place](filling)
    return _entry(root, place, delivery.file_name, delivery.content)


def _in_page(root: Path, place: str, words: str) -> dict[str, object]:
    entry = _entry(root, f"page {place}", "清单.csv", b"a,b\n1,2\n3,4\n")
    if place == "name":
        return entry | {"files": [{"path": f"page {place}/清单.csv", "name": words}]}
    return entry | {place: [words] if place == "keywords" else words}


def _entry(root: Path, identifier: str, file_name: str, content: bytes) -> dict[str, object]:
    folder = root / identifier
    folder.mkdir(parents=True)
    (folder / file_name).write_bytes(content)
    return {"id": identifier, "title": "便民服务清单", "files": [{"path": f"{identifier}/{file_name}", "name": "清单"}]}


def _public(workshop: Workshop, settings: Settings) -> Iterator[tuple[str, str]]:
    """(place, text) of everything in the public store and in the catalogue's published versions."""
    for path in sorted(path for path in settings.var_dir.rglob("*") if path.is_file()):
        if {"tables", "originals", "files"} & set(path.parts) and "quarantine" not in path.parts:
            yield str(path), "\n".join(_texts(path))
    with workshop.database.reading() as session:
        for name in ("version", "version_part"):
            for row in session.execute(text(f"SELECT * FROM {name}")):
                yield f"{name} {row[0]}", repr(tuple(row))
        for row in session.execute(text("SELECT * FROM dataset WHERE state = 'published'")):
            yield f"dataset {row[0]}", repr([value for name, value in row._mapping.items() if name != "source_key"])


def _texts(path: Path) -> Iterator[str]:
    content = path.read_bytes()
    yield from (content.decode(codec, "replace") for codec in ("utf-8", "gb18030", "utf-16-le"))
    if content.startswith(b"PAR1"):
        table = pq.read_table(path)
        yield from table.column_names
        for column in table.columns:
            yield from texts_of_column(column)
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield archive.read(name).decode("utf-8", "replace")
