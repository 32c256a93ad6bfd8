"""The whole public catalogue as one file: JSON Lines, CSV or Parquet, written in batches.

JSON Lines has a dataset a line with its parts and the names of their columns; CSV and Parquet have a dataset a row, in which
several words of one kind stand side by side, parted by `; `.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from portal.catalogue.commands import record_catalogue_file
from portal.catalogue.queries import list_records, read_state
from portal.catalogue.whole import CatalogueRecord, PartRecord
from portal.db import Database
from portal.exports.delimited import CSV_OPTIONS, header
from portal.exports.errors import UnknownFormat
from portal.exports.sinks import DigestedFile
from portal.kernel.digests import file_digest
from portal.kernel.text import Language, Text
from portal.storage import BlobStore
from portal.storage.keys import blob_key
from portal.storage.workdirs import work_dir as new_work_dir

CATALOGUE_FORMATS = ("jsonl", "csv", "parquet")
_BATCH = 1_000
_TEXT, _COUNT, _TIME = pa.string(), pa.int64(), pa.timestamp("s", "UTC")
_COLUMNS: dict[str, pa.DataType] = {
    "id": _TEXT,
    "title_zh": _TEXT,
    "title_en": _TEXT,
    "description_zh": _TEXT,
    "description_en": _TEXT,
    "keywords_zh": _TEXT,
    "keywords_en": _TEXT,
    "publisher": _TEXT,
    "publisher_zh": _TEXT,
    "publisher_en": _TEXT,
    "themes": _TEXT,
    "openness": _TEXT,
    "open_condition": _TEXT,
    "update_cycle": _TEXT,
    "licence": _TEXT,
    "formats": _TEXT,
    "languages": _TEXT,
    "tables": _TEXT,
    "rows": _COUNT,
    "version": _COUNT,
    "issued_at": _TIME,
    "modified_at": _TIME,
    "address": _TEXT,
}


def spool_catalogue(
    database: Database,
    store: BlobStore,
    format_name: str,
    *,
    base_url: str,
    work_dir: Path,
    on_progress: Callable[[int, Path], None] = lambda records, directory: None,
) -> int:
    """Write the catalogue, store it and record it under the state that it had when the writing began; gives its bytes.

    `on_progress` is told datasets, and the directory that is written in; what it raises ends the work. Raises UnknownFormat.
    """
    if format_name not in CATALOGUE_FORMATS:
        raise UnknownFormat(f"The catalogue is offered as {', '.join(CATALOGUE_FORMATS)}.", parameter="format")
    with new_work_dir(work_dir) as directory:
        target, count = directory / f"catalogue.{format_name}", 0
        with database.reading() as session:
            state = read_state(session)
            write = _write_parquet if format_name == "parquet" else _write_text
            for count in write(list_records(session), format_name, target, base_url.rstrip("/")):
                on_progress(count, directory)
        sha256, size_bytes = file_digest(target), target.stat().st_size
        key = blob_key("spool", sha256, format_name)
        store.give_file(key, target)
    with database.transaction() as session:
        record_catalogue_file(
            session,
            format=format_name,
            state=state,
            blob_key=key,
            sha256=sha256,
            size_bytes=size_bytes,
            row_count=count,
            now=datetime.now(UTC),
        )
    return size_bytes


def _batches(records: Iterator[CatalogueRecord]) -> Iterator[list[CatalogueRecord]]:
    while batch := list(islice(records, _BATCH)):
        yield batch


def _write_text(records: Iterator[CatalogueRecord], format_name: str, target: Path, base: str) -> Iterator[int]:
    done = 0
    with DigestedFile(target.open("wb")) as file:
        if format_name == "csv":
            file.write(header(list(_COLUMNS)))
        for batch in _batches(records):
            if format_name == "csv":
                sink = pa.BufferOutputStream()
                pyarrow.csv.write_csv(_rows(batch, base), sink, CSV_OPTIONS)
                file.write(memoryview(sink.getvalue()))
            else:
                file.write(b"".join(orjson.dumps(_object(one, base), option=_JSON) for one in batch))
            done += len(batch)
            yield done


def _write_parquet(records: Iterator[CatalogueRecord], _name: str, target: Path, base: str) -> Iterator[int]:
    done = 0
    with pq.ParquetWriter(target, pa.schema(list(_COLUMNS.items())), compression="zstd") as writer:
        for batch in _batches(records):
            writer.write_batch(_rows(batch, base))
            done += len(batch)
            yield done


_JSON = orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z


def _rows(batch: list[CatalogueRecord], base: str) -> pa.RecordBatch:
    rows = [_row(one, base) for one in batch]
    return pa.RecordBatch.from_pylist(rows, schema=pa.schema(list(_COLUMNS.items())))


def _row(one: CatalogueRecord, base: str) -> dict[str, object]:
    card = one.card
    words = {f"keywords_{x}": _joined(one.keywords.get(x, ())) for x in Language}
    return {
        "id": card.id,
        **_texts("title", card.title),
        **_texts("description", card.description),
        **words,
        "publisher": card.publisher_slug,
        **_texts("publisher", card.publisher_name),
        "themes": _joined(card.theme_slugs),
        "openness": card.openness.value,
        "open_condition": one.open_condition or None,
        "update_cycle": card.update_cycle.value,
        "licence": one.licence or None,
        "formats": _joined(card.formats),
        "languages": _joined(tuple(x.value for x in card.languages)),
        "tables": _joined(tuple(part.slug for part in one.parts if part.kind == "table")),
        "rows": card.row_count,
        "version": card.current_version,
        "issued_at": one.issued_at,
        "modified_at": card.modified_at,
        "address": f"{base}/api/v1/datasets/{card.id}",
    }


def _object(one: CatalogueRecord, base: str) -> dict[str, object]:
    card = one.card
    return {
        "id": card.id,
        "title": _text(card.title),
        "description": _text(card.description),
        "keywords": {x.value: list(one.keywords.get(x, ())) for x in Language},
        "publisher": {"slug": card.publisher_slug, "name": _text(card.publisher_name)},
        "themes": list(card.theme_slugs),
        "openness": card.openness.value,
        "open_condition": one.open_condition or None,
        "update_cycle": card.update_cycle.value,
        "licence": one.licence or None,
        "languages": [x.value for x in card.languages],
        "row_count": card.row_count,
        "version": card.current_version,
        "issued_at": one.issued_at,
        "modified_at": card.modified_at,
        "parts": [_part(part) for part in one.parts],
        "address": f"{base}/api/v1/datasets/{card.id}",
    }


def _part(part: PartRecord) -> dict[str, object]:
    return {
        "slug": part.slug,
        "kind": part.kind,
        "name": _text(part.name),
        "format": part.format,
        "media_type": part.media_type,
        "url": part.url or None,
        "row_count": part.row_count,
        "size_bytes": part.size_bytes,
        "sha256": part.sha256,
        "columns": list(part.columns),
    }


def _text(text: Text) -> dict[str, str | None]:
    return {x.value: wording.value if (wording := text.wording(x)) else None for x in Language}


def _texts(name: str, text: Text) -> dict[str, str | None]:
    return {f"{name}_{language}": value for language, value in _text(text).items()}


def _joined(words: tuple[str, ...]) -> str | None:
    return "; ".join(words) or None
