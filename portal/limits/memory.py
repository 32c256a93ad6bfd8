"""The embedded limiter: one process, counters in its memory."""

from limits.storage import MemoryStorage

from portal.kernel.principal import Principal
from portal.limits.concurrency import enter
from portal.limits.protocol import Place
from portal.limits.slots import MemoryPlaces
from portal.limits.windows import SlidingWindow


class MemoryLimiter(SlidingWindow):
    """Counts in this process alone; right for the embedded default, which is one process. A restart forgets."""

    def __init__(self, *, factor: int = 1) -> None:
        super().__init__(MemoryStorage(), factor=factor)
        self._places = MemoryPlaces()

    def enter(self, principal: Principal, budget: str) -> Place:
        return enter(self._places, principal, budget, factor=self._factor)

    def leave(self, place: Place) -> None:
        if place.token:
            self._places.give_back(place.name, place.token)
