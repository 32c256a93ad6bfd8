"""The `ckan` source: every package of a CKAN, never less than whole."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager

from harvesters.ckan.config import CkanConfig
from harvesters.ckan.datastore import PAGE_ROWS, read_rows
from harvesters.ckan.mapping import data_stamp, map_package
from harvesters.ckan.session import CkanActions
from harvesters.errors import RetryLater, SkipRecord, StopRun
from harvesters.protocols import Transport
from harvesters.records import DatasetRecord, FilePart, RawRecord, RecordPage, RowBatch, TablePart
from harvesters.web_files import open_web_file

_ATTEMPTS = 4
_EMPTY_PAGE_TRIES = 3


class CkanSource:
    """A registered CKAN. The constructor does no I/O.

    There is no limit to the depth of the listing. `package_search` gives whole packages, so an unchanged catalogue
    costs one request per page; `metadata_modified` is part of the data stamp, so only what changed is worked on.
    """

    def __init__(
        self,
        name: str,
        config: CkanConfig,
        secret: Mapping[str, str],
        transport: Transport,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._name = name
        self._config = config
        self._transport = transport
        self._sleep = sleep
        self._actions = CkanActions(config.base_url, secret.get("api_key", ""), transport)

    @property
    def notes(self) -> tuple[str, ...]:
        return self._actions.notes.all

    def check(self) -> str:
        by_name = self._config.listing == "list"
        count = len(self._names()) if by_name else _count(self._call("package_search", rows=0), self._name)
        return f"{self._config.base_url} answers and lists {count:,} packages."

    def list_records(self) -> Iterator[RecordPage]:
        return self._listed_by_name() if self._config.listing == "list" else self._searched()

    def map_record(self, raw: RawRecord) -> DatasetRecord:
        return map_package(raw, self._config)

    def fetch_rows(self, part: TablePart) -> Iterator[RowBatch]:
        resource = str(part.locator.get("resource_id", ""))
        if not resource:
            raise SkipRecord(f"A CKAN has no rows to be fetched for {part.key!r}.")

        def ask(offset: int) -> object:
            asked = {"resource_id": resource, "limit": PAGE_ROWS, "offset": offset, "sort": "_id"}
            return self._call("datastore_search", record_id=resource, **asked)

        return read_rows(ask, resource)

    def fetch_file(self, part: FilePart) -> AbstractContextManager[Iterator[bytes]]:
        return open_web_file(self._transport, part)

    def _searched(self) -> Iterator[RecordPage]:
        """Pages of `package_search`. A server gives fewer rows than asked where it caps them, so rows are counted."""
        seen: set[str] = set()
        start = total = 0
        while True:
            before = total
            packages, total = self._search_page(start)
            if total < before:
                raise StopRun(
                    f"The listing of source {self._name!r} shrank from {before:,} to {total:,} packages while it was "
                    "read and may have skipped some. Run again."
                )
            if not packages:
                break
            records = tuple(_raw_record(package, start + n) for n, package in enumerate(packages, 1))
            repeated = [record.id for record in records if record.id and record.id in seen]
            if repeated:
                raise StopRun(
                    f"The listing of source {self._name!r} repeats {repeated[0][:80]!r} at position {start + 1:,}; "
                    "it changed while it was read, or a page repeats. Run again."
                )
            seen.update(record.id for record in records if record.id)
            start += len(records)
            yield RecordPage(records=records, total=total)
            if start >= total:
                break

    def _search_page(self, start: int) -> tuple[list[object], int]:
        total = 0
        for attempt in range(_EMPTY_PAGE_TRIES):
            result = self._call("package_search", rows=self._config.page_size, start=start, sort="name asc")
            total = _count(result, self._name)
            packages = result.get("results") if isinstance(result, Mapping) else None
            if not isinstance(packages, list):
                raise StopRun(f"package_search of source {self._name!r} gives no list of results.")
            if packages or start >= total:
                return packages, total
            self._sleep(0.5 * 2**attempt)
        raise StopRun(
            f"The listing of source {self._name!r} is empty from {start:,} on although {total:,} packages are stated; "
            f"asked {_EMPTY_PAGE_TRIES} times."
        )

    def _listed_by_name(self) -> Iterator[RecordPage]:
        names = self._names()
        size = self._config.page_size
        for start in range(0, len(names), size):
            records = tuple(self._shown(name) for name in names[start : start + size])
            yield RecordPage(records=records, total=len(names))

    def _names(self) -> tuple[str, ...]:
        result = self._call("package_list")
        if not isinstance(result, list) or not all(isinstance(name, str) for name in result):
            raise StopRun(f"package_list of source {self._name!r} gives no list of names.")
        if len(set(result)) != len(result):
            raise StopRun(f"package_list of source {self._name!r} names a package twice.")
        return tuple(result)

    def _shown(self, name: str) -> RawRecord:
        try:
            return _raw_record(self._call("package_show", record_id=name, id=name), None, name=name)
        except SkipRecord as error:
            return RawRecord("", {"name": name}, "", problem=str(error))

    def _call(self, action: str, *, record_id: str = "", **parameters: object) -> object:
        attempt = 0
        while True:
            attempt += 1
            try:
                return self._actions.call(action, record_id=record_id, **parameters)
            except RetryLater as error:
                if error.is_tried or attempt >= _ATTEMPTS:
                    raise
                self._sleep(min(30.0, error.after_s or 0.5 * 2**attempt))


def _count(result: object, name: str) -> int:
    count = result.get("count") if isinstance(result, Mapping) else None
    if isinstance(count, bool) or not isinstance(count, int) or count < 0:
        raise StopRun(f"package_search of source {name!r} does not state how many packages there are.")
    return count


def _raw_record(package: object, position: int | None, name: str = "") -> RawRecord:
    where = f"Package {name[:80]!r}" if position is None else f"Entry {position:,} of the listing"
    if not isinstance(package, Mapping):
        return RawRecord("", {}, "", problem=f"{where} is not an object.")
    identifier = package.get("id")
    if not isinstance(identifier, str) or not identifier.strip() or len(identifier) > 300:
        return RawRecord("", package, "", problem=f"{where} has no identifier (id).")
    return RawRecord(identifier.strip(), package, data_stamp(package))
