"""What can go wrong with a store or the quarantine."""

from portal.kernel.errors import PortalError


class StorageError(PortalError):
    """The store is away, full or refuses; nothing was lost, the same call may be made again."""


class BlobNotFound(StorageError):
    """There is no blob under this key."""


class KeyInvalid(StorageError):
    """The key is not of the shape that `keys.py` makes; a fault of the program."""


class QuarantineError(StorageError):
    """The quarantine cannot be opened, or what it holds was altered."""
