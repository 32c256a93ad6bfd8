"""What is signed about one version of a carried state, the same on both sides."""

from typing import Any

from portal.gate.carried import CarriedVerdict


def verdict_of(entry: dict[str, Any]) -> CarriedVerdict:
    """`entry`: a version and its verdict as `portal.catalogue.replication` reads them."""
    version, verdict = entry["version"], entry["verdict"]
    return CarriedVerdict(
        dataset_id=version["dataset_id"],
        version=version["number"],
        data_digest=version["data_digest"],
        page_digest=version["page_digest"],
        verdict_id=verdict["id"],
        gate_version=verdict["gate_version"],
        judged_at=verdict["judged_at"],
    )
