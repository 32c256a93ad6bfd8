"""Who asks."""

from dataclasses import dataclass, field

from portal.kernel.vocab import Tier


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller with tier and grants already loaded.

    `key_id` names the API key, if one was shown; `caller` is a stable opaque name for limits (key id or hashed address);
    `grants` are ids of conditional datasets that this caller may read.
    """

    tier: Tier = Tier.ANONYMOUS
    caller: str = "anonymous"
    key_id: str | None = None
    account_id: str | None = None
    grants: frozenset[str] = field(default_factory=frozenset)


ANONYMOUS = Principal()
