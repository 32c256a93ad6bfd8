"""Who asks: each tier with a key, a browser that is signed in, people with and without a grant, and staff."""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum

from flask import Flask

from portal.accounts import create_key
from portal.accounts.directory import set_roles
from portal.accounts.keys import create_own_key
from portal.grants import Reviewer, add_agreement, list_grants, revoke_grant
from portal.kernel.vocab import Scope, StaffRole, Tier
from portal.settings import site_secret
from portal.wiring import Parts
from tests.accounts.people import make_person, sign_in
from tests.grants.giving import give_grant
from tests.http.site import ReadingClient

Headers = Mapping[str, str]


class Caller(StrEnum):
    """Who asks."""

    ANONYMOUS = "anonymous"
    REGISTERED = "registered"
    VERIFIED = "verified"
    PARTNER = "partner"
    SIGNED_IN = "signed-in"  # a browser, not a key
    GRANTED = "granted"  # these three for the conditional dataset
    ENDED = "ended"
    REVOKED = "revoked"
    STAFF = "staff"


def make_callers(parts: Parts, app: Flask, conditional_id: str) -> dict[Caller, Headers]:
    """The headers by which each caller is known. Grants are for the one conditional dataset."""
    now, secret = datetime.now(UTC), site_secret(parts.settings)
    headers: dict[Caller, Headers] = {Caller.ANONYMOUS: {}}
    with parts.database.transaction() as session:
        for caller in (Caller.REGISTERED, Caller.VERIFIED, Caller.PARTNER):
            key = create_key(session, holder=str(caller), secret=secret, now=now, tier=Tier(caller))
            headers[caller] = _bearer(key.secret)
        add_agreement(session, text_zh="仅用于申请的目的。", text_en="For the purpose alone.", person="张三", now=now)
    days = {Caller.GRANTED: 900, Caller.ENDED: 1, Caller.REVOKED: 900}
    for caller in (*days, Caller.STAFF, Caller.SIGNED_IN):
        account_id = make_person(parts.database, f"{caller}@example.cn", name=str(caller)).id
        if caller in days:
            give_grant(parts.database, account_id, conditional_id, days[caller])
        with parts.database.transaction() as session:
            if caller is Caller.REVOKED:
                grant = next(g for g in list_grants(session, now) if g.account_id == account_id)
                revoke_grant(session, grant.id, Reviewer("李审核"), reason="超出目的", now=now)
            if caller is Caller.STAFF:
                set_roles(session, account_id, frozenset(StaffRole), person="张三", now=now)
            key = create_own_key(session, account_id, holder=caller, scopes=frozenset(Scope), secret=secret, now=now)
        headers[caller] = _bearer(key.secret)
    headers[Caller.SIGNED_IN] = _cookie(app)
    return headers


def _bearer(secret: str) -> Headers:
    return {"Authorization": f"Bearer {secret}"}


def _cookie(app: Flask) -> Headers:
    client = ReadingClient(app, app.response_class)
    assert sign_in(client, f"{Caller.SIGNED_IN}@example.cn").status_code == 303
    return {"Cookie": "; ".join(f"{cookie.key}={cookie.value}" for cookie in (client._cookies or {}).values())}
