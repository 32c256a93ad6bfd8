"""The root of every error the portal raises on purpose."""


class PortalError(Exception):
    """Something a person can act on. The message says what, where and what to do, without any data value."""


class NotFound(PortalError):
    """It does not exist for this caller; also raised for what the caller may not see."""


class Gone(PortalError):
    """It was public once and has been withdrawn or thinned; a tombstone tells the reason."""


class GrantNeeded(PortalError):
    """It exists and everybody may know that, but its rows and files are for those who were granted them (有条件开放)."""

    def __init__(self, message: str, *, dataset_id: str) -> None:
        super().__init__(message)
        self.dataset_id = dataset_id


class InvalidInput(PortalError):
    """A caller's value is not acceptable.

    `parameter` names the input, `position` is the 0-based character offset where that is known.
    """

    def __init__(self, message: str, *, parameter: str, position: int | None = None) -> None:
        super().__init__(message)
        self.parameter = parameter
        self.position = position


class Unavailable(PortalError):
    """A part is busy or away; `retry_after_s` says when another try makes sense."""

    def __init__(self, message: str, *, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
