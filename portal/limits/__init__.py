"""Budgets per tier and class, declared once, and the limiter that counts them."""

from portal.limits.budgets import BUDGETS, CONCURRENCY, DESCRIPTIONS, UNITS, Budget, BudgetClass, Unit, budget_for
from portal.limits.opening import open_limiter
from portal.limits.protocol import Decision, Limiter, Place

__all__ = [
    "BUDGETS",
    "CONCURRENCY",
    "DESCRIPTIONS",
    "UNITS",
    "Budget",
    "BudgetClass",
    "Decision",
    "Limiter",
    "Place",
    "Unit",
    "budget_for",
    "open_limiter",
]
