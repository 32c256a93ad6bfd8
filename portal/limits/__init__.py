"""Budgets per tier and class, declared once, and the limiter that counts them."""

from portal.limits.budgets import BUDGETS, DESCRIPTIONS, UNITS, Budget, BudgetClass, Unit, budget_for
from portal.limits.opening import open_limiter
from portal.limits.protocol import Decision, Limiter

__all__ = [
    "BUDGETS",
    "DESCRIPTIONS",
    "UNITS",
    "Budget",
    "BudgetClass",
    "Decision",
    "Limiter",
    "Unit",
    "budget_for",
    "open_limiter",
]
