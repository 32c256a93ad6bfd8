"""What can go wrong around a run; what goes wrong with one record is a reason of its own record, never an exception."""

from portal.kernel.errors import InvalidInput, NotFound, PortalError


class IngestError(PortalError):
    """Root of the family."""


class SourceUnknown(NotFound):
    """No source has this name."""


class SourceExists(IngestError):
    """A source of this name is registered already."""


class SourceInvalid(InvalidInput):
    """A source's configuration, mapping or secret cannot be used; the message lists every fault."""


class SourceBusy(IngestError):
    """Another process is running this source."""


class ScheduleInvalid(InvalidInput):
    """A schedule, its time limit or an address to be told cannot be used; the message says why."""


class RunEnded(BaseException):
    """This process was asked to end its run. Not an Exception: no record's way may catch it. `code`: an end reason."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class RunLost(RunEnded):
    """The run was closed by another process, which took this one for dead; nothing more of it may be written."""

    def __init__(self) -> None:
        super().__init__("run_lost")


class RunUnknown(NotFound):
    """No run has this id."""


class RunStopped(IngestError):
    """The run ended early; what it had settled is kept. `run_id` names it."""

    def __init__(self, message: str, *, run_id: str) -> None:
        super().__init__(message)
        self.run_id = run_id


class HeldUnknown(NotFound):
    """No held record has this id."""


class CannotReview(IngestError):
    """The held record is not (or no longer) one that can be released or refused; the message says why."""


class Overtaken(IngestError):
    """A person decided about this record while it was judged; judge it again, knowing that."""


class PartUnusable(IngestError):
    """One part of a record cannot be used. `code` is a reason code with a message in both languages.

    `is_temporary`: the next run tries again; otherwise the record is held until the department delivers something else.
    """

    def __init__(
        self, code: str, *, subject: str = "", count: int | None = None, note: str = "", is_temporary: bool = False
    ) -> None:
        super().__init__(f"{code} {subject} {note}".strip())
        self.is_temporary = is_temporary
        self.code = code
        self.subject = subject
        self.count = count
        self.note = note
