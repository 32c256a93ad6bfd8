"""The `dcat` source: every dataset of a feed, never less than whole."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from harvesters.answers import Notes, check_status, read_json, refuse_html
from harvesters.dcat.config import DcatConfig
from harvesters.dcat.contexts import Contexts
from harvesters.dcat.from_rdf import identifier_of
from harvesters.dcat.mapping import DATA_JSON, ENTRY, FORM, data_stamp, describe, map_description
from harvesters.dcat.rdf import read_graph
from harvesters.errors import RetryLater, SkipRecord, StopRun, TooLarge
from harvesters.protocols import Reply, Transport
from harvesters.records import DatasetRecord, FilePart, RawRecord, RecordPage, RowBatch, TablePart
from harvesters.texts import text_of
from harvesters.web_files import open_web_file

_ATTEMPTS = 4
_MOST_PAGES = 10_000
_LONGEST_ID = 300
_ACCEPT = "text/turtle, application/ld+json;q=0.9, application/rdf+xml;q=0.8, application/json;q=0.7"
_CONTEXT_BYTES = 1 << 20
_XML_TYPES = ("application/rdf+xml", "application/xml", "text/xml")


@dataclass(frozen=True, slots=True)
class _Page:
    entries: tuple[object, ...]
    total: int | None
    following: tuple[str, ...]
    form: str


class DcatSource:
    """A registered feed. The constructor does no I/O.

    A feed is one document, or pages that Hydra links (`hydra:next`). Pages must lie on the feed's own host, and their
    datasets must add up to the stated total (`hydra:totalItems`).
    """

    def __init__(
        self, name: str, config: DcatConfig, transport: Transport, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._name = name
        self._config = config
        self._transport = transport
        self._sleep = sleep
        self._notes = Notes()
        self._contexts = Contexts(self._fetch_context)

    @property
    def notes(self) -> tuple[str, ...]:
        return self._notes.all

    def check(self) -> str:
        page = self._page(self._config.base_url)
        more = f" of {page.total:,}" if page.total is not None else ""
        return f"{self._config.base_url} answers and its first page describes {len(page.entries):,}{more} datasets."

    def list_records(self) -> Iterator[RecordPage]:
        address, seen, pages = self._config.base_url, set[str](), set[str]()
        position, total = 0, None
        while address:
            if address in pages or len(pages) >= _MOST_PAGES:
                raise StopRun(f"The pages of source {self._name!r} do not end; {address[:200]} comes again. Run again.")
            pages.add(address)
            page = self._page(address)
            total = page.total if page.total is not None else total
            records = tuple(
                _raw_record(entry, page.form, position + n, seen) for n, entry in enumerate(page.entries, 1)
            )
            position += len(records)
            address = self._following(address, page)
            is_last = not address
            if is_last and total is not None and position != total:
                raise StopRun(
                    f"The feed of source {self._name!r} states {total:,} datasets and describes {position:,}; "
                    "it changed while it was read, or a page is missing. Run again."
                )
            yield RecordPage(records=records, total=total if total is not None or not is_last else position)

    def map_record(self, raw: RawRecord) -> DatasetRecord:
        return map_description(raw, self._config)

    def fetch_rows(self, part: TablePart) -> Iterator[RowBatch]:
        raise SkipRecord(f"A DCAT feed has no rows to be fetched for {part.key!r}.")

    def fetch_file(self, part: FilePart) -> AbstractContextManager[Iterator[bytes]]:
        return open_web_file(self._transport, part)

    def _following(self, address: str, page: _Page) -> str:
        addresses = {urljoin(address, following) for following in page.following} - {address}
        if len(addresses) > 1:
            raise StopRun(f"The feed of source {self._name!r} names several next pages after {address[:200]}.")
        following = next(iter(addresses), "")
        if following and urlsplit(following).netloc != urlsplit(self._config.base_url).netloc:
            raise StopRun(
                f"The feed of source {self._name!r} goes on at {urlsplit(following).netloc}; that is not followed."
            )
        return following

    def _page(self, address: str) -> _Page:
        reply = self._asked(address, _ACCEPT, self._config.page_bytes)
        where = _where(address)
        check_status(reply.status, where, after=reply.headers.get("retry-after", ""))
        content_type = reply.headers.get("content-type", "")
        refuse_html(reply.body, content_type, where)
        syntax = self._config.syntax if self._config.syntax != "auto" else _syntax(reply.body, content_type)
        if syntax in {"json_ld", "data_json"}:
            value = read_json(reply, where, self._notes)
            if self._config.syntax == "data_json" or (self._config.syntax == "auto" and _is_data_json(value)):
                return _data_json_page(value, where)
        found = read_graph(reply.body, syntax, address, self._contexts)
        return _Page(found.datasets, found.total, found.following, "rdf")

    def _fetch_context(self, address: str) -> object:
        reply = self._asked(address, "application/ld+json, application/json;q=0.9", _CONTEXT_BYTES)
        return read_json(reply, _where(address), self._notes)

    def _asked(self, address: str, accept: str, max_bytes: int) -> Reply:
        attempt = 0
        while True:
            attempt += 1
            try:
                return self._transport.request("GET", address, headers={"accept": accept}, max_bytes=max_bytes)
            except TooLarge as error:
                raise StopRun(f"{error} Ask the publisher for a paged feed, or raise page_bytes.") from error
            except RetryLater as error:
                if error.is_tried or attempt >= _ATTEMPTS:
                    raise
                self._sleep(min(30.0, error.after_s or 0.5 * 2**attempt))


def _where(address: str) -> str:
    split = urlsplit(address)
    return f"{split.hostname}{split.path}"


def _syntax(body: bytes, content_type: str) -> str:
    start = body[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
    kind = content_type.partition(";")[0].strip().lower()
    if start.startswith((b"{", b"[")):
        return "json_ld"
    if start.startswith((b"<?xml", b"<rdf:", b"<RDF")) or kind in _XML_TYPES:
        return "rdf_xml"
    return "turtle"


def _is_data_json(value: object) -> bool:
    """Whether this is a `data.json`: datasets in a list, with plain names instead of addresses or prefixes."""
    datasets = value.get("dataset") if isinstance(value, Mapping) else None
    conforms = str(value.get("conformsTo", "")) if isinstance(value, Mapping) else ""
    return isinstance(datasets, list) and ("project-open-data" in conforms or "@graph" not in value)  # type: ignore[operator]


def _data_json_page(value: object, where: str) -> _Page:
    datasets = value.get("dataset") if isinstance(value, Mapping) else value
    if not isinstance(datasets, list):
        raise StopRun(f"{where} answered with JSON that lists no datasets (`dataset`); is this a data.json?")
    return _Page(tuple(datasets), None, (), DATA_JSON)


def _raw_record(entry: object, form: str, position: int, seen: set[str]) -> RawRecord:
    """An entry as a record; one without an identifier, or with one that came before, is a problem and named."""
    where = f"Entry {position:,} of the feed"
    if not isinstance(entry, Mapping):
        return RawRecord("", {}, "", problem=f"{where} is not an object.")
    identifier = text_of(entry, "identifier") if form == DATA_JSON else identifier_of(dict(entry))
    raw = {FORM: form, ENTRY: entry}
    if not identifier or len(identifier) > _LONGEST_ID:
        return RawRecord("", raw, "", problem=f"{where} has no identifier of up to {_LONGEST_ID} characters.")
    if identifier in seen:
        return RawRecord("", raw, "", problem=f"{where} has the identifier {identifier[:80]!r} of an entry before it.")
    seen.add(identifier)
    return RawRecord(identifier, raw, data_stamp(describe(RawRecord(identifier, raw, ""))))
