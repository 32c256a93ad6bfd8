"""What can go wrong with tables that is not the caller's fault."""

from portal.kernel.errors import PortalError


class ProjectionError(PortalError):
    """The column rules do not fit the table, or would publish nothing."""
