"""What ingest works with, handed in by the worker or the command line; the composition root chose each part."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from portal.db import Database
from portal.ingest.row_keeping import RowKeeping
from portal.jobs import JobQueue
from portal.outbound import GuardedClient
from portal.settings import Settings
from portal.storage import BlobStore, Quarantine


@dataclass(frozen=True, slots=True)
class Workshop:
    """Database, stores and the way out. `work_dir` holds temporary directories, `secrets_dir` the sources' secrets."""

    database: Database
    store: BlobStore
    quarantine: Quarantine
    jobs: JobQueue
    client_for: Callable[[frozenset[str]], GuardedClient]
    work_dir: Path
    secrets_dir: Path
    rows: RowKeeping = field(default_factory=RowKeeping)
    spool_dir: Path | None = None

    @property
    def work_dirs(self) -> tuple[Path, ...]:
        """Where temporary directories are: the worker's, and that in which downloads are made."""
        return (self.work_dir,) if self.spool_dir is None else (self.work_dir, self.spool_dir)

    @classmethod
    def of(
        cls,
        settings: Settings,
        *,
        database: Database,
        store: BlobStore,
        quarantine: Quarantine,
        jobs: JobQueue,
        client_for: Callable[[frozenset[str]], GuardedClient],
    ) -> "Workshop":
        """The workshop with its directories where the settings put them."""
        return cls(
            database=database,
            store=store,
            quarantine=quarantine,
            jobs=jobs,
            client_for=client_for,
            work_dir=settings.var_dir / "work",
            secrets_dir=settings.effective_secrets_dir,
            rows=RowKeeping.of(settings),
            spool_dir=settings.var_dir / "spool",
        )
