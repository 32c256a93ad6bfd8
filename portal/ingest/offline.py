"""Judge again without the source: for releases, and for a new gate version."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

from harvesters.errors import SkipRecord
from harvesters.records import DatasetRecord, FilePart, RawRecord, RecordPage, RowBatch, TablePart
from portal.gate import Signature, ValueMapping
from portal.ingest.caps import Caps
from portal.ingest.harvest import Harvest, Silence
from portal.ingest.sources import RegisteredSource, SignedMapping
from portal.ingest.workshop import Workshop

_AWAY = "This step works without the source; what it needs is no longer kept, so the harvest must run."


class Offline:
    """A source that answers nothing."""

    notes: tuple[str, ...] = ()

    def check(self) -> str:
        raise SkipRecord(_AWAY)

    def list_records(self) -> Iterator[RecordPage]:
        raise SkipRecord(_AWAY)

    def map_record(self, raw: RawRecord) -> DatasetRecord:
        raise SkipRecord(_AWAY, record_id=raw.id)

    def fetch_rows(self, part: TablePart) -> Iterator[RowBatch]:
        raise SkipRecord(_AWAY)

    def fetch_file(self, part: FilePart) -> AbstractContextManager[Iterator[bytes]]:
        raise SkipRecord(_AWAY)


def offline_harvest(
    workshop: Workshop, source: RegisteredSource, run_id: str, path: Path, now: Callable[[], datetime]
) -> Harvest:
    """The steps' context without a way to the source."""
    return Harvest(
        run_id=run_id,
        source=source,
        harvester=Offline(),
        mapping=parsed_mapping(source.mapping),
        store=workshop.store,
        quarantine=workshop.quarantine,
        originals=workshop.quarantine,
        work_dir=path,
        caps=Caps.of(source.limits),
        progress=Silence(),
        now=now,
        rows=workshop.rows,
    )


def parsed_mapping(signed: SignedMapping) -> ValueMapping:
    """The mapping as the gate reads it, with its signature if it has one. Raises MappingInvalid."""
    signature = None
    if signed.signed_by and signed.signed_at:
        signature = Signature(signed.signed_by, signed.signed_at.isoformat(), signed.digest)
    return ValueMapping.parse(signed.labels, signature)
