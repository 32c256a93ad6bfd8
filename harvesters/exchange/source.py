"""The `exchange` source: listing, rows and files of a platform, never less than whole."""

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime

from harvesters.errors import SkipRecord, StopRun
from harvesters.exchange.config import ExchangeConfig
from harvesters.exchange.connection import Connection
from harvesters.exchange.mapping import data_stamp, map_item
from harvesters.exchange.rows import RowPages
from harvesters.protocols import Transport
from harvesters.records import DatasetRecord, FilePart, RawRecord, RecordPage, RowBatch, TablePart
from harvesters.transfer import checked_chunks

_EMPTY_PAGE_TRIES = 3
_MOST_PAGES = 100_000


def _now() -> datetime:
    return datetime.now(UTC)


class ExchangeSource:
    """A registered exchange platform. The constructor does no I/O."""

    def __init__(
        self,
        name: str,
        config: ExchangeConfig,
        secret: Mapping[str, str],
        transport: Transport,
        *,
        clock: Callable[[], datetime] = _now,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._name = name
        self._config = config
        self._sleep = sleep
        self._connection = Connection(config, secret, transport, clock=clock, sleep=sleep)

    @property
    def notes(self) -> tuple[str, ...]:
        return self._connection.notes.all

    def check(self) -> str:
        data = self._page(1, 1)
        total = _total(data, self._place(1))
        return f"{self._config.base_url} answers and lists {total:,} resources."

    def list_records(self) -> Iterator[RecordPage]:
        seen: set[str] = set()
        pages: set[str] = set()
        counted = 0
        total = 0
        for number in range(1, _MOST_PAGES):
            before = total
            items, total = self._items(number, counted)
            if total < before:
                raise StopRun(
                    f"{self._place(number)} states {total:,} resources, the page before {before:,}: "
                    "the listing changed while it was read and may have skipped some. Run again."
                )
            if counted >= total and not items:
                break
            records = tuple(_raw_record(item, number, position) for position, item in enumerate(items, 1))
            digest = hashlib.sha256(repr([(r.id, r.data_stamp, r.problem) for r in records]).encode()).hexdigest()
            if digest in pages or (records and all(r.id in seen for r in records)):
                raise StopRun(f"{self._place(number)} repeats an earlier page; the listing cannot be trusted.")
            pages.add(digest)
            fresh = _without_repeats(records, seen)
            counted += len(fresh)
            yield RecordPage(records=fresh, total=total)
            if counted >= total:
                break
            if len(items) < self._config.page_size:
                raise StopRun(
                    f"{self._place(number)} ends the listing after {counted:,} of {total:,} resources; "
                    "it changed while it was read, or the platform hides some. Run again."
                )

    def map_record(self, raw: RawRecord) -> DatasetRecord:
        return map_item(raw, language=self._config.language)

    def fetch_rows(self, part: TablePart) -> Iterator[RowBatch]:
        pages = RowPages(
            connection=self._connection, part=part, page_size=self._config.row_page_size, sleep=self._sleep
        )
        return pages.batches()

    @contextmanager
    def fetch_file(self, part: FilePart) -> Iterator[Iterator[bytes]]:
        path = part.locator.get("path")
        record_id = str(part.locator.get("record_id", ""))
        if not isinstance(path, str) or not path.startswith("/"):
            raise SkipRecord(f"The file {part.file_name!r} has no address on the platform.", record_id=record_id)
        with self._connection.download(path, record_id=record_id) as chunks:
            yield checked_chunks(chunks, part, record_id=record_id)

    def _items(self, number: int, counted: int) -> tuple[list[object], int]:
        """The entries of a page and the stated total. An empty page before the total is asked for again."""
        for attempt in range(_EMPTY_PAGE_TRIES):
            data = self._page(number, self._config.page_size)
            total = _total(data, self._place(number))
            items = data.get("items")
            if not isinstance(items, list):
                raise StopRun(f"{self._place(number)} has no list of resources.")
            if items or counted >= total:
                return items, total
            self._sleep(0.5 * 2**attempt)
        raise StopRun(
            f"{self._place(number)} is empty although {counted:,} of {total:,} resources were listed; "
            f"asked {_EMPTY_PAGE_TRIES} times."
        )

    def _page(self, number: int, size: int) -> Mapping[str, object]:
        return self._connection.call("/api/v1/resources", {"pageNum": str(number), "pageSize": str(size)})

    def _place(self, number: int) -> str:
        return f"Page {number} of the listing of source {self._name!r}"


def _total(data: Mapping[str, object], where: str) -> int:
    total = data.get("total")
    if isinstance(total, bool) or not isinstance(total, int) or total < 0:
        raise StopRun(f"{where} does not state how many resources there are.")
    return total


def _raw_record(item: object, page: int, position: int) -> RawRecord:
    if not isinstance(item, Mapping):
        return RawRecord("", {}, "", problem=f"Entry {position} of page {page} is not an object.")
    identifier = item.get("resourceId")
    if not isinstance(identifier, str) or not identifier.strip():
        return RawRecord("", item, "", problem=f"Entry {position} of page {page} has no identifier (resourceId).")
    if len(identifier) > 300:
        return RawRecord(
            "", item, "", problem=f"Entry {position} of page {page} has an identifier over 300 characters."
        )
    return RawRecord(identifier.strip(), item, data_stamp(item))


def _without_repeats(records: tuple[RawRecord, ...], seen: set[str]) -> tuple[RawRecord, ...]:
    """Records not listed on an earlier page; an identifier that is twice on this page makes the later one a problem."""
    here: set[str] = set()
    fresh = []
    for record in records:
        if record.id and record.id in here:
            problem = f"The identifier {record.id[:80]!r} is there twice; the first entry counts."
            fresh.append(RawRecord("", record.raw, "", problem=problem))
        elif not record.id or record.id not in seen:
            fresh.append(record)
            here.add(record.id)
    seen.update(here - {""})
    return tuple(fresh)
