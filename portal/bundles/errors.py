"""Why a bundle is not made or not taken; the message says what to do."""

from portal.kernel.errors import PortalError


class BundleRefused(PortalError):
    """Nothing of the bundle was used, or nothing was written. `code` for programs: see the raising places."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
