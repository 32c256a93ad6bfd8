"""Who may see or do what; pure, asked by everyone, decided nowhere else."""

from portal.access.permissions import ROLES, TIERS, Permission, can, needs_account
from portal.access.visibility import VISIBLE_STATES, can_read_rows, is_gone, is_visible, narrower

__all__ = [
    "ROLES",
    "TIERS",
    "VISIBLE_STATES",
    "Permission",
    "can",
    "can_read_rows",
    "is_gone",
    "is_visible",
    "narrower",
    "needs_account",
]
