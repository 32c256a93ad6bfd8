"""Chooses the store that the settings name, and opens the quarantine for the worker."""

from portal.settings import Settings
from portal.storage.cache import FileCache
from portal.storage.local import LocalStore
from portal.storage.protocol import BlobStore
from portal.storage.quarantine import Quarantine
from portal.storage.s3 import S3Store


def open_store(settings: Settings) -> BlobStore:
    """S3 where `store_url` is set, else a directory in `var_dir`. Connects to nothing yet."""
    if not settings.store_url:
        return LocalStore(settings.var_dir / "store")
    return S3Store(
        settings.store_url,
        endpoint=settings.store_endpoint,
        key=settings.store_key,
        secret=settings.store_secret,
        cache=FileCache(settings.var_dir / "cache" / "store", settings.store_cache_mb << 20),
    )


def open_quarantine(settings: Settings) -> Quarantine:
    """The quarantine of the settings; for the worker and the command line alone. Reads nothing yet."""
    return Quarantine(settings.effective_quarantine_dir, settings.quarantine_key)
