"""The composition root: the only place that chooses between embedded and production parts."""

from dataclasses import dataclass

from portal.db import Database
from portal.settings import Settings
from portal.storage.protocol import BlobStore


@dataclass(frozen=True, slots=True)
class Parts:
    """What a web process is made of. It holds no quarantine and no source's secret."""

    settings: Settings
    database: Database
    store: BlobStore
