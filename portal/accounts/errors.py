"""Why a key or a sign-in was not accepted. Each message says what to do; none repeats what was shown."""

from portal.kernel.errors import PortalError


class KeyRefused(PortalError):
    """Root of the family: the caller showed a key that does not open anything."""


class KeyUnknown(KeyRefused):
    """No key of ours, or not whole."""


class KeyExpired(KeyRefused):
    """It was valid until its last day."""


class KeyRevoked(KeyRefused):
    """It was taken back, or its account is closed."""


class SignInRefused(PortalError):
    """Address and password, code or answer of the provider do not open an account; the same for every cause."""


class LinkRefused(PortalError):
    """The link of a mail is not ours, was used, or its time is over."""
