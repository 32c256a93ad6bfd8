"""The seams of the package: what a source offers, and the HTTP client it is handed."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from harvesters.records import DatasetRecord, FilePart, RawRecord, RecordPage, RowBatch, TablePart


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
