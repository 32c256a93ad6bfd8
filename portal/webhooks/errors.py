"""What can go wrong with a webhook that is sent."""

from portal.kernel.errors import PortalError


class NotTaken(PortalError):
    """The receiver did not take the message. `status`: what it answered, if it answered."""

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status
