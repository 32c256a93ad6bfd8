"""The seams of the package: what a source offers, and the HTTP client it is handed."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Literal, Protocol, runtime_checkable

from harvesters.records import ChangeBatch, DatasetRecord, FilePart, RawRecord, RecordPage, RowBatch, TablePart


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole, size-capped HTTP answer. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


@dataclass(frozen=True, slots=True)
class Signed:
    """What proves who asks, for one attempt: further headers, and parameters that are added to the query."""

    headers: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)


class Stream(Protocol):
    """An answer read in chunks; the client enforces size cap and timeouts while it is read."""

    status: int
    headers: Mapping[str, str]

    def chunks(self) -> Iterator[bytes]: ...


class Transport(Protocol):
    """The guarded HTTP client. Raises RetryLater, StopRun or TooLarge (harvesters.errors), nothing of its own library.

    It retries idempotent requests by itself; `sign` is asked anew for every attempt, so that no time stamp or nonce is
    sent twice. An answer of any status is returned, not raised.
    """

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        sign: Callable[[], Signed] | None = None,
        json: object | None = None,
        max_bytes: int | None = None,
    ) -> Reply: ...

    def stream(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        sign: Callable[[], Signed] | None = None,
        max_bytes: int | None = None,
    ) -> AbstractContextManager[Stream]: ...


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row of a spreadsheet. `number` as the spreadsheet shows it; blank cells are "", those at its end left out.

    `faults`: 0-based columns whose cell is an error or a formula without a stored value: they look blank and are not.
    """

    number: int
    cells: tuple[str, ...]
    is_hidden: bool = False
    faults: tuple[int, ...] = ()


class SheetRows(Protocol):
    """One sheet. Every cell of a merged range holds its value; of several blank rows in a row one is there."""

    @property
    def name(self) -> str: ...

    @property
    def is_hidden(self) -> bool: ...

    @property
    def row_count(self) -> int: ...

    @property
    def hidden_columns(self) -> frozenset[int]: ...

    def rows(self) -> Iterator[SheetRow]:
        """The rows from the top, as often as asked, never all in memory."""
        ...


class SheetReader(Protocol):
    """Opens spreadsheets for a source that must not open them itself: in a child process with limits.

    Takes the bytes of an .xlsx, .xls or delimited text file (by content; the name is for messages). Raises StopRun
    with the reason in words. What it gives is gone when the block is left.
    """

    def opened(self, chunks: Iterable[bytes], file_name: str) -> AbstractContextManager[tuple[SheetRows, ...]]: ...


@dataclass(frozen=True, slots=True)
class Orphan:
    """Something delivered that belongs to no record. `kind`: what; `place`: file, sheet and row, never a cell."""

    kind: Literal["item", "file", "hidden", "twice"]
    place: str


@runtime_checkable
class TellsOrphans(Protocol):
    """A source that knows, once its listing was read, what was left over: items without a resource, unnamed files."""

    @property
    def orphans(self) -> tuple[Orphan, ...]:
        """Of the last listing, bounded; `orphan_counts` has the whole numbers."""
        ...

    @property
    def orphan_counts(self) -> Mapping[str, int]: ...


class Source(Protocol):
    """One registered source. The constructor does no I/O; every method may raise the errors of `harvesters.errors`."""

    @property
    def notes(self) -> tuple[str, ...]:
        """Oddities of the source that were tolerated so far (JSON encoded twice …), for the run's report; bounded."""
        ...

    def check(self) -> str:
        """Reach the source once; a sentence that says what was found."""
        ...

    def list_records(self) -> Iterator[RecordPage]:
        """All entries, page by page, in a stable order. Ends only when the listing is whole, else raises StopRun."""
        ...

    def map_record(self, raw: RawRecord) -> DatasetRecord:
        """Pure. Raises SkipRecord when the entry cannot be understood."""
        ...

    def fetch_rows(self, part: TablePart) -> Iterator[RowBatch]:
        """All rows of a table; raises SkipRecord or StopRun rather than end early."""
        ...

    def fetch_file(self, part: FilePart) -> AbstractContextManager[Iterator[bytes]]:
        """The file's bytes in chunks; a truncated transfer raises."""
        ...


@runtime_checkable
class IncrementalSource(Source, Protocol):
    """A source that can tell what changed in a table whose part has `increments`."""

    def fetch_changes(self, part: TablePart, since: str) -> Iterator[ChangeBatch]:
        """Rows since the mark of an earlier run and some before it, for late commits; "" asks for all.

        At least one batch comes, so that the columns are known; errors as for `fetch_rows`.
        """
        ...

    def fetch_keys(self, part: TablePart) -> Iterator[RowBatch]:
        """The key columns of all rows that are there now, in any order."""
        ...
