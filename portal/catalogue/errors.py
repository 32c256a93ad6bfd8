"""What the catalogue refuses, and what it says about things that are gone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from portal.kernel.errors import Gone, PortalError


@dataclass(frozen=True, slots=True)
class Grave:
    """What stays of something that was public. `version` None: the whole dataset. `checksums`: part slug → SHA-256."""

    dataset_id: str
    version: int | None
    reason: str
    buried_at: datetime
    checksums: Mapping[str, str]


class Buried(Gone):
    """It was public and is not any more; `grave` holds the public reason, the instant and the checksums."""

    def __init__(self, message: str, grave: Grave) -> None:
        super().__init__(message)
        self.grave = grave


class CatalogueError(PortalError):
    """Root of what the catalogue refuses to do."""


class DigestMismatch(CatalogueError):
    """What was to be published is not what the gate judged."""


class VerdictMismatch(CatalogueError):
    """The stored verdict does not admit these digests for this record."""


class Incomplete(CatalogueError):
    """A published dataset must name owner, approver, basis, class and grade, and hold at least one part."""


class CurationChanged(CatalogueError):
    """A curator changed a text after the publication was merged; merge and judge again."""


class StaysWithdrawn(CatalogueError):
    """A person withdrew it; only a person can lift that."""
