"""Parse, project, inspect: what was delivered becomes staged parts, exactly as they would be published.

Columns are projected before anything is stored in a public place; what was delivered goes into the quarantine.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from harvesters.records import FilePart, LinkPart, Part, TablePart
from portal.gate import (
    JudgedPart,
    is_sensitive_in_column,
    may_offer_original,
)
from portal.ingest.errors import PartUnusable
from portal.ingest.fetching.bases import remembered
from portal.ingest.fetching.deliveries import FetchedFile, fetch_file, fetch_table
from portal.ingest.preparing.projecting import Work, project_staged
from portal.ingest.preparing.reading_plans import header_of, of_part
from portal.ingest.staging import StagedPart, TableUnusable, digest_part
from portal.ingest.texts import title_of
from portal.inspect import combine, scan_original, scan_texts
from portal.kernel.findings import Finding
from portal.kernel.vocab import PartKind
from portal.readers import Note, TableReading

NAMES_HOLD_DATA = "column_names_hold_data"
PARQUET = "application/vnd.apache.parquet"


def prepare_part(work: Work, part: Part, slug: str, earlier: Sequence[StagedPart] = ()) -> tuple[StagedPart, ...]:
    """Fetch one part and stage what is in it: one entry for each table. Raises PartUnusable, or the source's StopRun.

    `earlier`: what the last run made of the part; a table that is fetched in parts is built on it.
    """
    if isinstance(part, LinkPart):
        return (stage_link(part, slug),)
    if isinstance(part, TablePart):
        fetched = fetch_table(work.harvest, part, title_of(work.record), remembered(earlier))
        base = replace(
            _base(part, slug, PartKind.TABLE), increment=fetched.state.to_json() if fetched.state is not None else None
        )
        return (_stage_table(work, base, fetched.reading, fetched.reading.notes),)
    return stage_file(work, part, slug, fetch_file(work.harvest, part, of_part(work.choices, part.key)))


def stage_file(work: Work, part: FilePart, slug: str, fetched: FetchedFile) -> tuple[StagedPart, ...]:
    """Stage what is in a delivered file: one entry for each table, or the file itself."""
    if work.harvest.quarantine:
        work.harvest.quarantine.keep(fetched.path)
    fetched.path.replace(work.harvest.work_dir / fetched.sha256)
    if fetched.reading.kind is PartKind.TABLE:
        return _stage_tables_of_file(work, part, slug, fetched)
    return (_stage_file(part, slug, fetched),)


def stage_link(part: LinkPart, slug: str) -> StagedPart:
    """A link elsewhere: nothing was fetched, nothing was checked."""
    return replace(_base(part, slug, PartKind.LINK), format=part.format_label)


def stage_table_again(work: Work, staged: StagedPart, table: Path) -> StagedPart:
    """The same delivery under other rules, or for another scanner: `table` is the typed table before projection."""
    return project_staged(work, staged, table, staged.delivered)


def _base(part: Part, slug: str, kind: PartKind) -> StagedPart:
    """Of a table until more is known: what people look for is CSV, what lies in the store is Parquet."""
    return StagedPart(
        part_key=part.key, part_digest=digest_part(part), slug=slug, kind=kind, format="csv", media_type=PARQUET
    )


def _stage_tables_of_file(work: Work, part: FilePart, slug: str, fetched: FetchedFile) -> tuple[StagedPart, ...]:
    reading = fetched.reading
    is_alone = len(reading.tables) == 1
    staged = []
    for table in reading.tables:
        base = replace(
            _base(part, slug if is_alone else f"{slug}-{table.key}", PartKind.TABLE),
            sheet="" if is_alone else table.name,
            delivered_sha256=fetched.sha256,
        )
        staged.append(_stage_table(work, base, table, (*reading.notes, *table.notes)))
    staged = [entry if entry.is_withheld else _with_file(entry, part, fetched) for entry in staged]
    if not work.withdrawn and all(may_offer_original(_as_judged(entry), work.declaration) for entry in staged):
        staged[0] = replace(
            staged[0],
            may_offer_original=True,
            original_sha256=fetched.sha256,
            original_format=reading.real_format,
            original_media_type=reading.media_type,
            original_size_bytes=fetched.size_bytes,
        )
    return tuple(staged)


def _with_file(entry: StagedPart, part: FilePart, fetched: FetchedFile) -> StagedPart:
    """The table with what was found in the rest of its file: hidden texts, the name, everything readable in it."""
    reading, digest = fetched.reading, entry.sha256 or ""
    found = scan_texts(_texts_of_file(part.file_name, reading.hidden_texts), digest=digest)
    if reading.original_text is not None:
        found = combine(found, scan_original(reading.original_text, digest=digest))
    is_hiding = reading.has_hidden_content or reading.original_text is None
    return replace(
        entry,
        text_findings=replace(found, has_hidden_content=found.has_hidden_content or is_hiding),
        quality=dict(entry.quality) | {"encoding": reading.encoding, "delivered_format": reading.real_format},
    )


def _as_judged(part: StagedPart) -> JudgedPart:
    return JudgedPart(part.slug, part.kind, part.sha256 or "", part.rules, part.findings, part.text_findings)


def _stage_file(part: FilePart, slug: str, fetched: FetchedFile) -> StagedPart:
    """A file without tables: published as it is or not at all, so all of its text is scanned."""
    reading = fetched.reading
    findings = scan_original(reading.original_text, digest=fetched.sha256) if reading.original_text else None
    texts = scan_texts(_texts_of_file(part.file_name, reading.hidden_texts), digest=fetched.sha256)
    return replace(
        _base(part, slug, PartKind.FILE),
        format=reading.real_format,
        media_type=reading.media_type,
        sha256=fetched.sha256,
        size_bytes=fetched.size_bytes,
        delivered_sha256=fetched.sha256,
        quality={"notes": _notes(reading.notes)},
        findings=findings,
        text_findings=replace(
            texts,
            findings=(*texts.findings, *(Finding(n.code, None, n.subject, n.count or 1) for n in reading.uninspected)),
            has_hidden_content=reading.has_hidden_content,
        ),
    )


def _stage_table(work: Work, base: StagedPart, reading: TableReading, notes: Sequence[Note]) -> StagedPart:
    _refuse_values_as_names(base, reading, notes, header_of(reading, work.record.fields))
    staged = replace(
        base,
        delivered=reading.columns,
        table_sha256=work.harvest.quarantine.keep(reading.path) if work.harvest.quarantine else None,
        quality={"rows_read": reading.rows_read, "rows_lost": reading.rows_lost, "notes": _notes(notes)},
        header=header_of(reading, work.record.fields),
    )
    return project_staged(work, staged, reading.path, reading.columns)


def _refuse_values_as_names(
    base: StagedPart, reading: TableReading, notes: Sequence[Note], header: Mapping[str, Any]
) -> None:
    """A table whose header is a row of data: its column names would be told, and kept, as names.

    Raises PartUnusable; where a header was read out of rows, TableUnusable without the names.
    """
    names = [name for column in reading.columns for name in (column.name, column.source_name)]
    names += [base.sheet, *(note.subject for note in notes)]
    texts = {f"column name#{number}": name for number, name in enumerate(dict.fromkeys(names))}
    found = scan_texts(texts, digest=base.part_digest).findings
    if any(is_sensitive_in_column(finding.rule) for finding in found):
        count = sum(finding.count for finding in found)
        if not header:
            raise PartUnusable(NAMES_HOLD_DATA, subject=base.slug, count=count)
        asked = replace(base, header={**header, "is_certain": False}, is_withheld=True)
        raise TableUnusable(NAMES_HOLD_DATA, staged=(asked,), subject=base.slug, count=count)


def _texts_of_file(file_name: str, hidden: Any) -> dict[str, str]:
    texts = {"file name": file_name}
    for place, found in hidden.items():
        texts |= {f"{place}#{number}": text for number, text in enumerate(found, 1)}
    return texts


def _notes(notes: Sequence[Note]) -> list[dict[str, Any]]:
    return [{"code": note.code, "subject": note.subject, "count": note.count} for note in notes]
