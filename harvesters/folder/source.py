"""The `folder` source: a directory or zip drop with a metadata file, or one dataset per file."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from harvesters.answers import Notes
from harvesters.errors import SkipRecord, StopRun
from harvesters.folder.config import FolderConfig
from harvesters.folder.drops import Drop, DropFile, DropLimits, open_drop
from harvesters.folder.mapping import map_entry
from harvesters.folder.metadata import file_paths, read_metadata
from harvesters.records import DatasetRecord, FilePart, RawRecord, RecordPage, RowBatch, TablePart
from harvesters.texts import stamp_of, text_of
from harvesters.transfer import checked_chunks

_PAGE = 100
_LONGEST_METADATA_BYTES = 64 << 20
_LONGEST_ID = 300


class FolderSource:
    """A registered drop. The constructor does no I/O; only what lies beneath the configured root is ever read."""

    def __init__(self, name: str, config: FolderConfig) -> None:
        self._name = name
        self._config = config
        self._notes = Notes()

    @property
    def notes(self) -> tuple[str, ...]:
        return self._notes.all

    def check(self) -> str:
        files = tuple(self._drop().files())
        metadata = self._metadata_name({file.path: file for file in files})
        how = f"described by {metadata}" if metadata else "each a dataset of its own"
        return f"{self._config.root.name} holds {len(files):,} files, {how}."

    def list_records(self) -> Iterator[RecordPage]:
        files = {file.path: file for file in self._drop().files()}
        metadata = self._metadata_name(files)
        records = self._described(files, metadata) if metadata else tuple(_alone(file) for file in files.values())
        for start in range(0, len(records), _PAGE):
            yield RecordPage(records=records[start : start + _PAGE], total=len(records))
        if not records:
            yield RecordPage(records=(), total=0)

    def map_record(self, raw: RawRecord) -> DatasetRecord:
        return map_entry(raw, self._config)

    def fetch_rows(self, part: TablePart) -> Iterator[RowBatch]:
        raise SkipRecord(f"A drop has no rows to be fetched for {part.key!r}; it has files.")

    @contextmanager
    def fetch_file(self, part: FilePart) -> Iterator[Iterator[bytes]]:
        path = str(part.locator["path"])
        chunks = self._drop().chunks(path)
        yield checked_chunks(chunks, part, record_id=path)

    def _drop(self) -> Drop:
        limits = DropLimits(files=self._config.max_files, file_bytes=self._config.max_file_mib << 20)
        return open_drop(self._config.root, limits)

    def _metadata_name(self, files: Mapping[str, DropFile]) -> str:
        wanted = self._config.metadata_file
        if wanted and wanted not in files:
            raise StopRun(f"The drop {self._config.root.name!r} has no metadata file {wanted!r}.")
        return wanted or next((name for name in ("metadata.json", "metadata.csv") if name in files), "")

    def _described(self, files: Mapping[str, DropFile], metadata: str) -> tuple[RawRecord, ...]:
        """One record per entry of the metadata file; files that no entry names are noted."""
        file = files[metadata]
        if file.problem or file.size_bytes > _LONGEST_METADATA_BYTES:
            raise StopRun(file.problem or f"{metadata} is larger than {_LONGEST_METADATA_BYTES:,} bytes.")
        entries = read_metadata(b"".join(self._drop().chunks(metadata)), metadata)
        seen: set[str] = set()
        records = []
        for number, entry in enumerate(entries, 1):
            record = _described_record(entry, files, f"{metadata}, entry {number}")
            if record.id and record.id in seen:
                problem = f"{metadata}, entry {number}: the identifier {record.id[:80]!r} is there twice."
                record = RawRecord("", record.raw, "", problem=problem)
            seen.add(record.id)
            records.append(record)
        named = {path for entry in entries for path in file_paths(entry)}
        left = sorted(set(files) - named - {metadata})
        if left:
            self._notes.add(f"{len(left):,} files are not named in {metadata}, the first is {left[0][-120:]!r}.")
        return tuple(records)


def _alone(file: DropFile) -> RawRecord:
    """A file as a dataset of its own: its path is its identifier."""
    raw = {"entry": {}, "files": [{"path": file.path, "size": file.size_bytes}]}
    if file.problem:
        return RawRecord("", {}, "", problem=file.problem)
    if len(file.path) > _LONGEST_ID:
        return RawRecord("", {}, "", problem=f"The path {file.path[-80:]!r} has more than {_LONGEST_ID} characters.")
    return RawRecord(file.path, raw, file.stamp)


def _described_record(entry: Mapping[str, object], files: Mapping[str, DropFile], where: str) -> RawRecord:
    identifier = text_of(entry, "id") or text_of(entry, "resource_code")
    if not identifier or len(identifier) > _LONGEST_ID:
        return RawRecord("", {"entry": dict(entry)}, "", problem=f"{where} has no identifier (id).")
    listed = entry.get("files")
    extra = {
        text_of(value, "path"): {"name": text_of(value, "name"), "sha256": text_of(value, "sha256")}
        for value in (listed if isinstance(listed, list) else ())
        if isinstance(value, Mapping)
    }
    parts = []
    stamps = []
    for path in dict.fromkeys(file_paths(entry)):
        file = files.get(path)
        if file is None or file.problem:
            problem = f"{where}: {file.problem if file else f'the file {path[-120:]!r} is not in the drop.'}"
            return RawRecord(identifier, {"entry": dict(entry)}, "", problem=problem)
        parts.append({"path": path, "size": file.size_bytes} | extra.get(path, {}))
        stamps.append((path, file.stamp))
    return RawRecord(identifier, {"entry": dict(entry), "files": parts}, stamp_of(stamps))
