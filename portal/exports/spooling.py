"""A download made once and kept: table (or what it answers to a question) → file → store → a row that says where it lies.

Used by the doors for what is quick to make and by the worker for what is not.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from portal.catalogue.commands import record_spooled_file
from portal.catalogue.views import Ref
from portal.db import Database
from portal.exports.errors import Cancelled
from portal.exports.files import make_file
from portal.exports.formats import FORMATS
from portal.exports.questions import Question
from portal.kernel.errors import Gone, NotFound
from portal.storage import BlobStore
from portal.storage.keys import blob_key
from portal.storage.workdirs import work_dir as new_work_dir
from portal.tables import ReadableTable, RowEngine, answer_schema


@dataclass(frozen=True, slots=True)
class Spooled:
    """A file that is in the store and known to the catalogue."""

    blob_key: str
    sha256: str
    size_bytes: int
    row_count: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a file is. `rows_total` is 0 while it is not known how many rows a question has for an answer; `share` (0 … 1,
    None while nobody knows) is of the whole work: finding the answer to a question is taken for the first half of it."""

    rows_done: int
    rows_total: int
    share: float | None
    directory: Path

    @property
    def bytes_done(self) -> int:
        """Bytes written so far, of everything that is being written for this file."""
        try:
            return sum(path.stat().st_size for path in self.directory.iterdir() if path.is_file())
        except OSError:  # what is finished takes its name, or is gone, while it is counted
            return 0


def _silent(progress: Progress) -> None:
    """Progress that nobody follows."""


@dataclass(frozen=True, slots=True)
class Making:
    """What files are made with. `work_dir` holds temporary directories; `rows` answers questions.

    `on_progress` is told after each piece, and twice a second while a question has no answer yet; `is_cancelled` is asked as
    often, and ends the work. `answer_timeout_s` is how long an answer may take, None: as long as the engine allows.
    """

    database: Database
    store: BlobStore
    rows: RowEngine
    work_dir: Path
    on_progress: Callable[[Progress], None] = _silent
    is_cancelled: Callable[[], bool] = lambda: False
    answer_timeout_s: float | None = None


def spool_file(
    making: Making,
    table: ReadableTable,
    *,
    ref: Ref,
    part: str,
    format_name: str,
    question: Question | None = None,
) -> Spooled:
    """Make the file of a table, or of what it answers, in one format, store it under its content's key and record it for the
    pinned version `ref`.

    The blob comes first, then the row. Raises Gone or NotFound when the version was withdrawn meanwhile, and leaves no
    blob then; UnknownFormat, Unavailable (also when cancelled amid an answer), Cancelled.
    """
    if ref.version is None:
        raise ValueError("A spooled file belongs to one version.")
    extension = FORMATS[format_name].extension
    with new_work_dir(making.work_dir) as directory:
        source = table if question is None else _answer(making, table, question, directory)

        first_half = 0.5 if question else 0.0

        def tell(rows_done: int) -> None:
            share = first_half + (1 - first_half) * (rows_done / source.row_count if source.row_count else 1.0)
            making.on_progress(Progress(rows_done, source.row_count, share, directory))
            if making.is_cancelled():
                raise Cancelled

        made = make_file(source, format_name, directory / f"file.{extension}", tell)
        key = blob_key("spool", made.sha256, extension)
        was_there = making.store.exists(key)
        making.store.give_file(key, made.path)
    try:
        with making.database.transaction() as session:
            record_spooled_file(
                session,
                dataset_id=ref.dataset_id,
                version_number=ref.version,
                part=part,
                format=format_name,
                query=question.digest if question else "",
                blob_key=key,
                sha256=made.sha256,
                size_bytes=made.size_bytes,
                now=datetime.now(UTC),
            )
    except (Gone, NotFound):
        if not was_there:
            making.store.delete(key)
        raise
    return Spooled(key, made.sha256, made.size_bytes, made.row_count)


def _answer(making: Making, table: ReadableTable, question: Question, directory: Path) -> ReadableTable:
    """The rows that answer the question, as a table of their own."""
    target = directory / "answer.parquet"

    def look(share: float | None) -> bool:
        making.on_progress(Progress(0, 0, None if share is None else share / 2, directory))
        return making.is_cancelled()

    row_count = making.rows.copy(
        table,
        question.query,
        target,
        limit=question.limit,
        is_cancelled=look,
        timeout_s=making.answer_timeout_s,
    )
    schema = answer_schema(table.schema, question.query)
    return replace(table, path=target, schema=schema, row_count=row_count)
