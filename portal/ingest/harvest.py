"""What the steps of one run share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from harvesters.protocols import Source as Harvester
from portal.gate import GATE_VERSION, Reason, ValueMapping
from portal.ingest.caps import Caps
from portal.ingest.row_keeping import RowKeeping
from portal.ingest.sources import RegisteredSource
from portal.inspect import SCANNER_VERSION
from portal.kernel.digests import value_digest
from portal.storage import BlobStore, Quarantine

STEPS_VERSION = "3"  # of the steps themselves: a change here makes every record be done again


class Progress(Protocol):
    """What a run tells while it goes on; the command line draws it, tests listen to it."""

    def listed(self, seen: int, total: int | None) -> None:
        """`seen` records were read from the listing, of `total` where the source says so."""
        ...

    def settled(self, action: str, title: str) -> None:
        """One record came to its end."""
        ...

    def unchanged(self, count: int) -> None:
        """So many records of a page are as they were."""
        ...

    def fetched(self, title: str, rows: int) -> None:
        """So many rows of a table are here."""
        ...


class Silence:
    """A Progress that nobody listens to."""

    def listed(self, seen: int, total: int | None) -> None: ...

    def settled(self, action: str, title: str) -> None: ...

    def unchanged(self, count: int) -> None: ...

    def fetched(self, title: str, rows: int) -> None: ...


def utc_now() -> datetime:
    """The clock of a run unless a test brings another."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Harvest:
    """One run over one source. `quarantine` None: a dry run, which keeps nothing but may read `originals`.

    `run_number`: how many runs the source has had, with this one. `is_full`: a person asked for the comparison of all keys.

    `rows`: when days begin here, and the key of withdrawn rows. `rules_digest`: what a record's fingerprint depends on
    besides the record, all that could change the answer about it.
    `label_hold`: why nothing of the source is made or changed in this run, closings apart (`label_sets.py`).
    """

    run_id: str
    source: RegisteredSource
    harvester: Harvester
    mapping: ValueMapping
    store: BlobStore
    quarantine: Quarantine | None
    originals: Quarantine
    work_dir: Path
    caps: Caps
    progress: Progress
    now: Callable[[], datetime] = utc_now
    rows: RowKeeping = field(default_factory=RowKeeping)
    label_hold: Reason | None = None
    run_number: int = 0
    is_full: bool = False
    rules_digest: str = field(init=False)

    def __post_init__(self) -> None:
        rules = {
            "mapping": self.source.mapping.digest,
            "signed_by": self.source.mapping.signed_by,
            "limits": dict(self.source.limits),
            "gate": GATE_VERSION,
            "scanner": SCANNER_VERSION,
            "steps": STEPS_VERSION,
        }
        object.__setattr__(self, "rules_digest", value_digest(rules))

    def source_key(self, record_id: str) -> str:
        """The catalogue's key of a record of this source."""
        return f"{self.source.name}:{record_id}"
