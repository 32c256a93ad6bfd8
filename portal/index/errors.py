"""Errors of the index."""

from portal.kernel.errors import PortalError


class EngineAway(PortalError):
    """The search engine cannot answer now: server gone, index missing, unreadable or busy. The database answers instead."""
