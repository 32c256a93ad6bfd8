"""A table that is fetched in parts and is whole all the same: the last whole raw table, what changed since, and what is gone.

The last whole table lies in the quarantine, as text, under its hash; the record keeps that hash, the mark from which changes are
asked for, and when keys were compared last. A version is always made of a whole table, so everything after this step is as
for any other. When the base is gone, or anything about columns, keys or their reading changed, all rows are read again.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from harvesters.errors import HarvestError, NotReady, StopRun
from harvesters.protocols import IncrementalSource
from harvesters.records import Increments, RowNote, TablePart
from portal.ingest.errors import PartUnusable
from portal.ingest.fetching.ahead import ahead
from portal.ingest.fetching.merging import Delta, DeltaWriter, KeyWriter, Merged, knows_all_keys, merge
from portal.ingest.harvest import Harvest
from portal.ingest.staging import digest_part
from portal.readers import Note, RowsRefused, TableReading
from portal.readers.spool import typed_reading
from portal.storage import BlobNotFound, QuarantineError


@dataclass(frozen=True, slots=True)
class IncrementState:
    """What is remembered of a table between runs. `base_sha256` "": nothing to build on, so all rows are read.

    `part_digest`: how the rows were asked for. `compared_in_run`: number of the source's run that saw all keys last.
    `replaced_sha256`: the base before this one, which nobody needs once this one is settled.
    """

    base_sha256: str
    mark: str
    columns: tuple[str, ...]
    part_digest: str
    compared_at: str
    compared_in_run: int
    replaced_sha256: str = ""

    def to_json(self) -> dict[str, Any]:
        """For the record's stages."""
        return asdict(self) | {"columns": list(self.columns)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any] | None) -> "IncrementState | None":
        """The state that `to_json` wrote; None for anything else."""
        try:
            return cls(**{**value, "columns": tuple(value["columns"])}) if value else None
        except (KeyError, TypeError):
            return None


@dataclass(frozen=True, slots=True)
class Due:
    """When the keys of a table are compared next, whether or not its data stamp changed; None is never."""

    at: datetime | None = None
    from_run: int | None = None

    @classmethod
    def of(cls, plan: Increments, state: IncrementState) -> "Due":
        """After so many runs or days, whichever comes first."""
        days, runs = plan.compare_every_days, plan.compare_every_runs
        return cls(
            datetime.fromisoformat(state.compared_at) + timedelta(days=days) if days else None,
            state.compared_in_run + runs if runs else None,
        )

    def is_now(self, harvest: Harvest) -> bool:
        """Whether it is time, or a person asked for it."""
        is_late = self.at is not None and harvest.now() >= self.at
        return harvest.is_full or is_late or (self.from_run is not None and harvest.run_number >= self.from_run)


def must_compare(harvest: Harvest, part: TablePart, before: IncrementState | None) -> bool:
    """Whether the keys of both sides are to be compared in this run."""
    plan = part.increments
    if plan is None or before is None or not before.base_sha256 or not plan.is_whole:
        return False
    return Due.of(plan, before).is_now(harvest)


