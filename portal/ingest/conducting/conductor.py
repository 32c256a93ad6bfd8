"""Conduct one record's way, from the entry as listed to the verdict; nothing is written here but the work directory.

list → select → fetch → parse → project columns → inspect → compare → approve → publish
listing.py      fetching.py, preparing.py, reusing.py      drift.py, judging.py  settling.py
"""

from collections.abc import Sequence

import orjson

from harvesters.errors import SkipRecord
from harvesters.records import DatasetRecord, RawRecord
from portal.catalogue.commands import COLUMN_CLOSED, merge_curated, with_curated
from portal.db import Database
from portal.gate import GATE_VERSION, Held, Reason, Verdict, declare, screen
from portal.ingest.comparing.judging import (
    NO_LONGER_ADMITTED,
    Judged,
    is_fetching_useless,
    is_live_refused,
    is_refused_by_reviewer,
    judge_publication,
    unfetched,
)
from portal.ingest.comparing.known import Known, Outlook
from portal.ingest.comparing.rejudging import live_leaks
from portal.ingest.comparing.reusing import reuse_part
from portal.ingest.comparing.standing_entries import with_standing
from portal.ingest.errors import PartUnusable
from portal.ingest.fetching.bases import is_comparison_due
from portal.ingest.harvest import Harvest
from portal.ingest.preparing.assembling import assemble, labels_of
from portal.ingest.preparing.parts import prepare_part
from portal.ingest.preparing.projecting import Work
from portal.ingest.preparing.reading_plans import proposals
from portal.ingest.settling.closing import has_closed_column
from portal.ingest.staging import StagedPart, TableUnusable
from portal.ingest.texts import slugs_for
from portal.inspect import SCANNER_VERSION
from portal.kernel.declaration import Declaration
from portal.kernel.digests import text_digest
from portal.tables.row_cuts import mark_of


def raw_digest(raw: RawRecord) -> str:
    """The hash of an entry as received, in canonical JSON."""
    return text_digest(raw_bytes(raw).decode("utf-8", "surrogatepass"))


def raw_bytes(raw: RawRecord) -> bytes:
    """An entry as received, in canonical JSON. Raises SkipRecord when it is not JSON-like."""
    try:
        return orjson.dumps(dict(raw.raw), option=orjson.OPT_SORT_KEYS)
    except TypeError as error:
        raise SkipRecord(f"Record {raw.id!r} is not JSON: {error}", record_id=raw.id) from error


def conduct_record(database: Database, harvest: Harvest, raw: RawRecord, outlook: Outlook) -> Judged:
    """Everything up to the verdict. Raises SkipRecord, PartUnusable (this record only) or StopRun (the whole run)."""
    record = harvest.harvester.map_record(raw)
    _check_sizes(harvest, record)
    known = outlook.known(record.id)
    return judge_record(database, harvest, record, known, raw_sha256=raw_digest(raw), data_stamp=raw.data_stamp)


def judge_record(
    database: Database, harvest: Harvest, record: DatasetRecord, known: Known, *, raw_sha256: str, data_stamp: str
) -> Judged:
    """Declare, gather, compare and approve one mapped record."""
    declaration = declare(harvest.mapping, labels_of(record))
    reasons = with_standing(harvest, record, known, screen(declaration))
    staged: tuple[StagedPart, ...] = ()
    doubted: tuple[StagedPart, ...] = ()
    unusable: PartUnusable | None = None
    is_same_data = bool(data_stamp) and data_stamp == known.data_stamp
    if not is_fetching_useless(reasons):
        try:
            staged = _gather(harvest, record, known, declaration, is_same_data=is_same_data)
        except PartUnusable as error:
            if error.is_temporary:
                raise
            unusable = error
            doubted = error.staged if isinstance(error, TableUnusable) else ()
    provenance = _provenance(harvest, record, raw_sha256)
    source_key = harvest.source_key(record.id)
    publication = assemble(
        source_key, record, declaration, staged, mapping=harvest.mapping, provenance=provenance, rows=harvest.rows
    )
    if is_same_data or not staged:
        publication = with_curated(publication, known.curated)
    else:  # fetching took its time, and a curator may have used it
        with database.reading() as session:
            publication = merge_curated(session, publication)
    verdict: Verdict
    is_leaking = False
    if unusable is not None:
        why = Reason(unusable.code, "hold", unusable.subject, unusable.count)
        verdict = unfetched(publication, (why, *_about_tables(doubted), *reasons))
    elif is_fetching_useless(reasons):
        verdict = unfetched(publication, reasons)
    else:
        verdict, is_leaking = judge_publication(publication, declaration, staged, known)
    if is_live_refused(verdict, known.live):
        is_leaking = True
    elif (isinstance(verdict, Held) or is_refused_by_reviewer(verdict)) and not is_leaking:
        is_leaking = live_leaks(harvest, known, declaration)
    leak = COLUMN_CLOSED if has_closed_column(declaration, known.live) else NO_LONGER_ADMITTED if is_leaking else ""
    return Judged(
        record,
        declaration,
        raw_sha256,
        data_stamp,
        publication,
        staged,
        verdict,
        known.live,
        leak,
        known.reviews,
        doubted,
    )


