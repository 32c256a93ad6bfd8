"""What can go wrong on the way out, sorted by what the caller can do about it. Messages hold redacted addresses only."""

from portal.kernel.errors import PortalError


class OutboundError(PortalError):
    """Root of the family: a request to another machine did not give a usable answer."""


class Blocked(OutboundError):
    """The guard refuses the address, the scheme or the redirect; trying again changes nothing."""


class Unreachable(OutboundError):
    """The name does not resolve, or nobody answers there."""


class TooSlow(OutboundError):
    """A connect, read or total time limit was reached."""


class TooLarge(OutboundError):
    """The answer is larger than allowed, as sent or after decompression."""


class Truncated(OutboundError):
    """The answer ended early or was not HTTP."""
