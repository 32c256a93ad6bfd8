"""The embedded limiter: one process, counters in its memory."""

from limits.storage import MemoryStorage

from portal.limits.windows import SlidingWindow


class MemoryLimiter(SlidingWindow):
    """Counts in this process alone; right for the embedded default, which is one process. A restart forgets."""

    def __init__(self, *, factor: int = 1) -> None:
        super().__init__(MemoryStorage(), factor=factor)
