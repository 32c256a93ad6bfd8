"""Errors of the index."""

from portal.kernel.errors import PortalError


class EngineAway(PortalError):
    """The search engine cannot answer now: server gone, index missing, unreadable or busy. The database answers instead."""


class EngineResting(EngineAway):
    """It was away a moment ago and is not asked again yet; said once already, so not worth another log line."""


class ServerSilent(EngineAway):
    """The search server did not answer or is overloaded; asking it again at once would only make others wait."""
