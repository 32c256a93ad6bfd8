"""Is what is live still fit to be public, when today's rules are newer than it and no refresh replaces it?

A refresh that a new gate or scanner holds says nothing about the version that serves meanwhile: other rows, judged by older
rules. So the live rows themselves are inspected again, once, before they go on serving.
"""

from portal.gate import find_name_permission, find_permission, is_sensitive_in_column, sensitive_kind
from portal.ingest.comparing.drift import LivePart
from portal.ingest.comparing.known import Known
from portal.ingest.harvest import Harvest
from portal.inspect import scan_table
from portal.kernel.declaration import Declaration
from portal.kernel.vocab import ColumnAction, PartKind
from portal.storage import BlobNotFound, blob_key

_NAMED = "column_sensitive_name"


def live_leaks(harvest: Harvest, known: Known, declaration: Declaration) -> bool:
    """Whether the live rows hold what today's inspection would hold, and no reviewer let pass in exactly these rows.
    False when they were judged by today's rules."""
    live = known.live
    if live is None or known.rules_digest == harvest.rules_digest:
        return False
    release = next((release for release in known.releases if release.data_digest == live.data_digest), None)
    seen = frozenset() if release is None else release.seen or frozenset()
    return any(
        _holds_personal_data(harvest, part, declaration, seen) for part in live.parts if part.kind is PartKind.TABLE
    )


def _holds_personal_data(
    harvest: Harvest, part: LivePart, declaration: Declaration, seen: frozenset[tuple[str, str]]
) -> bool:
    """`seen`: code and subject of what a release of these rows lifted."""
    for name, order in part.actions:
        kind = sensitive_kind(name) if order.action is ColumnAction.PUBLISH else None
        if kind and (_NAMED, name) not in seen and find_name_permission(declaration, name, kind) is None:
            return True
    if part.sha256 is None:
        return False
    try:
        path = harvest.store.local_path(blob_key("tables", part.sha256, "parquet"))
    except BlobNotFound:  # what cannot be inspected is not fit
        return True
    found = scan_table(path, digest=part.sha256)
    return not found.is_complete or any(
        is_sensitive_in_column(finding.rule)
        and find_permission(declaration, finding) is None
        and (f"found_{finding.rule}", finding.column or finding.place) not in seen
        for finding in found.findings
    )
