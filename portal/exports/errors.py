"""Why a download cannot be made."""

from portal.kernel.errors import InvalidInput, PortalError


class UnknownFormat(InvalidInput):
    """No such download format."""


class TooManyRows(PortalError):
    """The table is longer than the format allows."""
