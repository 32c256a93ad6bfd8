"""Accounts and API keys: who a caller is."""

from portal.accounts.errors import KeyExpired, KeyRefused, KeyRevoked, KeyUnknown
from portal.accounts.keys import KeyView, NewKey, create_key, find_key, list_keys, note_use, revoke_key

__all__ = [
    "KeyExpired",
    "KeyRefused",
    "KeyRevoked",
    "KeyUnknown",
    "KeyView",
    "NewKey",
    "create_key",
    "find_key",
    "list_keys",
    "note_use",
    "revoke_key",
]
