"""Why a query cannot be read."""

from portal.kernel.errors import PortalError


class Unreadable(PortalError):
    """The text is no query: what was expected where. Told to the caller as a search error."""
