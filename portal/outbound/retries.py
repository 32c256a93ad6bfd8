"""When to try again, and how long to wait: exponential back-off with full jitter, or what the other side asked for."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

# Answers that say "not now": RFC 9110 section 15.6, RFC 6585 section 4.
RETRIED_STATUSES = frozenset({429, 502, 503, 504})
IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class RetryRule:
    """`attempts` in all (1 = never again); waits grow from `first_s` by doubling up to `longest_s`.

    A server that asks for more than `longest_s` is not waited for: its answer goes back to the caller.
    """

    attempts: int = 4
    first_s: float = 0.5
    longest_s: float = 30.0

    def wait_s(self, attempt: int, asked_s: float | None, jitter: Callable[[], float]) -> float | None:
        """Seconds to wait after `attempt` (1-based) failed; None: do not try again. `jitter` gives 0 … 1."""
        if attempt >= self.attempts:
            return None
        if asked_s is not None:
            return asked_s if asked_s <= self.longest_s else None
        ceiling: float = min(self.longest_s, self.first_s * float(2 ** (attempt - 1)))
        return ceiling * (0.5 + jitter() / 2)


def asked_wait_s(header: str | None, now: datetime) -> float | None:
    """Retry-After as seconds from now: a number or an HTTP date; None when absent or unreadable."""
    if not header:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return max(0.0, (at - now).total_seconds())
