"""What reading a delivered file or a series of rows gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from portal.kernel.columns import Column
from portal.kernel.vocab import PartKind
from portal.readers.headers.proof import HeaderReading


@dataclass(frozen=True, slots=True)
class ReadingLimits:
    """What one reading may use. The child process is ended when it goes past one of them.

    `memory_bytes` bounds the memory the child may allocate, `output_bytes` each file it writes, `unpacked_bytes` the
    declared size of all members of a zip-based file, `unpacked_ratio` its proportion to the packed size.
    """

    input_bytes: int = 8 << 30
    memory_bytes: int = 2 << 30
    output_bytes: int = 16 << 30
    unpacked_bytes: int = 1 << 30
    unpacked_ratio: int = 400
    cpu_s: int = 900
    wall_s: int = 1200
    columns: int = 2_000
    json_bytes: int = 256 << 20
    cell_chars: int = 1_000_000


@dataclass(frozen=True, slots=True)
class Note:
    """Something a publisher should know, as a code with a message in both languages (`portal.i18n.reasons`).

    `subject` names a column, sheet or row range, never a value; `count` the rows, columns or cells concerned.
    """

    code: str
    subject: str = ""
    count: int | None = None


@dataclass(frozen=True, slots=True)
class TableReading:
    """One table that was read: a typed Parquet file in the work directory and what became of every row.

    `key` is a slug that stays the same for the same sheet of the next delivery. `rows_read` rows are in the file;
    `rows_lost` rows were delivered and are not in it, each explained by a note. `columns` are in file order, with
    null counts and failed casts; `titles` holds the text found above the header, for people. `sheet`: its sheet in the file
    (or its member of an archive), empty where there is only one. `header`: how its names were found; None: they came with
    the rows. `footers`: the texts of rows under the table that are not in it.
    """

    key: str
    name: str
    path: Path
    columns: tuple[Column, ...]
    rows_read: int
    rows_lost: int = 0
    notes: tuple[Note, ...] = ()
    titles: tuple[str, ...] = ()
    sheet: str = ""
    header: HeaderReading | None = None
    footers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileReading:
    """What a file really is and what is in it.

    `kind` TABLE: `tables` has at least one entry. FILE: nothing tabular; it can only be published as it is.
    `encoding` None: not a text file. `hidden_texts` maps a place (`hidden sheet`, `hidden row`, `hidden column`,
    `comment`, `property`, `text box`, `header or footer`, `link`, `name`, `sheet name`, `title row`) to the texts found
    there; all of it belongs to the original only, except titles and sheet names.
    `has_hidden_content`: the original holds something that a reader of the tables does not see.
    `original_text`: a Parquet file with one text column `text` that holds everything readable in the original, line by
    line or row by row: what must be scanned before the original may leave quarantine. None: the content cannot be
    read as text (a picture, an archive), so the original cannot be scanned. `peak_bytes`: the most memory the child held.
    `uninspected`: parts of a document or picture that no program can look into, or that deserve a person's look; `subject` is
    the place (`page 3`). Each holds the file.
    """

    kind: PartKind
    real_format: str
    media_type: str
    encoding: str | None
    tables: tuple[TableReading, ...] = ()
    hidden_texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    has_hidden_content: bool = False
    original_text: Path | None = None
    notes: tuple[Note, ...] = ()
    peak_bytes: int = 0
    uninspected: tuple[Note, ...] = ()
