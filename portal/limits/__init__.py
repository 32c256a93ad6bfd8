"""Budgets per tier and class, declared once, and the limiter that counts them."""

from portal.limits.budgets import BUDGETS, DESCRIPTIONS, Budget, BudgetClass, budget_for
from portal.limits.opening import open_limiter
from portal.limits.protocol import Decision, Limiter

__all__ = ["BUDGETS", "DESCRIPTIONS", "Budget", "BudgetClass", "Decision", "Limiter", "budget_for", "open_limiter"]
