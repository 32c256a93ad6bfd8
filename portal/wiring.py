"""The composition root: the only place that chooses between embedded and production parts."""

from dataclasses import dataclass

from portal.accounts.oidc import OidcProvider, open_provider
from portal.db import Database
from portal.index import SearchService, open_search
from portal.jobs import JobQueue, open_queue
from portal.limits import Limiter, open_limiter
from portal.outbound import GuardedClient
from portal.settings import Settings
from portal.storage import BlobStore, Quarantine, open_quarantine, open_store
from portal.tables import RowEngine, open_rows
from portal.tables.differences import RowDifferences, open_differences


@dataclass(frozen=True, slots=True)
class Parts:
    """What a web process is made of. It holds no quarantine and no source's secret.

    `provider`, where one is set, is its one way out: to the sign-in provider and nowhere else (decision 0034).
    """

    settings: Settings
    database: Database
    store: BlobStore
    search: SearchService
    rows: RowEngine
    differences: RowDifferences
    limiter: Limiter
    jobs: JobQueue
    provider: OidcProvider | None


@dataclass(frozen=True, slots=True)
class WorkerParts:
    """What the worker and the command line have besides: originals, and the way out to sources."""

    parts: Parts
    quarantine: Quarantine

    def client_for(self, allowed_hosts: frozenset[str]) -> GuardedClient:
        """A guarded HTTP client; `allowed_hosts` (host or host:port) may be private addresses, by registration."""
        return GuardedClient(allowed_hosts=allowed_hosts)


def web_parts(settings: Settings) -> Parts:
    """Build what the web process needs; connects to nothing yet."""
    database = Database(settings.effective_database_url)
    return Parts(
        settings=settings,
        database=database,
        store=open_store(settings),
        search=open_search(settings, database),
        rows=open_rows(settings),
        differences=open_differences(settings),
        limiter=open_limiter(settings),
        jobs=open_queue(settings),
        provider=open_provider(settings),
    )


def worker_parts(settings: Settings) -> WorkerParts:
    """Build what the worker needs: everything, and the quarantine."""
    return WorkerParts(parts=web_parts(settings), quarantine=open_quarantine(settings))
