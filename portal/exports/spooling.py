"""A download made once and kept: table → file → store → a row that says where it lies.

Used by downloads for formats that are quick to make and by the worker for those that are not.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from portal.catalogue.commands import record_spooled_file
from portal.catalogue.views import Ref
from portal.db import Database
from portal.exports.files import make_file
from portal.exports.formats import FORMATS
from portal.kernel.errors import Gone, NotFound
from portal.storage import BlobStore
from portal.storage.keys import blob_key
from portal.storage.workdirs import work_dir as new_work_dir
from portal.tables import ReadableTable


@dataclass(frozen=True, slots=True)
class Spooled:
    """A file that is in the store and known to the catalogue."""

    blob_key: str
    sha256: str
    size_bytes: int
    row_count: int


def spool_file(
    database: Database,
    store: BlobStore,
    table: ReadableTable,
    *,
    ref: Ref,
    part: str,
    format_name: str,
    work_dir: Path,
    max_rows: int | None = None,
    on_progress: Callable[[int], None] = lambda rows_done: None,
) -> Spooled:
    """Make a table's file in one format, store it under its content's key and record it for the pinned version `ref`.

    The blob comes first, then the row. Raises Gone or NotFound when the version was withdrawn meanwhile, and leaves no
    blob then; TooManyRows, UnknownFormat, and whatever `on_progress` raises.
    """
    if ref.version is None:
        raise ValueError("A spooled file belongs to one version.")
    with new_work_dir(work_dir) as directory:
        target = directory / f"file.{FORMATS[format_name].extension}"
        made = make_file(table, format_name, target, on_progress, max_rows=max_rows)
        key = blob_key("spool", made.sha256, FORMATS[format_name].extension)
        was_there = store.exists(key)
        store.give_file(key, made.path)
    try:
        with database.transaction() as session:
            record_spooled_file(
                session,
                dataset_id=ref.dataset_id,
                version_number=ref.version,
                part=part,
                format=format_name,
                blob_key=key,
                sha256=made.sha256,
                size_bytes=made.size_bytes,
                now=datetime.now(UTC),
            )
    except (Gone, NotFound):
        if not was_there:
            store.delete(key)
        raise
    return Spooled(key, made.sha256, made.size_bytes, made.row_count)
