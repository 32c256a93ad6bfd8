"""A clock that stands still for the limiter, so that nothing returns to a used-up budget while a test asks."""

import time
from types import SimpleNamespace

import pytest

_READERS = ("limits.storage.memory.time", "limits.strategies.time", "portal.limits.windows.time")


def stop_clock(patch: pytest.MonkeyPatch) -> None:
    """Let every reader of the time that counts budgets see this very moment from now on."""
    moment = time.time()
    still = SimpleNamespace(time=lambda: moment)
    for name in _READERS:
        patch.setattr(name, still)
