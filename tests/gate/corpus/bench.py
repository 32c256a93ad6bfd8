"""The way of a specimen: a delivery goes through every step of a run up to the verdict; then what would be public is read.

Nothing of the portal is replaced: `Drawer` is one more source (protocol `harvesters.protocols.Source`) that holds its
records in memory, the mapping is signed as `portal source mapping sign` does it, and `conduct_record` does the rest.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from harvesters.records import DatasetRecord, FieldRecord, FilePart, Part, RawRecord, RecordPage, RowBatch, TablePart
from portal.catalogue.publication import Publication, page_texts
from portal.db import Database
from portal.db.migrating import migrate
from portal.gate import Admitted
from portal.ingest.caps import Caps
from portal.ingest.comparing.judging import Judged
from portal.ingest.comparing.known import Outlook
from portal.ingest.conducting.conductor import conduct_record
from portal.ingest.conducting.running import clear
from portal.ingest.errors import PartUnusable
from portal.ingest.harvest import Harvest, Silence
from portal.ingest.offline import parsed_mapping
from portal.ingest.row_keeping import RowKeeping
from portal.ingest.sources import RegisteredSource, SignedMapping
from portal.ingest.staging import StagedPart
from portal.kernel.digests import value_digest
from portal.kernel.vocab import PartKind
from portal.settings import Settings
from portal.storage import open_quarantine, open_store

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
# The laxest mapping that a person could sign: everything of this source is open, columns go without a word of their own.
MAPPING: Mapping[str, Any] = {
    "fields": {
        "open_label": {"无条件开放": "unconditional"},
        "grade_label": {"一般数据": "general"},
        "secret_label": {"否": False},
        "level_label": {"区本级": "own"},
    },
    "columns_follow_resource": True,
}
# What an entry of a drop says of itself under it.
LABELS = {
    "open_label": "无条件开放",
    "grade_label": "一般数据",
    "class_label": "公共数据",
    "secret_label": "否",
    "level_label": "区本级",
    "owner": "数据资源科",
    "approver": "区政务服务和数据管理局",
    "basis": "《公共数据资源登记管理暂行办法》",
}
SOURCE = "corpus"
Seen = TypeVar("Seen")


@dataclass(frozen=True)
class Delivery:
    """What a department hands over: a table by rows, or one file, and the words of its page.

    `words_of_column`: title and description that the department states for its last column."""

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str | None, ...], ...] = ()
    file_name: str = ""
    content: bytes = b""
    title: str = "便民服务事项清单"
    description: str = "由区政务服务和数据管理局汇总发布。"
    keywords: tuple[str, ...] = ("政务服务",)
    part_name: str = "数据表"
    words_of_column: tuple[str, str] = ("", "")

    def fields(self) -> Iterator[FieldRecord]:
        """Every column as an information item, if the department words any."""
        title, description = self.words_of_column
        for column in self.columns if title else ():
            is_last = column == self.columns[-1]
            yield FieldRecord(
                column,
                title=title if is_last else column,
                open_label="无条件开放",
                descriptions={"zh": description if is_last else ""},
                description=description if is_last else "",
            )


@dataclass(frozen=True)
class Outcome:
    """What became of a delivery. `action`: admitted, held, refused, skipped. `public`: every text that the public would
    get, by place; empty unless admitted. `codes`: the reasons, (code, subject). `columns`: as delivered, of all its tables."""

    action: str
    codes: tuple[tuple[str, str], ...]
    public: tuple[tuple[str, str], ...] = ()
    offers_original: bool = False
    columns: tuple[str, ...] = ()

    def leaks(self, traces: Sequence[Sequence[str]]) -> bool:
        """Whether all texts of one of the traces are public."""
        return any(all(self._shows(text) for text in trace) for trace in traces)

    def _shows(self, text: str) -> bool:
        return any(text in public for _, public in self.public)


@dataclass
class Drawer:
    """A source whose records lie in memory, by id."""

    deliveries: dict[str, Delivery] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def check(self) -> str:
        return f"{len(self.deliveries)} deliveries."

    def list_records(self) -> Iterator[RecordPage]:
        records = tuple(self.raw(name) for name in self.deliveries)
        yield RecordPage(records, len(records))

    def raw(self, name: str) -> RawRecord:
        return RawRecord(name, {"id": name}, "")

    def map_record(self, raw: RawRecord) -> DatasetRecord:
        given = self.deliveries[raw.id]
        locator = {"id": raw.id}
        part: Part = TablePart("data", {"zh": given.part_name}, locator)
        if given.file_name:
            part = FilePart("data", {"zh": given.part_name}, locator, given.file_name)
        return DatasetRecord(
            id=raw.id,
            titles={"zh": given.title},
            descriptions={"zh": given.description},
            publisher_names={"zh": "区政务服务和数据管理局"},
            keywords={"zh": given.keywords},
            open_label="无条件开放",
            grade_label="一般数据",
            class_label="公共数据",
            secret_label="否",
            level_label="区本级",
            owner="数据资源科",
            approver="区政务服务和数据管理局",
            basis="《公共数据资源登记管理暂行办法》",
            fields=tuple(given.fields()),
            parts=(part,),
        )

    def fetch_rows(self, part: TablePart) -> Iterator[RowBatch]:
        given = self.deliveries[part.locator["id"]]
        for start in range(0, len(given.rows), 5_000):
            yield RowBatch(given.columns, given.rows[start : start + 5_000])

    @contextmanager
    def fetch_file(self, part: FilePart) -> Iterator[Iterator[bytes]]:
        yield iter((self.deliveries[part.locator["id"]].content,))


class Bench:
    """An empty portal and a drawer as its only source; `outcome` may be asked any number of times."""

    def __init__(self, var_dir: Path) -> None:
        settings = Settings(var_dir=var_dir, secret_key="00" * 32, quarantine_key="11" * 32)
        self.database = Database(settings.effective_database_url)
        migrate(self.database)
        self._drawer = Drawer()
        signed = SignedMapping(MAPPING, value_digest(dict(MAPPING)), "王签署", NOW)
        work_dir = var_dir / "work" / "corpus"
        work_dir.mkdir(parents=True)
        self.room = var_dir
        self._harvest = Harvest(
            run_id="corpus",
            source=RegisteredSource(SOURCE, "folder", {}, {}, "", signed),
            harvester=self._drawer,
            mapping=parsed_mapping(signed),
            store=open_store(settings),
            quarantine=None,
            originals=open_quarantine(settings),
            work_dir=work_dir,
            caps=Caps(),
            progress=Silence(),
            now=lambda: NOW,
            rows=RowKeeping.of(settings),
        )

    def close(self) -> None:
        self.database.dispose()

    def outcome(self, delivery: Delivery) -> Outcome:
        """Everything up to the verdict about this one delivery, and what it would make public."""
        try:
            return self.visit(delivery, lambda judged, _: self._read(judged))
        except PartUnusable as error:
            return Outcome("skipped", ((error.code, error.subject),))

    def visit(self, delivery: Delivery, look: Callable[[Judged, Path], Seen]) -> Seen:
        """What `look` says of the judged delivery while its files lie in the directory. Raises PartUnusable."""
        name = "".join(chr(97 + byte % 26) for byte in sha256(repr(delivery).encode()).digest()[:12])
        self._drawer.deliveries = {name: delivery}
        try:
            outlook = Outlook(self.database, SOURCE, [name])
            judged = conduct_record(self.database, self._harvest, self._drawer.raw(name), outlook)
            return look(judged, self._harvest.work_dir)
        finally:
            clear(self._harvest.work_dir)

    def _read(self, judged: Judged) -> Outcome:
        columns = tuple(column.name for staged in judged.staged for column in staged.delivered)
        if not isinstance(judged.verdict, Admitted):
            stopped = [reason for reason in judged.verdict.reasons if reason.severity in {"hold", "refuse"}]
            codes = tuple((reason.code, reason.subject) for reason in stopped)
            return Outcome(judged.verdict.outcome.value, codes, columns=columns)
        return Outcome(
            "admitted",
            tuple((reason.code, reason.subject) for reason in judged.verdict.reasons),
            public=(*_page(judged.publication), *self._of_parts(judged)),
            offers_original=any(p.original_sha256 or p.kind is PartKind.FILE for p in judged.publication.parts),
            columns=columns,
        )

    def _of_parts(self, judged: Judged) -> Iterator[tuple[str, str]]:
        for staged in judged.staged:
            yield from self._of_part(staged)
        for part in judged.publication.parts:
            if part.original_sha256:
                yield "original", _readable(self._harvest.work_dir / part.original_sha256)

    def _of_part(self, staged: StagedPart) -> Iterator[tuple[str, str]]:
        if not staged.sha256:
            return
        path = self._harvest.work_dir / staged.sha256
        if staged.kind is PartKind.FILE:
            yield "file", _readable(path)
            return
        yield "preview", repr(staged.preview)
        table = pq.read_table(path)
        for name in table.column_names:
            yield "column name", name
            yield f"column {name}", "\n".join(texts_of_column(table.column(name)))


def texts_of_column(column: pa.ChunkedArray) -> Iterator[str]:
    """Each value as a person would read it: floats without an exponent, days as ISO 8601."""
    for value in column.to_pylist():
        if isinstance(value, float):
            yield f"{value:.15g}"
            yield f"{value:f}".rstrip("0").rstrip(".")
        elif value is not None:
            yield str(value)


def _page(publication: Publication) -> Iterator[tuple[str, str]]:
    yield from page_texts(publication)
    for part in publication.parts:
        yield f"slug#{part.slug}", part.slug


def _readable(path: Path) -> str:
    """The bytes of a file in every reading that matters here. What is compressed inside is the caller's to know."""
    content = path.read_bytes()
    return "\n".join(content.decode(codec, "replace") for codec in ("utf-8", "gb18030", "utf-16"))
