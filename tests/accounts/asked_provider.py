"""Asking the lying provider: what was agreed with it, and what comes of it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest

from portal.accounts.oidc import Fault, OidcProvider, ProviderRefused, Vouched
from portal.accounts.oidc.asking import LIMITS
from portal.accounts.oidc.journeys import Journey, new_journey
from portal.accounts.oidc.registration import Registration
from tests.accounts.lying_provider import CLIENT, NONCE, NOW, Liar

AT = datetime.fromtimestamp(NOW, UTC)
JOURNEY = replace(new_journey(language="en", now=AT), nonce=NONCE)
QUICK = replace(LIMITS, connect_s=0.5, read_s=0.5, total_s=1.0, max_bytes=64 * 1024)


def registration_of(liar: Liar, **values: Any) -> Registration:
    """What was agreed with it."""
    given = Registration(
        issuer=liar.issuer,
        client_id=CLIENT,
        secret_file=None,
        scopes=("openid",),
        hosts=frozenset({urlsplit(liar.issuer).netloc}),
        verified_claim=("verified",),
        verified_values=frozenset({"true"}),
        callback="https://data.example.cn/account/provider",
        after_sign_out="https://data.example.cn/account/provider/signed-out",
    )
    return replace(given, **values)


def vouched_by(provider: OidcProvider, journey: Journey = JOURNEY) -> Vouched:
    """Who it says came back with a code."""
    return provider.vouch(journey, "code", AT)


def fault_of(provider: OidcProvider) -> Fault:
    """Why its answers are refused."""
    with pytest.raises(ProviderRefused) as caught:
        vouched_by(provider)
    return caught.value.fault
