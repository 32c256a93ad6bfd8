"""The `workbook` source: a catalogue workbook of the 2017 guide, with the data files that lie beside it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from harvesters.answers import Notes
from harvesters.errors import SkipRecord, StopRun
from harvesters.folder.drops import Drop, DropFile, DropLimits, open_drop
from harvesters.protocols import Orphan, SheetReader, SheetRows
from harvesters.records import DatasetRecord, FilePart, RawRecord, RecordPage, RowBatch, TablePart
from harvesters.texts import stamp_of
from harvesters.transfer import checked_chunks
from harvesters.workbook.config import WorkbookConfig
from harvesters.workbook.groups import Entry, Stray, read_entries
from harvesters.workbook.heads import Header, find_header
from harvesters.workbook.mapping import map_entry
from harvesters.workbook.matching import DataFiles

_PAGE = 100
_LONGEST_ID = 300
_MOST_ORPHANS = 200
_ENDINGS = (".xlsx", ".xls", ".csv")


@dataclass(slots=True)
class _Survey:
    """What a first pass over all rows learned. `seen`: identifier → (digest of the first, rows where it stands)."""

    seen: dict[str, list[str]] = field(default_factory=dict)
    places: dict[str, list[str]] = field(default_factory=dict)
    unnamed: int = 0
    lost: list[str] = field(default_factory=list)


class WorkbookSource:
    """A registered workbook. The constructor does no I/O; only what lies beneath the configured root is ever read."""

    def __init__(self, name: str, config: WorkbookConfig, sheets: SheetReader) -> None:
        self._name = name
        self._config = config
        self._reader = sheets
        self._notes = Notes()
        self._orphans: list[Orphan] = []
        self._orphan_counts: Counter[str] = Counter()

    @property
    def notes(self) -> tuple[str, ...]:
        return self._notes.all

    @property
    def orphans(self) -> tuple[Orphan, ...]:
        return tuple(self._orphans)

    @property
    def orphan_counts(self) -> Mapping[str, int]:
        return dict(self._orphan_counts)

    def check(self) -> str:
        drop = self._drop()
        files = {file.path: file for file in drop.files()}
        path = self._workbook_path(files)
        with self._opened(drop, files[path]) as catalogue:
            heads = ", ".join(f"{sheet.name or path} ({len(header.fields)} columns)" for sheet, header in catalogue)
        return f"{path} has a catalogue on {len(catalogue)} sheets: {heads}; {len(files) - 1:,} files lie beside it."

    def list_records(self) -> Iterator[RecordPage]:
        self._orphans, self._orphan_counts = [], Counter()
        drop = self._drop()
        files = {file.path: file for file in drop.files()}
        path = self._workbook_path(files)
        data = DataFiles(self._data_files(files, path), self._config.data)
        with self._opened(drop, files[path]) as catalogue:
            survey = self._surveyed(catalogue, data)
            total = len(survey.seen) + survey.unnamed
            page: list[RawRecord] = []
            for record in self._records(catalogue, data, survey):
                page.append(record)
                if len(page) == _PAGE:
                    yield RecordPage(tuple(page), total)
                    page = []
            if page or not total:
                yield RecordPage(tuple(page), total)
        for left in data.unclaimed():
            self._orphan("file", left)
        for identifier, places in survey.places.items():
            if len(places) > 1:
                self._orphan("twice", f"{identifier[:80]}: {'; '.join(places[:5])}")
        if survey.lost:
            raise StopRun(
                f"{survey.lost[0]} Every resource that could be read was taken, but one may be missing from the list, so "
                "nothing is counted as gone. Repair the row."
            )

    def map_record(self, raw: RawRecord) -> DatasetRecord:
        return map_entry(raw, self._config)

    def fetch_rows(self, part: TablePart) -> Iterator[RowBatch]:
        raise SkipRecord(f"A workbook has no rows to be fetched for {part.key!r}; it has files.")

    @contextmanager
    def fetch_file(self, part: FilePart) -> Iterator[Iterator[bytes]]:
        path = str(part.locator["path"])
        yield checked_chunks(self._drop().chunks(path), part, record_id=path)

    def _drop(self) -> Drop:
        limits = DropLimits(files=self._config.max_files, file_bytes=self._config.max_file_mib << 20)
        return open_drop(self._config.root, limits)

    def _workbook_path(self, files: Mapping[str, DropFile]) -> str:
        wanted = self._config.workbook
        if wanted:
            if wanted not in files:
                raise StopRun(f"The drop {self._config.root.name!r} has no workbook {wanted!r}.")
            return wanted
        found = [path for path in files if "/" not in path and path.casefold().endswith(_ENDINGS)]
        if len(found) != 1:
            raise StopRun(
                f"The drop {self._config.root.name!r} has {len(found)} spreadsheets at its root; say under 'workbook' which "
                "of them is the catalogue."
            )
        return found[0]

    def _data_files(self, files: Mapping[str, DropFile], workbook: str) -> dict[str, DropFile]:
        base = f"{self._config.data}/" if self._config.data else ""
        return {path: file for path, file in files.items() if path != workbook and path.startswith(base)}

    @contextmanager
    def _opened(self, drop: Drop, file: DropFile) -> Iterator[tuple[tuple[SheetRows, Header], ...]]:
        """The sheets with a catalogue, each with its header. Raises StopRun when there is none or one is unclear."""
        if file.problem:
            raise StopRun(file.problem)
        try:
            with self._reader.opened(drop.chunks(file.path), file.path) as sheets:
                yield self._catalogue(sheets, file.path)
        except SkipRecord as error:
            raise StopRun(f"The workbook cannot be read: {error}") from error

    def _catalogue(self, sheets: tuple[SheetRows, ...], path: str) -> tuple[tuple[SheetRows, Header], ...]:
        rows = sum(sheet.row_count for sheet in sheets)
        if rows > self._config.max_rows:
            raise StopRun(f"{path} has {rows:,} rows; {self._config.max_rows:,} are allowed ('max_rows').")
        found = []
        for sheet in sheets:
            if sheet.name in self._config.ignore_sheets:
                continue
            header = find_header(sheet, self._config)
            if header is not None:
                found.append((sheet, header))
            elif sheet.row_count:
                self._notes.add(f"The sheet {sheet.name!r} has no header of a catalogue and was left out.")
        if not found:
            raise StopRun(
                f"{path} has no header of a catalogue: a row with 信息资源名称 and two more heads of the 2017 guide. Check the "
                "file, or name its heads under 'columns' of this source."
            )
        for sheet, header in found:
            for column, text in header.others.items():
                self._notes.add(f"Column {column + 1} of the sheet {sheet.name!r} ({text}) is not read.")
        return tuple(found)

    def _surveyed(self, catalogue: tuple[tuple[SheetRows, Header], ...], data: DataFiles) -> _Survey:
        """The first pass: which identifiers there are and how often, which files are claimed, which rows are nobody's."""
        survey = _Survey()
        for entry in _entries(catalogue):
            if isinstance(entry, Stray):
                self._orphan("hidden" if entry.is_hidden else "item", _place(entry.sheet, entry.row))
                if entry.is_headless:
                    survey.lost.append(f"{_place(entry.sheet, entry.row)} belongs to no resource.")
                continue
            identifier = self._identifier(entry)
            if not identifier:
                survey.unnamed += 1
                survey.lost.append(f"{_place(entry.sheet, entry.first_row)} has a code or name that cannot be read.")
                continue
            if entry.is_hidden:
                self._orphan("hidden", _place(entry.sheet, entry.first_row))
            digest = stamp_of(entry.resource, entry.items, bool(entry.problems))
            survey.places.setdefault(identifier, []).append(_place(entry.sheet, entry.first_row))
            if digest not in survey.seen.setdefault(identifier, []):
                survey.seen[identifier].append(digest)
                data.claim(data.find(entry.resource)[0])
        return survey

    def _records(
        self, catalogue: tuple[tuple[SheetRows, Header], ...], data: DataFiles, survey: _Survey
    ) -> Iterator[RawRecord]:
        given: set[str] = set()
        for entry in _entries(catalogue):
            if isinstance(entry, Stray):
                continue
            where = _place(entry.sheet, entry.first_row)
            identifier = self._identifier(entry)
            if not identifier:
                problem = f"{where}: {' '.join(entry.problems) or 'it has neither a code nor a name.'}"
                yield RawRecord("", {"resource": entry.resource}, "", problem=problem)
            elif identifier not in given:
                given.add(identifier)
                yield self._record(entry, identifier, where, data, survey)

    def _record(self, entry: Entry, identifier: str, where: str, data: DataFiles, survey: _Survey) -> RawRecord:
        raw: dict[str, object] = {"resource": entry.resource, "items": entry.items, "others": entry.others}
        files, broken = data.find(entry.resource)
        problems = list(entry.problems)
        places = survey.places[identifier]
        if len(survey.seen[identifier]) > 1:
            told = "; ".join(places[:5])
            problems.append(f"{identifier[:80]!r} is there {len(places)} times and says different things: {told}.")
        elif len(places) > 1:
            self._notes.add(f"{identifier[:80]!r} is there {len(places)} times with the same words; it counts once.")
        if not entry.resource.get("title"):
            problems.append("It has no name.")
        if broken:
            problems.append(f"Its data cannot be taken: {broken}.")
        if shared := data.shared(files):
            problems.append(
                f"The file {shared[-120:]!r} belongs to another resource as well; name the files in a column."
            )
        if problems:
            return RawRecord(identifier, raw, "", problem=f"{where}: {' '.join(problems)}")
        raw["files"] = [{"path": file.path, "size": file.size_bytes} for file in files]
        return RawRecord(identifier, raw, stamp_of([(file.path, file.stamp) for file in files]))

    def _identifier(self, entry: Entry) -> str:
        """The code; without one department and name. "" when it cannot be told or is too long to be one."""
        code, title = entry.resource.get("code", ""), entry.resource.get("title", "")
        provider = entry.resource.get("provider", "") or self._config.publisher_name
        identifier = code or (f"{provider}/{title}" if title else "")
        return "" if entry.is_nameless or len(identifier) > _LONGEST_ID else identifier

    def _orphan(self, kind: Literal["item", "file", "hidden", "twice"], place: str) -> None:
        self._orphan_counts[kind] += 1
        if len(self._orphans) < _MOST_ORPHANS:
            self._orphans.append(Orphan(kind, place))


def _entries(catalogue: tuple[tuple[SheetRows, Header], ...]) -> Iterator[Entry | Stray]:
    for sheet, header in catalogue:
        yield from read_entries(sheet, header)


def _place(sheet: str, row: int) -> str:
    return f"{sheet}, row {row}" if sheet else f"Row {row}"
