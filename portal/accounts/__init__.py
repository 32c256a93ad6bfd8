"""Accounts, sign-ins and API keys: who a caller is."""

from portal.accounts.errors import KeyExpired, KeyRefused, KeyRevoked, KeyUnknown, LinkRefused, SignInRefused
from portal.accounts.keys import (
    KeyView,
    NewKey,
    create_key,
    create_own_key,
    find_key,
    list_keys,
    list_own_keys,
    note_use,
    revoke_key,
    revoke_own_key,
    rotate_own_key,
)

__all__ = [
    "KeyExpired",
    "KeyRefused",
    "KeyRevoked",
    "KeyUnknown",
    "KeyView",
    "LinkRefused",
    "NewKey",
    "SignInRefused",
    "create_key",
    "create_own_key",
    "find_key",
    "list_keys",
    "list_own_keys",
    "note_use",
    "revoke_key",
    "revoke_own_key",
    "rotate_own_key",
]
