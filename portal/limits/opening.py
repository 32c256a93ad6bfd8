"""Chooses the limiter that the settings name."""

from portal.limits.memory import MemoryLimiter
from portal.limits.protocol import Limiter
from portal.limits.shared import RedisLimiter
from portal.settings import Settings


def open_limiter(settings: Settings) -> Limiter:
    """Redis where `redis_url` is set, else this process's memory. Connects to nothing yet."""
    if settings.redis_url:
        return RedisLimiter(settings.redis_url, factor=settings.limit_factor)
    return MemoryLimiter(factor=settings.limit_factor)
