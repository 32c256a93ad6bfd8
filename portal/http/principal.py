"""Who asks: an API key in a header, else the person signed in at a page, else the caller's network address.

A key travels in `Authorization: Bearer …` or `X-API-Key: …`, never in an address: addresses end up in logs, histories and
other sites' statistics. A request with one there is refused before anything looks at it. At the CKAN door a key comes as
CKAN's clients send it (bare in `Authorization`, or in `X-CKAN-API-Key`), and one that is not valid is nobody's, as there.
"""

import hashlib
import hmac
import ipaddress
from dataclasses import replace
from datetime import UTC, datetime

from flask import Request
from werkzeug.exceptions import TooManyRequests

from portal.accounts.errors import KeyRefused
from portal.accounts.keys import find_key
from portal.grants import granted_datasets
from portal.http.cookies import find_signed_in
from portal.kernel.errors import InvalidInput
from portal.kernel.principal import Principal
from portal.limits import BudgetClass
from portal.settings import Settings, site_secret
from portal.wiring import Parts

KEY_PARAMETERS = frozenset(
    {"api_key", "apikey", "api-key", "key", "x-api-key", "access_token", "token", "app_key", "appkey", "authorization"}
)
CKAN_PATHS = ("/api/action/", "/api/3/action/", "/datastore/dump/")
_IPV6_NETWORK_BITS = 64  # what one subscriber is given at least: RFC 6177


def identify_caller(request: Request, parts: Parts) -> Principal:
    """The principal of a request, with tier and grants loaded.

    Raises KeyRefused for an unknown, expired or revoked key (its cost is charged to the address, so that guessing keys is
    limited), and InvalidInput for a key in the address.
    """
    for name in request.args:
        if name.lower() in KEY_PARAMETERS:
            raise InvalidInput(
                "A key does not belong in an address, where logs and histories keep it. "
                "Send it as the header `Authorization: Bearer <key>` or `X-API-Key: <key>`, and replace this key.",
                parameter=name,
            )
    anonymous = anonymous_caller(request.remote_addr or "", parts.settings)
    presented = presented_key(request)
    if presented is None:
        person = find_signed_in(request, parts)
        return anonymous if person is None or person.needs_code else _granted(person.principal, parts)
    try:
        with parts.database.reading() as session:
            found = find_key(session, presented, site_secret(parts.settings), datetime.now(UTC))
        return _granted(found, parts)
    except KeyRefused:
        if not parts.limiter.spend(anonymous, BudgetClass.CATALOGUE).is_allowed:
            raise TooManyRequests("Too many requests with keys that are not valid.", retry_after=60) from None
        if request.path.startswith(CKAN_PATHS):
            return anonymous
        raise


def _granted(caller: Principal, parts: Parts) -> Principal:
    """The caller with what was granted to their account; nobody else costs a statement."""
    if caller.account_id is None:
        return caller
    with parts.database.reading() as session:
        return replace(caller, grants=granted_datasets(session, caller.account_id, datetime.now(UTC)))


def presented_key(request: Request) -> str | None:
    """The key that a request shows in a header, if any. Schemes other than Bearer are not ours and are not read."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and value.strip():
        return value.strip()
    if request.path.startswith(CKAN_PATHS) and (bare := request.headers.get("X-CKAN-API-Key", scheme).strip()):
        return bare
    return request.headers.get("X-API-Key", "").strip() or None


def anonymous_caller(address: str, settings: Settings) -> Principal:
    """The anonymous principal of one address; IPv6 counts by /64, and the address itself is not kept."""
    network = _network(address)
    digest = hmac.new(site_secret(settings), f"caller:{network}".encode(), hashlib.sha256)
    return Principal(caller=f"a-{digest.hexdigest()[:24]}")


def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, _IPV6_NETWORK_BITS), strict=False))
    return str(parsed)
