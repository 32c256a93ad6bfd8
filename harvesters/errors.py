"""Errors sorted by what to do next. Messages name what and where, never a secret and never a data value."""


class HarvestError(Exception):
    """Root of the family."""


class ConfigError(HarvestError):
    """The configuration of a source cannot be used. `faults`: one sentence each; the message is all of them."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__(" ".join(faults))
        self.faults = faults


class RetryLater(HarvestError):
    """The platform is slow, broken or busy: trying again may help. `after_s`: what it asked for, if it did.

    `is_tried`: the transport tried again already, as patiently as it may; another try makes sense in a later run.
    """

    def __init__(self, message: str, *, after_s: float | None = None, is_tried: bool = False) -> None:
        super().__init__(message)
        self.after_s = after_s
        self.is_tried = is_tried


class StopRun(HarvestError):
    """Nothing more of this source can be had in this run: bad signature, login page, repeated page, dead host."""


class SkipRecord(HarvestError):
    """This one record cannot be used; the rest of the run goes on. `record_id` is "" when it has none."""

    def __init__(self, message: str, *, record_id: str = "") -> None:
        super().__init__(message)
        self.record_id = record_id


class NotReady(SkipRecord):
    """The data of this record is being loaded at this moment: leave what is there, and look again in the next run."""


class TooLarge(SkipRecord):
    """An answer or a file is larger than allowed; the transport raises it."""


def about(error: TooLarge, record_id: str) -> HarvestError:
    """The same failure as an error about that record; without one the listing itself cannot be read: StopRun."""
    return SkipRecord(str(error), record_id=record_id) if record_id else StopRun(str(error))
