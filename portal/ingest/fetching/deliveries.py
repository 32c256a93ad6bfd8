"""The fetch step: a table's rows or a file's bytes, into the work directory and the quarantine."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from harvesters.errors import HarvestError, StopRun
from harvesters.protocols import IncrementalSource
from harvesters.records import FieldRecord, FilePart, TablePart
from portal.ingest.errors import PartUnusable
from portal.ingest.fetching.ahead import ahead
from portal.ingest.fetching.increments import IncrementalFetch, IncrementState
from portal.ingest.harvest import Harvest
from portal.ingest.texts import guessed_text
from portal.kernel.ids import new_id
from portal.readers import (
    Declared,
    FileReading,
    FileRefused,
    HeaderChoice,
    ReadingLimits,
    RowSpool,
    RowsRefused,
    TableReading,
    read_file,
)


@dataclass(frozen=True, slots=True)
class FetchedFile:
    """A delivered file: what it really is, and its bytes in the work directory."""

    path: Path
    sha256: str
    size_bytes: int
    reading: FileReading


@dataclass(frozen=True, slots=True)
class FetchedTable:
    """A whole table; `state` is what to remember where the source tells changes."""

    reading: TableReading
    state: IncrementState | None = None


def fetch_table(harvest: Harvest, part: TablePart, title: str, before: IncrementState | None = None) -> FetchedTable:
    """All rows of a table as a typed Parquet file. Raises PartUnusable, or the source's StopRun."""
    if part.increments is not None and isinstance(harvest.harvester, IncrementalSource):
        fetching = IncrementalFetch(harvest, harvest.harvester, part, title, _room(harvest))
        return FetchedTable(*fetching.run(before))
    return FetchedTable(_all_rows(harvest, part, title))


def _all_rows(harvest: Harvest, part: TablePart, title: str) -> TableReading:
    work_dir = _room(harvest)
    spool = RowSpool(work_dir, key="table", name=title)
    rows = 0
    try:
        with ahead(harvest.harvester.fetch_rows(part)) as batches:
            for batch in batches:
                rows += len(batch.rows)
                if rows > harvest.caps.table_rows:
                    raise PartUnusable("too_many_rows", subject=part.key, count=harvest.caps.table_rows)
                spool.declare(_declared(batch.fields))
                spool.add(batch.columns, batch.rows)
                harvest.progress.fetched(title, rows)
        return spool.finish()
    except StopRun:
        raise
    except HarvestError as error:
        raise PartUnusable("fetch_failed", subject=part.key, note=str(error), is_temporary=True) from error
    except RowsRefused as error:
        raise PartUnusable("rows_unusable", subject=part.key, note=str(error)) from error


def _declared(fields: Iterable[FieldRecord]) -> dict[str, Declared]:
    return {
        field.name: Declared(field.type_label, guessed_text(field.title or field.name), guessed_text(field.description))
        for field in fields
    }


def fetch_file(harvest: Harvest, part: FilePart, choices: Mapping[str, HeaderChoice]) -> FetchedFile:
    """A file, whole and read; `choices`: sheet → its confirmed header. Raises PartUnusable, or the source's StopRun."""
    path = _room(harvest) / "original"
    sha256 = _download(harvest, part, path)
    if part.sha256 and part.sha256.lower() != sha256:
        raise PartUnusable("file_digest_differs", subject=part.file_name, is_temporary=True)
    return read_delivered(harvest, part, path, sha256, choices)


def read_delivered(
    harvest: Harvest, part: FilePart, path: Path, sha256: str, choices: Mapping[str, HeaderChoice]
) -> FetchedFile:
    """Read a file that is in the work directory. Raises PartUnusable."""
    try:
        reading = read_file(
            path,
            file_name=part.file_name,
            work_dir=_room(harvest),
            limits=ReadingLimits(input_bytes=harvest.caps.file_bytes),
            choices=choices,
            coordinate_systems=tuple(filter(None, (part.coordinate_system, harvest.mapping.coordinate_system))),
        )
    except FileRefused as error:
        raise PartUnusable(error.code, subject=part.file_name, note=str(error)) from error
    return FetchedFile(path, sha256, path.stat().st_size, reading)


def _download(harvest: Harvest, part: FilePart, path: Path) -> str:
    """Write the file to `path`; its SHA-256."""
    cap, size_bytes, digest = harvest.caps.file_bytes, 0, hashlib.sha256()
    if part.size_bytes is not None and part.size_bytes > cap:
        raise PartUnusable("file_too_large", subject=part.file_name, count=cap)
    try:
        with harvest.harvester.fetch_file(part) as chunks, path.open("wb") as file:
            for chunk in chunks:
                size_bytes += len(chunk)
                if size_bytes > cap:
                    raise PartUnusable("file_too_large", subject=part.file_name, count=cap)
                digest.update(chunk)
                file.write(chunk)
    except StopRun:
        raise
    except HarvestError as error:
        raise PartUnusable("fetch_failed", subject=part.file_name, note=str(error), is_temporary=True) from error
    return digest.hexdigest()


def _room(harvest: Harvest) -> Path:
    room = harvest.work_dir / new_id()
    room.mkdir()
    return room