@dataclass(frozen=True, slots=True)
class IncrementalFetch:
    """One table's way through one run. `room`: a directory of its own."""

    harvest: Harvest
    source: IncrementalSource
    part: TablePart
    title: str
    room: Path

    def run(self, before: IncrementState | None) -> tuple[TableReading, IncrementState]:
        """The whole table as of now, and what to remember of it. Raises PartUnusable, or the source's StopRun."""
        found = self._onto_base(before) if before is not None else None
        reading, state = found or self._from_nothing()
        old = before.base_sha256 if before is not None else ""
        return reading, replace(state, replaced_sha256=old if old != state.base_sha256 else "")

    @property
    def _plan(self) -> Increments:
        return self.part.increments or Increments()

    def _from_nothing(self) -> tuple[TableReading, IncrementState]:
        """All rows are asked for."""
        delta, notes = self._changes("")
        merged = merge(self.room, delta, self._plan)
        return self._finished(delta, merged, notes, compared_at=self.harvest.now(), run=self.harvest.run_number)

    def _onto_base(self, before: IncrementState) -> tuple[TableReading, IncrementState] | None:
        """What changed is merged into the last whole table; None when that cannot be relied on."""
        if not self._plan.has_mark or before.part_digest != digest_part(self.part):
            return None
        base = self._restored(before.base_sha256)
        if base is None:
            return None
        is_comparing = must_compare(self.harvest, self.part, before)
        # Keys first: a row that comes in between is then among the changes, and not taken for a gap.
        keys = self._keys() if is_comparing else None
        delta, notes = self._changes(before.mark)
        if delta.columns != before.columns:
            return None
        if keys is not None and not knows_all_keys(self.room, base, delta, keys, self._plan):
            return None
        merged = merge(self.room, delta, self._plan, base=base, keys=keys)
        if is_comparing:
            at, run = self.harvest.now(), self.harvest.run_number
        else:
            at, run = datetime.fromisoformat(before.compared_at), before.compared_in_run
        delta = replace(delta, mark=max(delta.mark, before.mark))
        return self._finished(delta, merged, notes, compared_at=at, run=run)

    def _changes(self, since: str) -> tuple[Delta, Counter[RowNote]]:
        part, caps = self.part, self.harvest.caps
        notes: Counter[RowNote] = Counter()
        with _sorted_errors(part), DeltaWriter(self.room) as writer:
            with ahead(self.source.fetch_changes(part, since)) as batches:
                for batch in batches:
                    writer.add(batch)
                    if writer.row_count > caps.table_rows:
                        raise PartUnusable("too_many_rows", subject=part.key, count=caps.table_rows)
                    for note in batch.notes:
                        notes[RowNote(note.code, note.subject)] += note.count or 0
                    self.harvest.progress.fetched(self.title, writer.row_count)
            return writer.finish(), notes

    def _keys(self) -> Path:
        with _sorted_errors(self.part), KeyWriter(self.room, self._plan.key_columns) as writer:
            with ahead(self.source.fetch_keys(self.part)) as batches:
                for batch in batches:
                    writer.add(batch)
            return writer.finish()

    def _restored(self, sha256: str) -> Path | None:
        originals = self.harvest.originals
        if not sha256 or not originals.holds(sha256):
            return None
        path = self.room / "base.parquet"
        try:
            originals.restore(sha256, path)
        except (BlobNotFound, QuarantineError):
            return None
        return path

    def _finished(
        self, delta: Delta, merged: Merged, notes: Counter[RowNote], *, compared_at: datetime, run: int
    ) -> tuple[TableReading, IncrementState]:
        with _sorted_errors(self.part):
            reading = typed_reading(self.room, (merged.path,), delta.columns, name=self.title)
        told = [Note(note.code, note.subject, count or None) for note, count in sorted(notes.items(), key=repr)]
        told += [Note(code, count=count) for code, count in merged.counts.items() if count]
        quarantine = self.harvest.quarantine
        is_kept = quarantine is not None and self._plan.has_mark
        state = IncrementState(
            base_sha256=quarantine.keep(merged.path) if quarantine is not None and is_kept else "",
            mark=delta.mark,
            columns=delta.columns,
            part_digest=digest_part(self.part),
            compared_at=compared_at.isoformat(),
            compared_in_run=run,
        )
        return replace(reading, notes=(*reading.notes, *told)), state


@contextmanager
def _sorted_errors(part: TablePart) -> Iterator[None]:
    """What goes wrong with the source or its rows is a reason of this part; a StopRun ends the run."""
    try:
        yield
    except StopRun:
        raise
    except NotReady as error:
        raise PartUnusable("source_not_ready", subject=part.key, note=str(error), is_temporary=True) from error
    except HarvestError as error:
        raise PartUnusable("fetch_failed", subject=part.key, note=str(error), is_temporary=True) from error
    except RowsRefused as error:
        raise PartUnusable("rows_unusable", subject=part.key, note=str(error)) from error
