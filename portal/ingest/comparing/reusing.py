"""What an earlier run made of the same delivery, when it can be used again instead of fetching.

Good as it is: same delivery, same rules, and live. Cut again from the quarantine: same delivery, but other rules, another
scanner, or not public. Otherwise the part is fetched.
"""

from dataclasses import replace
from pathlib import Path

from harvesters.records import FilePart, LinkPart, Part
from portal.gate import plan_columns
from portal.ingest.comparing.known import Known
from portal.ingest.fetching.deliveries import read_delivered
from portal.ingest.harvest import Harvest
from portal.ingest.preparing.assembling import content_key, original_key
from portal.ingest.preparing.parts import stage_file, stage_table_again
from portal.ingest.preparing.projecting import Work
from portal.ingest.preparing.reading_plans import of_part
from portal.ingest.staging import StagedPart, digest_part
from portal.inspect import scan_table
from portal.kernel.declaration import Declaration
from portal.kernel.vocab import PartKind
from portal.storage import BlobNotFound, QuarantineError


def reuse_part(work: Work, part: Part, slug: str, known: Known) -> tuple[StagedPart, ...] | None:
    """The part's stages without a request to the source; None when it must be fetched."""
    earlier = (known.staged or {}).get(part.key)
    if isinstance(part, LinkPart) or not earlier or any(e.part_digest != digest_part(part) for e in earlier):
        return None
    is_ruled_the_same = known.rules_digest == work.harvest.rules_digest and not any(
        entry.kind is PartKind.TABLE and entry.rows_withdrawn != len(work.withdrawn) for entry in earlier
    )
    if is_ruled_the_same and all(_plans_the_same(e, work.declaration) and _is_there(work.harvest, e) for e in earlier):
        whole = [_with_preview(entry, known) for entry in earlier]
        if all(whole):
            return tuple(entry for entry in whole if entry is not None)
    if isinstance(part, FilePart):
        return _read_again(work, part, slug, earlier)
    again = [_cut_again(work, entry, known) for entry in earlier]
    return tuple(one for one in again if one is not None) if all(again) else None


def _plans_the_same(entry: StagedPart, declaration: Declaration) -> bool:
    if entry.kind is not PartKind.TABLE:
        return True
    return plan_columns(declaration, tuple(column.name for column in entry.delivered)).rules == entry.planned


def _is_there(harvest: Harvest, entry: StagedPart) -> bool:
    """Whether the bytes that would be published can still be had."""
    return all(
        key is None or sha256 is None or harvest.store.exists(key) or _holds(harvest, sha256)
        for key, sha256 in ((content_key(entry), entry.sha256), (original_key(entry), entry.original_sha256))
    )


def _read_again(
    work: Work, part: FilePart, slug: str, earlier: tuple[StagedPart, ...]
) -> tuple[StagedPart, ...] | None:
    """The delivered file out of the quarantine, read and staged as if it came now."""
    sha256 = earlier[0].delivered_sha256
    path = _restored(work.harvest, sha256)
    if path is None or sha256 is None:
        return None
    choices = of_part(work.choices, part.key)
    return stage_file(work, part, slug, read_delivered(work.harvest, part, path, sha256, choices))


def _with_preview(entry: StagedPart, known: Known) -> StagedPart | None:
    """The stage with its first rows, which the database has while the table is live; None when it is not."""
    if entry.kind is not PartKind.TABLE:
        return entry
    live = known.live.parts if known.live else ()
    return next((replace(entry, preview=part.preview) for part in live if part.sha256 == entry.sha256), None)


def _cut_again(work: Work, entry: StagedPart, known: Known) -> StagedPart | None:
    """A table judged anew: projected and scanned from the quarantine, or, under the same rules, scanned where it lies."""
    table = _restored(work.harvest, entry.table_sha256)
    if table is not None:
        return stage_table_again(work, entry, table)
    whole = _with_preview(entry, known) if _plans_the_same(entry, work.declaration) else None
    path = _content(work.harvest, entry) if whole else None
    return replace(whole, findings=scan_table(path, digest=entry.sha256 or "")) if whole and path else None


def _content(harvest: Harvest, entry: StagedPart) -> Path | None:
    key = content_key(entry)
    if key and harvest.store.exists(key):
        return harvest.store.local_path(key)
    return _restored(harvest, entry.sha256)


def _restored(harvest: Harvest, sha256: str | None) -> Path | None:
    if sha256 is None or not harvest.originals.holds(sha256):
        return None
    path = harvest.work_dir / sha256
    try:
        if not path.is_file():
            harvest.originals.restore(sha256, path)
    except (BlobNotFound, QuarantineError):
        return None
    return path


def _holds(harvest: Harvest, sha256: str) -> bool:
    return harvest.originals.holds(sha256)
