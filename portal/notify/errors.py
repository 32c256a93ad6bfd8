"""What can go wrong with one mail, sorted by what to do next."""

from portal.kernel.errors import PortalError


class MailAway(PortalError):
    """The server cannot be reached, wants no mail now, or refuses us: try again later."""


class MailRefused(PortalError):
    """The server will never take this mail to this address."""
