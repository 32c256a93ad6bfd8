"""Take rows out of what is public: those whose day has come, and those that a person withdrew.

The live version is cut and published as the next one, through the gate like any other; kept versions that hold such a row
are redacted. Until that is done no door shows anything of the dataset (`portal.catalogue.datasets`), so nothing depends on
how fast this is, or on whether the worker runs at all. Sources are not asked for anything.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from traceback import extract_tb

import structlog

from portal.catalogue.commands import record_verdict, withdraw_dataset
from portal.catalogue.publication import Publication, PublishedPart, digest_data, digest_page, page_texts
from portal.catalogue.recutting import LiveVersion, OlderTable, find_live_version, publish_cut
from portal.catalogue.row_withdrawals import add_row_withdrawal, find_withdrawn, list_due
from portal.catalogue.withdrawal import NOT_SHOWN
from portal.gate import GATE_VERSION, Admitted, CutCase, JudgedPart, judge_cut
from portal.ingest.comparing.judging import NO_LONGER_ADMITTED
from portal.ingest.workshop import Workshop
from portal.inspect import scan_table, scan_texts, tellable
from portal.kernel.errors import InvalidInput, NotFound, PortalError
from portal.kernel.findings import Findings
from portal.kernel.ids import new_id
from portal.kernel.vocab import PartKind
from portal.storage import BlobNotFound, blob_key
from portal.storage.workdirs import work_dir
from portal.tables.projection import count_cut, cut_rows
from portal.tables.row_cuts import RowCut, WithdrawnCell, mark_of

_TIMES = 3
_ACTOR = "row ends"
_MOST_VALUES = 10_000
_log = structlog.get_logger(__name__)


class NotCut(PortalError):
    """A dataset could not be cut. Nothing of it is shown meanwhile; the worker tries again."""


@dataclass(frozen=True, slots=True)
class _Cut:
    """The publication with fewer rows, what was found in its tables, and the kept versions that must go."""

    publication: Publication
    findings: dict[str, Findings]
    redact: tuple[int, ...]
    is_changed: bool


def cut_due(workshop: Workshop, now: Callable[[], datetime], is_stopping: Callable[[], bool]) -> int:
    """Cut every dataset of which rows must go; how many were. One that fails is told in the log and tried again."""
    done, after = 0, ""
    while not is_stopping():
        with workshop.database.reading() as session:
            due = list_due(session, now(), after_id=after)
        if not due:
            break
        after = due[-1]
        for dataset_id in due:
            try:
                cut_dataset(workshop, dataset_id, now)
                done += 1
            except (
                Exception
            ) as error:  # one dataset's fault never keeps the others' rows in; no message: it may quote a cell
                places = [
                    f"{Path(frame.filename).name}:{frame.lineno}" for frame in extract_tb(error.__traceback__)[-3:]
                ]
                _log.error("rows_not_cut", dataset=dataset_id, error=type(error).__name__, at=places)
    return done


def cut_dataset(workshop: Workshop, dataset_id: str, now: Callable[[], datetime]) -> None:
    """Take out of a dataset what is public no more. Raises NotCut, StorageError."""
    for _ in range(_TIMES):
        with workshop.database.reading() as session:
            live = find_live_version(session, dataset_id)
            if live is None:
                return
            withdrawn = find_withdrawn(session, (live.publication.source_key,))
        cells = withdrawn.get(live.publication.source_key, ())
        with work_dir(workshop.work_dir) as folder:
            cut = _cut(workshop, live, cells, folder, now())
            if _settle(workshop, live, cut, folder, now()):
                return
    raise NotCut(f"{dataset_id} changed while its rows were taken out; the worker tries again.")


def withdraw_rows(
    workshop: Workshop,
    dataset_id: str,
    column: str,
    values: Sequence[str],
    *,
    reason: str,
    actor: str,
    now: Callable[[], datetime],
) -> int:
    """Withdraw every row whose cell in `column` is one of `values`, everywhere and for good; how many rows of the newest
    version. From the first commit on no door shows the dataset, until it is cut. Raises InvalidInput, NotFound, NotCut."""
    wanted = [value.strip() for value in values if value.strip()]
    if not wanted or len(wanted) > _MOST_VALUES:
        raise InvalidInput(f"Name from one to {_MOST_VALUES:,} values.", parameter="rows")
    with workshop.database.reading() as session:
        live = find_live_version(session, dataset_id)
    if live is None:
        raise NotFound(f"There is no public dataset {dataset_id}.")
    key, reason = workshop.rows.key(), tellable(reason.strip(), NOT_SHOWN)
    cells = tuple(WithdrawnCell(column, mark_of(key, column, value), reason) for value in dict.fromkeys(wanted))
    count = _count(workshop, live, cells)
    with workshop.database.transaction() as session:
        add_row_withdrawal(session, dataset_id, cells, reason=reason, actor=actor, row_count=count, now=now())
    workshop.jobs.wake("rows")
    cut_dataset(workshop, dataset_id, now)
    return count


def _count(workshop: Workshop, live: LiveVersion, cells: Sequence[WithdrawnCell]) -> int:
    """Rows of the newest version; raises InvalidInput where no version has one, and nothing is remembered then."""
    column = cells[0].column
    tables = [part for part in live.publication.parts if part.schema and part.schema.column(column) and part.blob_key]
    if not tables and not any(old.schema.column(column) for old in live.older):
        raise InvalidInput(f"No table of {live.dataset_id} has a column {column!r}.", parameter="rows")
    cut = RowCut(workshop.rows.today(datetime.now(UTC)), None, tuple(cells), workshop.rows.key())
    count = sum(
        count_cut(workshop.store.local_path(part.blob_key), part.schema, cut).withdrawn
        for part in tables
        if part.blob_key and part.schema
    )
    if not count and not any(_holds(workshop, old, cut) for old in live.older):
        raise InvalidInput(f"No row of {live.dataset_id} has that value in {column!r}.", parameter="rows")
    return count


def _cut(workshop: Workshop, live: LiveVersion, cells: tuple[WithdrawnCell, ...], folder: Path, now: datetime) -> _Cut:
    today = workshop.rows.today(now)
    key = workshop.rows.key() if cells else b""
    parts: list[PublishedPart] = []
    findings: dict[str, Findings] = {}
    is_changed = live.rows_end_at is not None and live.rows_end_at <= now
    for part in live.publication.parts:
        made, found = _cut_part(workshop, part, RowCut(today, part.row_ends, cells, key), folder)
        if found is not None:
            findings[part.slug], is_changed = found, True
        parts.append(made)
    only_marks = RowCut(today, None, cells, key)
    redact = {old.number for old in live.older if old.rows_end_at is not None and old.rows_end_at <= now}
    if live.is_asked and cells:
        redact |= {old.number for old in live.older if old.number not in redact and _holds(workshop, old, only_marks)}
    if is_changed:
        redact.add(live.number)
    provenance = {**live.publication.provenance, "cut_from_version": live.number}
    publication = replace(live.publication, parts=tuple(parts), provenance=provenance)
    return _Cut(
        publication if is_changed else replace(live.publication, parts=tuple(parts)),
        findings,
        tuple(redact),
        is_changed,
    )


def _cut_part(
    workshop: Workshop, part: PublishedPart, cut: RowCut, folder: Path
) -> tuple[PublishedPart, Findings | None]:
    """The part without the rows, and what was found in what is left; None: it loses none."""
    if part.kind is not PartKind.TABLE or part.schema is None or part.blob_key is None:
        return replace(part, rows_withdrawn=len(cut.withdrawn)), None
    path = folder / f"{new_id()}.parquet"
    made = cut_rows(workshop.store.local_path(part.blob_key), part.schema, path, cut)
    rows_end_at = workshop.rows.beginning_of(made.rows_cut.next_end_on)
    known = replace(part, rows_withdrawn=len(cut.withdrawn), rows_end_at=rows_end_at)
    if not made.rows_cut.ended and not made.rows_cut.withdrawn:
        path.unlink()
        return known, None
    path.replace(folder / made.sha256)
    return replace(
        known,
        schema=made.schema,
        preview=made.preview,
        row_count=made.row_count,
        size_bytes=made.size_bytes,
        sha256=made.sha256,
        blob_key=blob_key("tables", made.sha256, "parquet"),
        original_blob_key=None,
        original_format=None,
        original_sha256=None,
        original_size_bytes=None,
        quality=_with_notes(part, made.rows_cut.ended, made.rows_cut.withdrawn, cut.withdrawn),
        profile=made.profile,
    ), scan_table(folder / made.sha256, digest=made.sha256)


def _with_notes(part: PublishedPart, ended: int, withdrawn: int, cells: Sequence[WithdrawnCell]) -> dict[str, object]:
    """The quality report with how many rows went and why, for the public; never which."""
    notes = list(part.quality.get("notes", ()))
    if ended:
        notes.append({"code": "rows_ended", "subject": "", "count": ended})
    if withdrawn:
        reasons = "; ".join(dict.fromkeys(cell.reason for cell in cells))
        notes.append({"code": "rows_withdrawn", "subject": reasons, "count": withdrawn})
    return {**part.quality, "notes": notes}


def _holds(workshop: Workshop, old: OlderTable, cut: RowCut) -> bool:
    """Whether a kept version has a row that was withdrawn. What cannot be looked at is taken to have one."""
    if not any(old.schema.column(cell.column) for cell in cut.withdrawn):
        return False
    try:
        path = workshop.store.local_path(old.blob_key or "")
    except BlobNotFound:
        return True
    return count_cut(path, old.schema, cut).withdrawn > 0


def _settle(workshop: Workshop, live: LiveVersion, cut: _Cut, folder: Path, now: datetime) -> bool:
    """Judge the cut and write it; False when something newer was published meanwhile."""
    publication, database = cut.publication, workshop.database
    if not cut.is_changed:
        with database.transaction() as session:
            return publish_cut(session, live, None, publication, "", redact=cut.redact, actor=_ACTOR, now=now)
    page_digest = digest_page(publication)
    verdict = judge_cut(
        CutCase(
            data_digest=digest_data(publication.parts),
            page_digest=page_digest,
            parts=tuple(
                JudgedPart(part.slug, part.kind, part.content_digest, part.rules, cut.findings[part.slug])
                for part in publication.parts
                if part.slug in cut.findings
            ),
            page_findings=scan_texts(dict(page_texts(publication)), digest=page_digest),
            accepted=live.notes,
        )
    )
    for part in publication.parts:
        if part.blob_key and part.slug in cut.findings and not workshop.store.exists(part.blob_key):
            workshop.store.put_file(part.blob_key, folder / (part.sha256 or ""))
    with database.transaction() as session:
        verdict_id = record_verdict(session, publication.source_key, verdict, GATE_VERSION, now)
        if not isinstance(verdict, Admitted):
            _log.error("cut_not_admitted", dataset=live.dataset_id, codes=sorted({r.code for r in verdict.reasons}))
            withdraw_dataset(session, live.dataset_id, NO_LONGER_ADMITTED, _ACTOR, now, stays=False)
            return True
        is_done = publish_cut(session, live, verdict, publication, verdict_id, redact=cut.redact, actor=_ACTOR, now=now)
    workshop.jobs.wake("outbox")
    workshop.jobs.wake("index")
    return is_done
