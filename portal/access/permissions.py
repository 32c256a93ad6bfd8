"""What each tier may do, as one table."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from portal.kernel.principal import Principal
from portal.kernel.vocab import Tier


class Permission(StrEnum):
    """What a door can ask for."""

    NONE = "none"
    READ_CATALOGUE = "read_catalogue"
    READ_DATA = "read_data"
    READ_OWN_ACCOUNT = "read_own_account"


_EVERYONE = frozenset(Tier)
_KNOWN = _EVERYONE - {Tier.ANONYMOUS}

PERMISSIONS: Mapping[Permission, frozenset[Tier]] = MappingProxyType(
    {
        Permission.NONE: _EVERYONE,
        Permission.READ_CATALOGUE: _EVERYONE,
        Permission.READ_DATA: _EVERYONE,
        Permission.READ_OWN_ACCOUNT: _KNOWN,
    }
)


def can(principal: Principal, permission: str) -> bool:
    """Whether the caller's tier has the permission; a permission that nobody declared is nobody's."""
    try:
        tiers = PERMISSIONS[Permission(permission)]
    except ValueError:
        return False
    return principal.tier in tiers
