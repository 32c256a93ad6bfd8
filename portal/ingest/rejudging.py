"""Is what is live still fit to be public, when today's rules are newer than it and no refresh replaces it?

A refresh that a new gate or scanner holds says nothing about the version that serves meanwhile: other rows, judged by older
rules. So the live rows themselves are inspected again, once, before they go on serving.
"""

from portal.gate import is_sensitive_in_column, sensitive_kind
from portal.ingest.drift import LivePart
from portal.ingest.harvest import Harvest
from portal.ingest.known import Known
from portal.inspect import scan_table
from portal.kernel.vocab import ColumnAction, PartKind
from portal.storage import BlobNotFound, blob_key


def live_leaks(harvest: Harvest, known: Known) -> bool:
    """Whether the live rows hold what today's inspection would hold. False when they were judged by today's rules, or a
    reviewer released exactly them."""
    live = known.live
    if live is None or known.rules_digest == harvest.rules_digest:
        return False
    if any(release.data_digest == live.data_digest for release in known.releases):
        return False
    return any(_holds_personal_data(harvest, part) for part in live.parts if part.kind is PartKind.TABLE)


def _holds_personal_data(harvest: Harvest, part: LivePart) -> bool:
    if any(action is ColumnAction.PUBLISH and sensitive_kind(name) for name, action in part.actions):
        return True
    if part.sha256 is None:
        return False
    try:
        path = harvest.store.local_path(blob_key("tables", part.sha256, "parquet"))
    except BlobNotFound:  # what cannot be inspected is not fit
        return True
    found = scan_table(path, digest=part.sha256)
    return not found.is_complete or any(is_sensitive_in_column(finding.rule) for finding in found.findings)
