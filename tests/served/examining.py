"""The gate's own scan over what was served or lies behind the doors, and what a stored verdict let out of it."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from portal.gate.content import content_reason
from portal.inspect import scan_table, scan_texts
from portal.inspect.cells import examine
from portal.inspect.prefilter import suspects
from portal.kernel.findings import Finding
from tests.served.crawl import Served
from tests.served.opening import Grid, Opened, open_body, spelled
from tests.served.planted import planted_in, planted_in_bytes

# Digests, signatures, entity tags, our own ids and cursors are made of digits by chance; nothing was written into them.
_MADE = re.compile(
    r"(?i:x-request-id: |request_id[\"=:]{1,3})[0-9a-f]{16}\b|\A(?=[0-9]*[a-f])[0-9a-f]{16}\Z|\Aratelimit: .*"
    r"|\b(?:[0-9a-f]{128}|[0-9a-f]{64}|[0-9a-f]{32}|sha-256=:[^:]*:|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(?:Z|[+-][0-9:]+)?)"
    r"|(?:(?<=[/\"=:@ ])|\A(?=[a-z]*[2-7])(?=[2-7]*[a-z]))[2-7a-z]{16}(?:@v[0-9]+)?(?![0-9a-z])"
    r"|cursor=[\w%.-]+|(?<![0-9a-z])v[0-9]+-"
)
_THOUSANDS = re.compile(r"(?<=\d)[, ](?=\d{3}\b)")


@dataclass(frozen=True, order=True)
class Leak:
    """What should not have been found: where, and by which rule (or `planted`), with the column or the kind of text."""

    where: str
    rule: str
    column: str = ""
    dataset_id: str = ""


@dataclass(frozen=True)
class Allowance:
    """What stored verdicts let out: a signed permission or a reviewer's release of a finding, by dataset, rule, column."""

    entries: frozenset[tuple[str, str, str]] = frozenset()

    def covers(self, dataset_id: str, rule: str, column: str | None) -> bool:
        return any(
            (not dataset_id or dataset == dataset_id) and known == rule and (column is None or subject == column)
            for dataset, known, subject in self.entries
        )


