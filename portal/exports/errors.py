"""Why a download cannot be made."""

from portal.kernel.errors import InvalidInput


class UnknownFormat(InvalidInput):
    """No such download format."""


class Cancelled(Exception):
    """Nobody wants the file any more, or the worker was asked to end."""
