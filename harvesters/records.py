"""What every source yields: raw records, and what they say once mapped. Frozen values of plain types.

Labels (`*_label`) are the source's own words; a signed value mapping turns them into ours, in `portal.ingest`.
Texts are mappings of BCP 47 primary language (`zh`, `en`) to text; a missing language is absent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One catalogue entry as received. `raw` is JSON-like; `data_stamp` changes whenever rows or files changed.

    `problem` is not empty when the entry cannot be used (no identifier, not an object …): it is reported and skipped.
    """

    id: str
    raw: Mapping[str, Any]
    data_stamp: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class RecordPage:
    """A page of the listing. `total`: records in the whole listing as the source states it, None if it does not."""

    records: tuple[RawRecord, ...]
    total: int | None


@dataclass(frozen=True, slots=True)
class FieldRecord:
    """One information item (信息项) as the source states it; empty labels mean that nothing was stated.

    `name` is the column as delivered; `titles` and `descriptions` are texts for people by language.
    """

    name: str
    title: str = ""
    type_label: str = ""
    description: str = ""
    share_label: str = ""
    open_label: str = ""
    secret_label: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)
    descriptions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Increments:
    """How the rows of a table may be asked for in part, and how parts become the whole table again.

    `key_columns` tell one row from another (none: rows cannot be merged). `has_mark`: rows carry a time stamp or sequence
    by which later ones are found. `is_whole`: the source holds the whole table, so that a key it lacks is a deleted row;
    otherwise it holds changes alone. Keys are compared after so many runs or days; 0 is never.
    """

    key_columns: tuple[str, ...] = ()
    has_mark: bool = False
    is_whole: bool = True
    compare_every_runs: int = 0
    compare_every_days: int = 0


@dataclass(frozen=True, slots=True)
class TablePart:
    """Rows to be fetched page by page. `locator` is for the source alone. Text names as in `DatasetRecord`.

    `increments`: the source is a `harvesters.protocols.IncrementalSource` and tells changes of this table.
    """

    key: str
    names: Mapping[str, str]
    locator: Mapping[str, Any]
    row_count: int | None = None
    increments: Increments | None = None
    particulars: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FilePart:
    """A file to be fetched. `format_label` and `file_name` are claims; readers look at the content.

    `coordinate_system`: of a layer, in the source's words; empty: nothing was stated.
    """

    key: str
    names: Mapping[str, str]
    locator: Mapping[str, Any]
    file_name: str
    format_label: str = ""
    size_bytes: int | None = None
    sha256: str = ""
    coordinate_system: str = ""
    particulars: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LinkPart:
    """A file or service elsewhere that is never fetched: published as a link, marked as not checked."""

    key: str
    names: Mapping[str, str]
    url: str
    format_label: str = ""
    language_label: str = ""
    descriptions: Mapping[str, str] = field(default_factory=dict)
    particulars: Mapping[str, str] = field(default_factory=dict)


Part = TablePart | FilePart | LinkPart


ENTRY_ONLY = "entry_only"


@dataclass(frozen=True, slots=True)
class DatasetRecord:
    """A raw record after the source's pure mapping. Instants are ISO 8601 strings; blank means not stated.

    `standing` is "" or ENTRY_ONLY: the source catalogues the resource and has no data of it; it counts, and is never
    published. `particulars`: what the source says besides, under its own names, of the dataset or of one part.
    """

    id: str
    titles: Mapping[str, str]
    descriptions: Mapping[str, str]
    publisher_names: Mapping[str, str]
    publisher_code: str = ""
    resource_code: str = ""
    theme_labels: tuple[str, ...] = ()
    keywords: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    update_cycle_label: str = ""
    licence_label: str = ""
    share_label: str = ""
    open_label: str = ""
    open_condition: str = ""
    secret_label: str = ""
    grade_label: str = ""
    class_label: str = ""
    level_label: str = ""  # which level of government owns it
    owner: str = ""
    approver: str = ""
    basis: str = ""
    created: str = ""
    modified: str = ""
    fields: tuple[FieldRecord, ...] = ()
    parts: tuple[Part, ...] = ()
    standing: str = ""
    particulars: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RowNote:
    """Something done to cells or rows on the way: a reason code, the column concerned, how many. Never a value."""

    code: str
    subject: str = ""
    count: int | None = None


@dataclass(frozen=True, slots=True)
class RowBatch:
    """Rows of one table page: every row has as many cells as `columns`; None is null. At most some thousand rows.

    `fields`: what the source's database declares of the columns, under their names; `type_label` is its name of the type, and
    a column of a text type has empty texts that are no nulls. Empty: nothing is declared, types are found in the values.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    fields: tuple[FieldRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangeBatch:
    """Rows that are new, changed or deleted; all of them when the whole table was asked for.

    `marks`: for each row a text that sorts as the rows came to be ("" where nothing tells). `gone`: whether the row says
    that its key was deleted. `mark`: from where the next run may ask. `notes`: what was done to the cells of this batch.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    marks: tuple[str, ...]
    gone: tuple[bool, ...]
    mark: str
    notes: tuple[RowNote, ...] = ()
