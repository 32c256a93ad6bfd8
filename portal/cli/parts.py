"""What commands work with, built once for each call and closed at its end."""

from collections.abc import Iterator
from contextlib import contextmanager

from portal.ingest.workshop import Workshop
from portal.settings import Settings
from portal.wiring import WorkerParts, worker_parts


@contextmanager
def opened_parts(settings: Settings) -> Iterator[WorkerParts]:
    """The worker's parts; connections are closed at the end."""
    worker = worker_parts(settings)
    try:
        yield worker
    finally:
        worker.parts.jobs.close()
        worker.parts.database.dispose()


def workshop_of(worker: WorkerParts) -> Workshop:
    """What ingest works with."""
    parts = worker.parts
    return Workshop.of(
        parts.settings,
        database=parts.database,
        store=parts.store,
        quarantine=worker.quarantine,
        jobs=parts.jobs,
        client_for=worker.client_for,
    )
