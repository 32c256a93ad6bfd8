"""The one declaration of how much a caller may use: class of endpoint × tier → amount in a window.

The limiter counts by it, `RateLimit-Policy` announces it, `/api/v1/me/quota` and the readable API page print it. Change a
number here and all of them change. The amounts leave an office behind one address room to work and stop a runaway script;
the anonymous row budget is about a third of what two cores can answer (DESIGN.md, "Rows": three mixed queries a second).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

from portal.kernel.vocab import Tier

_MINUTE_S = 60
_QUARTER_S = 900
_HOUR_S = 3600
_DAY_S = 24 * _HOUR_S
_GB = 10**9

Unit = Literal["requests", "content-bytes"]
"""What a budget counts, in the words of the draft's parameter `qu`."""


class BudgetClass(StrEnum):
    """What an endpoint costs us, by kind of work. The value is the policy's name in headers."""

    PAGES = "pages"  # pages for people
    CATALOGUE = "catalogue"  # metadata by API
    ROWS = "rows"  # rows of a table by API
    EXPORTS = "exports"  # bytes of files sent, and of tables read to make files
    FILES = "files"  # asking for a file
    OBJECTIONS = "objections"  # objecting to a publication, asking for the answer
    APPLICATIONS = "applications"  # applying for conditional datasets, writing and deciding about it
    SIGN_IN = "sign_in"  # trying to sign in, to register, to have a mail sent


@dataclass(frozen=True, slots=True)
class Budget:
    """`amount` units in any window of `window_s` seconds."""

    amount: int
    window_s: int


def _tiers(window_s: int, anonymous: int, registered: int, verified: int, partner: int) -> Mapping[Tier, Budget]:
    amounts = (anonymous, registered, verified, partner)
    return MappingProxyType({tier: Budget(n, window_s) for tier, n in zip(Tier, amounts, strict=True)})


BUDGETS: Mapping[BudgetClass, Mapping[Tier, Budget]] = MappingProxyType(
    {
        BudgetClass.PAGES: _tiers(_MINUTE_S, 600, 600, 1_200, 6_000),
        BudgetClass.CATALOGUE: _tiers(_MINUTE_S, 120, 600, 1_200, 6_000),
        BudgetClass.ROWS: _tiers(_MINUTE_S, 60, 300, 600, 3_000),
        BudgetClass.EXPORTS: _tiers(_DAY_S, 20 * _GB, 50 * _GB, 200 * _GB, 2_000 * _GB),
        BudgetClass.FILES: _tiers(_MINUTE_S, 240, 600, 1_200, 6_000),
        BudgetClass.OBJECTIONS: _tiers(_DAY_S, 10, 20, 20, 20),
        BudgetClass.APPLICATIONS: _tiers(_DAY_S, 10, 200, 200, 200),
        BudgetClass.SIGN_IN: _tiers(_QUARTER_S, 20, 20, 20, 20),
    }
)


CONCURRENCY: Mapping[BudgetClass, Mapping[Tier, int]] = MappingProxyType(
    {
        # requests of one caller that run at a time; an office behind one address is one anonymous caller
        BudgetClass.ROWS: MappingProxyType(dict(zip(Tier, (6, 8, 12, 32), strict=True))),
        BudgetClass.EXPORTS: MappingProxyType(dict(zip(Tier, (2, 3, 4, 8), strict=True))),
    }
)
"""Expensive work: how much of it one caller may have running at the same time. One more is refused at once."""


DESCRIPTIONS: Mapping[BudgetClass, str] = MappingProxyType(  # message ids, shown with the numbers
    {
        BudgetClass.PAGES: "Pages of the site",
        BudgetClass.CATALOGUE: "Metadata by API: search, datasets, departments, themes",
        BudgetClass.ROWS: "Pages of rows by API",
        BudgetClass.EXPORTS: "Bytes of files: sent, or read to make a file",
        BudgetClass.FILES: "Requests for files",
        BudgetClass.OBJECTIONS: "Objections to a publication, and questions about their answers",
        BudgetClass.APPLICATIONS: "Applications for conditional datasets, messages and decisions",
        BudgetClass.SIGN_IN: "Attempts to sign in, to register or to have a mail sent",
    }
)


UNITS: Mapping[BudgetClass, Unit] = MappingProxyType(
    {budget: "content-bytes" if budget is BudgetClass.EXPORTS else "requests" for budget in BudgetClass}
)


def budget_for(budget: str, tier: Tier) -> Budget:
    """The declared budget of one class for one tier. Raises ValueError for a class that is not declared."""
    return BUDGETS[BudgetClass(budget)][tier]
