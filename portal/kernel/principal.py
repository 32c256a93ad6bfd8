"""Who asks."""

from dataclasses import dataclass, field

from portal.kernel.vocab import Scope, StaffRole, Tier


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller with tier and grants already loaded.

    `key_id` names the API key, if one was shown; `account_id` whose it is, or who is signed in. `caller` is a stable opaque
    name for limits: account, key without an account, or hashed address; so all keys of an account share its budgets.
    `grants` are ids of conditional datasets that this caller may read. `scopes` None: everything, as for a person who is
    signed in and for callers without a key. A key never carries `roles`: deciding needs a person at a page.
    """

    tier: Tier = Tier.ANONYMOUS
    caller: str = "anonymous"
    key_id: str | None = None
    account_id: str | None = None
    grants: frozenset[str] = field(default_factory=frozenset)
    roles: frozenset[StaffRole] = field(default_factory=frozenset)
    scopes: frozenset[Scope] | None = None

    def has_scope(self, scope: Scope) -> bool:
        """Whether the key that was shown is for this; always true without a key."""
        return self.scopes is None or scope in self.scopes


ANONYMOUS = Principal()
