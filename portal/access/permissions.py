"""What each tier and each role of staff may do, as one table."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from portal.kernel.principal import Principal
from portal.kernel.vocab import Scope, StaffRole, Tier


class Permission(StrEnum):
    """What a door can ask for."""

    NONE = "none"
    READ_CATALOGUE = "read_catalogue"
    READ_DATA = "read_data"
    OWN_ACCOUNT = "own_account"  # a person who is signed in, or a key of theirs with the scope `account`
    REVIEW_APPLICATIONS = "review_applications"
    MANAGE_ACCOUNTS = "manage_accounts"


_EVERYONE = frozenset(Tier)

TIERS: Mapping[Permission, frozenset[Tier]] = MappingProxyType(
    {
        Permission.NONE: _EVERYONE,
        Permission.READ_CATALOGUE: _EVERYONE,
        Permission.READ_DATA: _EVERYONE,
    }
)
ROLES: Mapping[Permission, frozenset[StaffRole]] = MappingProxyType(
    {
        Permission.REVIEW_APPLICATIONS: frozenset({StaffRole.APPLICATION_REVIEWER}),
        Permission.MANAGE_ACCOUNTS: frozenset({StaffRole.ACCOUNT_MANAGER}),
    }
)


def can(principal: Principal, permission: str) -> bool:
    """Whether the caller has the permission; one that nobody declared is nobody's."""
    try:
        asked = Permission(permission)
    except ValueError:
        return False
    if asked is Permission.OWN_ACCOUNT:
        return principal.account_id is not None and principal.has_scope(Scope.ACCOUNT)
    if asked in ROLES:
        return principal.account_id is not None and principal.scopes is None and bool(ROLES[asked] & principal.roles)
    return principal.tier in TIERS[asked]


def needs_account(permission: Permission) -> bool:
    """Whether nobody without an account has it: a visitor is asked to sign in."""
    return permission not in TIERS
