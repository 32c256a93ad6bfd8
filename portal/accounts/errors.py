"""Why an API key was not accepted. Each message says what to do; none repeats the key."""

from portal.kernel.errors import PortalError


class KeyRefused(PortalError):
    """Root of the family: the caller showed a key that does not open anything."""


class KeyUnknown(KeyRefused):
    """No key of ours, or not whole."""


class KeyExpired(KeyRefused):
    """It was valid until its last day."""


class KeyRevoked(KeyRefused):
    """It was taken back."""
