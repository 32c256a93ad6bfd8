"""Whether a dataset is as fresh as its department promised: days since the last change against the stated cycle."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from portal.kernel.vocab import UpdateCycle

# A day late is a weekend's or a night run's delay, not a broken promise: a tenth of the cycle, at least a day, is let pass.
_GRACE_SHARE = 10


@dataclass(frozen=True, slots=True)
class Freshness:
    """`age_days` since the data changed; `late_days` past the cycle with its grace; `share` of the cycle gone, 0–1.

    `standing`: `on_time`, `late`, or `unbound` where no cycle binds.
    """

    age_days: int
    cycle_days: int | None
    late_days: int
    share: float
    standing: Literal["on_time", "late", "unbound"]


def measure_freshness(cycle: UpdateCycle, modified_at: datetime, now: datetime) -> Freshness:
    """Compare the data's age with its update cycle."""
    age = max(0, (now - modified_at).days)
    if cycle.days is None:
        return Freshness(age, None, 0, 0.0, "unbound")
    grace = max(1, cycle.days // _GRACE_SHARE)
    is_late = age > cycle.days + grace
    return Freshness(
        age_days=age,
        cycle_days=cycle.days,
        late_days=age - cycle.days if is_late else 0,
        share=min(1.0, age / cycle.days),
        standing="late" if is_late else "on_time",
    )
