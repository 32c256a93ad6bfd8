"""How much each key is used, by day and class of budgets: written in batches, shown to its holder."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.accounts.models import ApiKey, KeyUse
from portal.db import table_of

KEPT_DAYS = 400
Place = tuple[str, date, str]
"""Key, day, class of budgets."""


@dataclass(frozen=True, slots=True)
class DayOfUse:
    """What a key did on one day: requests by class, and how many of all were refused for want of budget."""

    day: date
    requests: Mapping[str, int]
    refused: int

    @property
    def total(self) -> int:
        return sum(self.requests.values())


def add_key_uses(session: Session, uses: Mapping[Place, tuple[int, int]], now: datetime) -> None:
    """Add counts (requests, refused) to what is there, and note when each key was last used."""
    if not uses:
        return
    table = table_of(KeyUse)
    rows = [
        {"key_id": key_id, "used_on": day, "budget": budget, "requests": requests, "refused": refused}
        for (key_id, day, budget), (requests, refused) in sorted(uses.items())
    ]
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    statement = dialect.insert(table)
    added = statement.on_conflict_do_update(
        index_elements=["key_id", "used_on", "budget"],
        set_={
            "requests": table.c.requests + statement.excluded.requests,
            "refused": table.c.refused + statement.excluded.refused,
        },
    )
    session.execute(added, rows)
    keys = sorted({key_id for key_id, _, _ in uses})
    session.execute(update(table_of(ApiKey)).where(ApiKey.id.in_(keys)).values(last_used_on=now))


def list_key_days(
    session: Session, key_ids: Iterable[str], today: date, days: int = 30
) -> dict[str, tuple[DayOfUse, ...]]:
    """For each key its last days, the oldest first, also those without any use. One statement for all keys."""
    wanted = list(key_ids)
    first = today - timedelta(days=days - 1)
    rows = session.execute(
        select(KeyUse.key_id, KeyUse.used_on, KeyUse.budget, KeyUse.requests, KeyUse.refused)
        .where(KeyUse.key_id.in_(wanted), KeyUse.used_on >= first)
    )  # fmt: skip
    found: dict[tuple[str, date], list[tuple[str, int, int]]] = {}
    for key_id, day, budget, requests, refused in rows:
        found.setdefault((key_id, day), []).append((budget, requests, refused))
    dates = [first + timedelta(days=number) for number in range(days)]
    return {
        key_id: tuple(
            DayOfUse(
                day,
                {budget: requests for budget, requests, _ in sorted(found.get((key_id, day), []))},
                sum(refused for _, _, refused in found.get((key_id, day), [])),
            )
            for day in dates
        )
        for key_id in wanted
    }
