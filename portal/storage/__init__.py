"""Blobs: published tables and files behind one protocol, and the encrypted quarantine that only the worker opens."""

from portal.storage.errors import BlobNotFound, KeyInvalid, QuarantineError, StorageError
from portal.storage.keys import blob_key
from portal.storage.local import LocalStore
from portal.storage.opening import open_quarantine, open_store
from portal.storage.protocol import Blob, BlobStore
from portal.storage.quarantine import Quarantine
from portal.storage.s3 import S3Store

__all__ = [
    "Blob",
    "BlobNotFound",
    "BlobStore",
    "KeyInvalid",
    "LocalStore",
    "Quarantine",
    "QuarantineError",
    "S3Store",
    "StorageError",
    "blob_key",
    "open_quarantine",
    "open_store",
]