@dataclass
class Examination:
    """Takes whatever can be read, and tells at the end what leaked. `own`: texts of the portal itself, which are no data.
    `traces`: planted values besides those of the sample platform."""

    allowed: Allowance = field(default_factory=Allowance)
    own: frozenset[str] = frozenset()
    traces: tuple[str, ...] = ()
    leaks: set[Leak] = field(default_factory=set)
    used: set[tuple[str, str, str]] = field(default_factory=set)
    count: int = 0
    _texts: dict[str, dict[str, tuple[str, str]]] = field(
        default_factory=dict
    )  # text → kind of place → where first, whose
    _cells: dict[str, set[str]] = field(default_factory=dict)  # dataset → cells of its whole tables
    _slices: list[tuple[str, str, Grid]] = field(default_factory=list)
    _tables: dict[str, list["_Scanned"]] = field(default_factory=dict)  # dataset → its different tables
    _waiting: list[tuple[str, pl.DataFrame, str]] = field(default_factory=list)
    _scanned: set[tuple[str, bytes]] = field(default_factory=set)

    def take(self, served: Served) -> None:
        """An answer of a door: its address is the asker's own, its headers and its body are not."""
        body = served.reply.body.replace(served.reply.headers.get("x-request-id", "-").encode(), b"")
        is_answer = served.reply.status < 400
        name = served.name if is_answer else ""
        self.take_text(served.address, served.reply.head, served.dataset_id)
        self.take_file(served.address, body, served.reply.mimetype, served.dataset_id, name)

    def take_file(self, where: str, body: bytes, mimetype: str = "", dataset_id: str = "", name: str = "") -> None:
        """Bytes of any kind."""
        self.count += 1
        key = (dataset_id, body)
        if not body or key in self._scanned:
            return
        self._scanned.add(key)
        self._planted(where, planted_in_bytes(body, self.traces), dataset_id, "bytes")
        self.take_opened(where, open_body(name, mimetype, body), dataset_id)

    def take_opened(self, where: str, opened: Opened, dataset_id: str = "") -> None:
        for place, text in opened.texts.items():
            self.take_text(f"{where} {place}", text, dataset_id)
        self._waiting += [(where, table, dataset_id) for table in opened.tables]
        self._slices += [(where, dataset_id, grid) for grid in opened.slices]

    def take_text(self, where: str, text: str, dataset_id: str = "") -> None:
        for line in text.splitlines():
            if line.strip() and line not in self.own:
                kind = "door" if where.startswith("/") else where.split(" ", 1)[0]
                self._texts.setdefault(line, {}).setdefault(kind, (where, dataset_id))

    def lines(self) -> frozenset[str]:
        """Every line of every text that was taken, cells of shown tables included."""
        return frozenset(self._texts) | {cell for _, _, grid in self._slices for row in grid for cell in row}

    def finish(self) -> list[Leak]:
        """All leaks, once each."""
        for where, table, dataset_id in sorted(self._waiting, key=_is_typed):  # as text first: all rules look at that
            self._table(where, table, dataset_id)
        self._waiting.clear()
        for where, dataset_id, grid in self._slices:
            known = self._cells.get(dataset_id, set())
            for cell in (cell for row in grid for cell in row):
                if not {cell, _THOUSANDS.sub("", cell)} & known:
                    self.take_text(f"{where} cell of a table", cell, dataset_id)
        for text, places in self._texts.items():
            found = planted_in(text, self.traces)
            for where, dataset_id in places.values():
                self._planted(where, found, dataset_id, "text")
        for text, finding in self._findings_of_texts():
            for where, dataset_id in self._texts[text].values():
                self._judge(where, finding, dataset_id, None)
        return sorted(self.leaks)

    def _findings_of_texts(self) -> Iterator[tuple[str, Finding]]:
        shown: dict[str, list[str]] = {}  # what is judged → the texts that say it
        for text, places in self._texts.items():
            owners = {dataset_id for _, dataset_id in places.values()}
            if not all(text.strip() in self._cells.get(owner, ()) for owner in owners):  # else judged with its column
                shown.setdefault(_MADE.sub(" ", text), []).append(text)
        for plain in _counted(suspects(pl.Series(list(shown), dtype=pl.String)).unique().to_list()):
            for finding in scan_texts({"text": plain}, digest="served").findings:
                yield from ((text, finding) for text in shown[plain])

    def _table(self, where: str, table: pl.DataFrame, dataset_id: str) -> None:
        """A table of values that were scanned already, in another format, is told of and not scanned again."""
        cells = {
            n: frozenset(spelled(value) for value in table.get_column(n).unique().to_list()) for n in table.columns
        }
        known = self._tables.setdefault(dataset_id, [])
        scanned = next((one for one in known if (one.height, one.cells) == (table.height, cells)), None)
        if scanned is None:
            scanned = self._scan(table, cells)
            known.append(scanned)
        self._cells.setdefault(dataset_id, set()).update(*cells.values())
        for name in table.columns:
            self._planted(f"{where} column {name}", scanned.planted.get(name, ()), dataset_id, name)
            self.take_text(f"{where} column name", name, dataset_id)
        if not scanned.is_whole:
            self.leaks.add(Leak(where, "not scanned whole", "", dataset_id))
        for finding in scanned.findings:
            self._judge(where, finding, dataset_id, finding.column)

    def _scan(self, table: pl.DataFrame, cells: Mapping[str, frozenset[str]]) -> "_Scanned":
        with TemporaryDirectory() as directory:
            path = Path(directory) / "served.parquet"
            table.write_parquet(path)
            found = scan_table(path, digest="served")
        planted = {name: planted_in("\n".join(values), self.traces) for name, values in cells.items()}
        is_whole = found.is_complete and found.rows_scanned == table.height
        return _Scanned(table.height, cells, found.findings, planted, is_whole)

    def _judge(self, where: str, finding: Finding, dataset_id: str, column: str | None) -> None:
        if content_reason(finding).severity not in {"hold", "refuse"}:
            return
        if self.allowed.covers(dataset_id, finding.rule, column):
            self.used.add((dataset_id, finding.rule, column or ""))
        else:
            self.leaks.add(Leak(where, finding.rule, column or finding.place, dataset_id))

    def _planted(self, where: str, found: Iterable[str], dataset_id: str, column: str) -> None:
        if any(True for _ in found):
            self.leaks.add(Leak(where, "planted", column, dataset_id))


@dataclass(frozen=True)
class _Scanned:
    """A table that was scanned. `planted`: column → planted values in it."""

    height: int
    cells: Mapping[str, frozenset[str]]
    findings: tuple[Finding, ...]
    planted: Mapping[str, Sequence[str]]
    is_whole: bool


def _is_typed(waiting: tuple[str, pl.DataFrame, str]) -> bool:
    return any(kind != pl.String for kind in waiting[1].dtypes)


def _counted(texts: Sequence[str]) -> Iterator[str]:
    """Those in which some rule counts anything at all, found by halves: a look costs nearly the same at one and at many."""
    if not texts or not any(examine(pl.Series(texts, dtype=pl.String)).cells.values()):
        return
    if len(texts) == 1:
        yield texts[0]
        return
    middle = len(texts) // 2
    yield from _counted(texts[:middle])
    yield from _counted(texts[middle:])


def allowance_of(verdicts: Iterable[tuple[str, object]]) -> Allowance:
    """From pairs (dataset id, reasons of the verdict under which a version was published)."""
    entries = set()
    for dataset_id, reasons in verdicts:
        for reason in _reasons(reasons):
            code, subject = str(reason["code"]), str(reason["subject"])
            if code == "finding_allowed":
                column, rule, _ = subject.split(" · ", 2)
                entries.add((dataset_id, rule, column))
            elif code.startswith("found_") and code != "found_serial_number":
                entries.add((dataset_id, code.removeprefix("found_"), subject))
    return Allowance(frozenset(entries))


def _reasons(value: object) -> list[Mapping[str, object]]:
    found = json.loads(value) if isinstance(value, str) else value
    assert isinstance(found, list)
    return found