def _provenance(harvest: Harvest, record: DatasetRecord, raw_sha256: str) -> dict[str, str]:
    """Where a version comes from, as the public reads it. The record holds what is not public, and a plain hash of it
    would confirm a guess: it is keyed, and we alone can compare it."""
    return {
        "source": harvest.source.name,
        "record_id": record.id,
        "run_id": harvest.run_id,
        "raw_sha256": mark_of(harvest.rows.key(), "raw record", raw_sha256),
        "fetched_at": harvest.now().isoformat(),
        "mapping_digest": harvest.source.mapping.digest,
        "mapping_signed_by": harvest.source.mapping.signed_by or "",
        "gate_version": GATE_VERSION,
        "scanner_version": SCANNER_VERSION,
    }


def _about_tables(doubted: Sequence[StagedPart]) -> tuple[Reason, ...]:
    """Why no column may be published, by column, and which headers are only proposed."""
    return tuple(dict.fromkeys(reason for part in doubted for reason in part.plan_reasons)) + proposals(doubted)


def _gather(
    harvest: Harvest, record: DatasetRecord, known: Known, declaration: Declaration, *, is_same_data: bool
) -> tuple[StagedPart, ...]:
    """Every part of the record, reused where its data did not change, fetched where it did."""
    work = Work(harvest, record, declaration, known.withdrawn, known.choices)
    slugs = slugs_for(part.key for part in record.parts)
    staged: list[StagedPart] = []
    doubt: TableUnusable | None = None
    for part in record.parts:
        earlier = (known.staged or {}).get(part.key, ())
        is_reusable = is_same_data and not is_comparison_due(harvest, part, earlier)
        try:
            again = reuse_part(work, part, slugs[part.key], known) if is_reusable else None
            staged += again or prepare_part(work, part, slugs[part.key], earlier)
        except TableUnusable as error:  # the others, too, are read again when a person says where the header is
            doubt = doubt or error
            staged += error.staged
    if doubt is not None:
        raise TableUnusable(doubt.code, staged=staged, subject=doubt.subject, count=doubt.count) from doubt
    if staged and all(part.is_withheld for part in staged):
        raise TableUnusable("no_public_column", staged=staged)
    return tuple(staged)


def _check_sizes(harvest: Harvest, record: DatasetRecord) -> None:
    """Raise PartUnusable for words and lists longer than anything meant for people."""
    caps = harvest.caps
    longest = max((len(title) for title in record.titles.values()), default=0)
    if longest > caps.title_chars:
        raise PartUnusable("title_too_long", subject="title", count=longest, is_temporary=True)
    if not any(title.strip() for title in record.titles.values()):
        raise PartUnusable("title_missing", subject="title", is_temporary=True)
    for text in record.descriptions.values():
        if len(text) > caps.text_chars:
            raise PartUnusable("text_too_long", subject="description", count=len(text), is_temporary=True)
    for name, count, cap in (
        ("parts", len(record.parts), caps.parts),
        ("fields", len(record.fields), caps.fields),
        ("keywords", sum(len(words) for words in record.keywords.values()), caps.keywords),
    ):
        if count > cap:
            raise PartUnusable("too_many_entries", subject=name, count=count, is_temporary=True)
