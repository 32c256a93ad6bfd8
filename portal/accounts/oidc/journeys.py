"""The way to the provider and back: what the browser carries meanwhile, encrypted, so that nothing has to be stored.

Only the browser that set out can come back: its cookie holds the state, the nonce and the verifier (RFC 7636).
"""

import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

import orjson

from portal.accounts.tokens import sealed, unsealed

LASTS = timedelta(minutes=15)
_OWNER = "provider journey"
LONGEST = 3_000


@dataclass(frozen=True, slots=True)
class Journey:
    """One visit to the provider. `linking`: the account that is to be linked; blank: to sign in. `ends_at`: Unix time."""

    state: str
    nonce: str
    verifier: str
    language: str
    next_path: str
    linking: str
    ends_at: int


def new_journey(*, language: str, next_path: str = "", linking: str = "", now: datetime) -> Journey:
    """Random throughout: 256 bits each."""
    ends_at = int((now + LASTS).timestamp())
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    return Journey(state, nonce, verifier, language, next_path, linking, ends_at)


def sealed_journey(journey: Journey, secret: bytes) -> str:
    """The cookie's value."""
    return sealed(orjson.dumps(asdict(journey)).decode(), secret, owner=_OWNER)


def opened_journey(cookie: str, secret: bytes, now: datetime) -> Journey | None:
    """What the cookie holds, or None when it is not ours or its time is over."""
    if not cookie or len(cookie) > LONGEST:
        return None
    try:
        text = unsealed(cookie, secret, owner=_OWNER)
        journey = Journey(**orjson.loads(text)) if text else None
    except (ValueError, TypeError):
        return None
    return journey if journey and journey.ends_at > now.astimezone(UTC).timestamp() else None
