"""Which place a caller takes for a class of work, by the declared numbers."""

from portal.kernel.principal import Principal
from portal.limits.budgets import CONCURRENCY, BudgetClass
from portal.limits.protocol import Place
from portal.limits.slots import Places


def enter(places: Places, principal: Principal, budget: str, *, factor: int, is_local: bool = False) -> Place:
    """Take a place. Raises ValueError for a class that is not declared, KeyError for one that is not limited so."""
    limit = CONCURRENCY[BudgetClass(budget)][principal.tier] * factor
    name = f"{budget}:{principal.caller}"
    return Place(budget, limit, name, places.take(name, limit), is_local)
