"""The `tables` source: read-only tables of an exchange database (前置库)."""

import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import UTC, datetime

from sqlalchemy import Connection

from harvesters.answers import Notes
from harvesters.errors import ConfigError, NotReady, SkipRecord, StopRun
from harvesters.records import ChangeBatch, DatasetRecord, FilePart, RawRecord, RecordPage, RowBatch, TablePart
from harvesters.tables.config import TablesConfig, reading_of
from harvesters.tables.connecting import Database
from harvesters.tables.entries import Entry, identity, read_entries
from harvesters.tables.inspecting import TableShape, inspected, writable
from harvesters.tables.mapping import keys_of, map_entry
from harvesters.tables.marks import zone_of
from harvesters.tables.options import read_reading
from harvesters.tables.probing import Probe, probe, refuse_unfinished, still_moving
from harvesters.tables.reading import TableReader

_PAGE = 50
_LONGEST_ID = 300


def _now() -> datetime:
    return datetime.now(UTC)


class TablesSource:
    """A registered exchange database. The constructor does no I/O; nothing is ever written to the database."""

    def __init__(
        self,
        name: str,
        config: TablesConfig,
        secret: Mapping[str, str],
        *,
        clock: Callable[[], datetime] = _now,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._name = name
        self._config = config
        self._clock = clock
        self._sleep = sleep
        self._notes = Notes()
        self._zone = zone_of(config.time_zone)
        self._moving: dict[str, str] = {}
        self.database = Database(config, secret)

    @property
    def notes(self) -> tuple[str, ...]:
        return self._notes.all

    def check(self) -> str:
        with self.database.reading() as connection:
            entries = read_entries(connection, self._config)
            shapes = self._shapes(connection, entries)
            self._tell_writable(connection, shapes)
        there = sum(1 for entry in entries if str(entry.get("table", "")) in shapes)
        told = f" {self._notes.all[0]}" if self._notes.all else ""
        return f"The database {self._config.place} answers; {there:,} of {len(entries):,} tables are there.{told}"

    def list_records(self) -> Iterator[RecordPage]:
        with self.database.reading() as connection:
            entries = read_entries(connection, self._config)
        self._moving.clear()
        seen: set[str] = set()
        for start in range(0, len(entries), _PAGE):
            page = entries[start : start + _PAGE]
            yield RecordPage(self._page(page, seen, is_first=start == 0), len(entries))
        if not entries:
            yield RecordPage((), 0)

    def map_record(self, raw: RawRecord) -> DatasetRecord:
        return map_entry(raw, self._config)

    def fetch_rows(self, part: TablePart) -> Iterator[RowBatch]:
        with closing(self.fetch_changes(part, "")) as batches:
            for batch in batches:
                rows = tuple(row for row, gone in zip(batch.rows, batch.gone, strict=True) if not gone)
                yield RowBatch(batch.columns, rows)

    def fetch_changes(self, part: TablePart, since: str) -> Generator[ChangeBatch]:
        now = self._clock()
        with self._opened(part) as (connection, reader):
            yield from reader.changes(connection, since, now)

    def fetch_keys(self, part: TablePart) -> Iterator[RowBatch]:
        with self._opened(part) as (connection, reader):
            yield from reader.keys_now(connection)

    def fetch_file(self, part: FilePart) -> AbstractContextManager[Iterator[bytes]]:
        raise SkipRecord(f"An exchange database has tables and no file {part.file_name!r}.")

    @contextmanager
    def _opened(self, part: TablePart) -> Iterator[tuple[Connection, TableReader]]:
        """A read-only transaction on one table; what is configured is checked in it before the first row is asked for."""
        record_id = str(part.locator["record_id"])
        if record_id in self._moving:
            raise NotReady(self._moving[record_id], record_id=record_id)
        with self.database.reading(record_id=record_id, is_stream=True) as connection:
            yield connection, self._reader(connection, part, record_id)

    def _reader(self, connection: Connection, part: TablePart, record_id: str) -> TableReader:
        name = str(part.locator["table"])
        shape = inspected(connection, (name,), self._config.schema).get(name)
        if shape is None:
            raise SkipRecord(f"There is no table {name!r} in the database (any more).", record_id=record_id)
        reading = read_reading(part.locator["reading"])
        refuse_unfinished(connection, shape, reading, record_id)
        keys = tuple(str(key) for key in part.locator["key"])
        if not reading.keys and keys_of(reading, shape.key) != keys:
            raise SkipRecord(f"The primary key of {name!r} changed while the source was read.", record_id=record_id)
        fields = frozenset(str(field) for field in part.locator["fields"])
        return TableReader(record_id, shape, reading, keys, fields, self._zone, self._config.batch_rows)

    def _page(self, entries: tuple[Entry, ...], seen: set[str], *, is_first: bool) -> tuple[RawRecord, ...]:
        """The entries with what their tables look like; looked at twice where nothing else says that they are finished."""
        with self.database.reading() as connection:
            shapes = self._shapes(connection, entries)
            if is_first:
                self._tell_writable(connection, shapes)
        first, problems = self._probed(entries, shapes)
        waits = {identity(entry): self._settle_s(entry) for entry in entries if identity(entry) in first}
        wait_s = max(waits.values(), default=0)
        last = first
        if wait_s:
            self._sleep(wait_s)
            waiting = tuple(entry for entry in entries if waits.get(identity(entry)))
            again, more = self._probed(waiting, shapes)
            problems |= more
            self._moving |= still_moving(first, again)
            last = first | again
        self._moving |= {record_id: found.problem for record_id, found in last.items() if found.problem}
        return tuple(self._record(entry, shapes, last, problems, seen) for entry in entries)

    def _probed(
        self, entries: tuple[Entry, ...], shapes: Mapping[str, TableShape]
    ) -> tuple[dict[str, Probe], dict[str, str]]:
        """(record → probe, record → why its table cannot be used)."""
        probes: dict[str, Probe] = {}
        problems: dict[str, str] = {}
        for entry in entries:
            record_id, shape = identity(entry), shapes.get(str(entry.get("table", "")))
            if shape is None:
                problems[record_id] = f"There is no table {str(entry.get('table', ''))[:80]!r} in the database."
                continue
            try:
                reading = reading_of(self._config, entry)
                with self.database.reading(record_id=record_id, is_stream=True) as connection:
                    probes[record_id] = probe(connection, shape, reading, zone=self._zone, record_id=record_id)
            except (SkipRecord, ConfigError) as error:
                problems[record_id] = str(error)
        return probes, problems

    def _record(
        self,
        entry: Entry,
        shapes: Mapping[str, TableShape],
        probes: Mapping[str, Probe],
        problems: Mapping[str, str],
        seen: set[str],
    ) -> RawRecord:
        record_id = identity(entry)
        if not record_id or len(record_id) > _LONGEST_ID:
            return RawRecord(
                "", dict(entry), "", problem="An entry of the catalogue has no identifier, or one over 300 characters."
            )
        if record_id in seen:
            problem = f"The identifier {record_id[:80]!r} is there twice; the first entry counts."
            return RawRecord("", dict(entry), "", problem=problem)
        seen.add(record_id)
        if record_id in problems:
            return RawRecord(record_id, dict(entry), "", problem=problems[record_id])
        shape = shapes[str(entry["table"])]
        stamp = ("loading:" if record_id in self._moving else "") + probes[record_id].stamp
        return RawRecord(record_id, {"entry": dict(entry), "key": list(shape.key)}, stamp)

    def _settle_s(self, entry: Entry) -> int:
        reading = reading_of(self._config, entry)
        return 0 if reading.batch else reading.settle_s

    def _shapes(self, connection: Connection, entries: tuple[Entry, ...]) -> dict[str, TableShape]:
        names = [str(entry.get("table", "")) for entry in entries]
        return inspected(connection, names, self._config.schema)

    def _tell_writable(self, connection: Connection, shapes: Mapping[str, TableShape]) -> None:
        if not writable(connection, self._config.dialect, shapes):
            return
        warning = (
            f"The account of source {self._name!r} may write to the database. Nothing is ever written, but give it an "
            "account with SELECT alone."
        )
        if self._config.needs_read_only_account:
            raise StopRun(warning)
        self._notes.add(warning)
