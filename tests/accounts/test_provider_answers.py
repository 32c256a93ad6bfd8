"""What a provider may not say."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import RSAKey
from structlog.testing import capture_logs

from portal.accounts.oidc import Fault, OidcProvider, ProviderRefused, Vouched
from portal.accounts.oidc.journeys import LASTS, opened_journey, sealed_journey
from tests.accounts.asked_provider import AT, JOURNEY, QUICK, fault_of, registration_of, vouched_by
from tests.accounts.lying_provider import CLIENT, NONCE, NOW, Liar


def test_right_answers_are_taken(liar: Liar, provider: OidcProvider) -> None:
    liar.claims = {"verified": True, "name": "王五"}
    liar.userinfo = {"email": "A@example.cn", "email_verified": True, "name": "somebody else"}
    assert vouched_by(provider) == Vouched(liar.issuer, "p-1", "王五", "a@example.cn", is_verified=True)
    (form,) = (parse_qs(text) for text in liar.forms)
    assert form["code_verifier"] == [JOURNEY.verifier]
    assert form["redirect_uri"] == ["https://data.example.cn/account/provider"]


def _piece(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def _unsigned(liar: Liar, claims: dict[str, Any]) -> str:
    return f"{_piece({'alg': 'none'})}.{_piece(claims)}."


def _by_the_public_key(liar: Liar, claims: dict[str, Any]) -> str:
    signed = f"{_piece({'alg': 'HS256', 'kid': liar.key.kid})}.{_piece(claims)}"
    proof = hmac.new(liar.key.as_pem(private=False), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(proof).decode().rstrip('=')}"


def _by_another_key(liar: Liar, claims: dict[str, Any]) -> str:
    other = RSAKey.generate_key(2048)
    return jwt.encode({"alg": "RS256", "kid": liar.key.kid}, claims, other)


def _by_an_unknown_key(liar: Liar, claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "RS256", "kid": "nobody's"}, claims, RSAKey.generate_key(2048))


def _changed_afterwards(liar: Liar, claims: dict[str, Any]) -> str:
    head, _, proof = liar.signed(claims).split(".")
    return f"{head}.{_piece({**claims, 'sub': 'p-2'})}.{proof}"


@pytest.mark.parametrize(
    "sign", [_unsigned, _by_the_public_key, _by_another_key, _by_an_unknown_key, _changed_afterwards, lambda *_: "x"]
)
def test_a_token_that_the_provider_did_not_sign_is_refused(
    liar: Liar, provider: OidcProvider, sign: Callable[[Liar, dict[str, Any]], str]
) -> None:
    liar.metadata = {"id_token_signing_alg_values_supported": ["RS256", "HS256", "none"]}
    liar.sign = sign
    with capture_logs() as logs:
        assert fault_of(provider) is Fault.UNTRUSTED
    assert "eyJ" not in json.dumps(logs, default=str)


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another visit's"},
        {"nonce": None},
        {"iss": "https://id.example.org"},
        {"iss": None},
        {"aud": "another site"},
        {"aud": ["another site", "and another"]},
        {"aud": [CLIENT, "another site"]},  # without azp nobody knows for whom
        {"aud": [CLIENT, "another site"], "azp": "another site"},
        {"aud": "another site", "azp": CLIENT},
        {"aud": None},
        {"azp": "another site"},
        {"exp": NOW - 61},
        {"exp": None},
        {"exp": "tomorrow"},
        {"iat": NOW + 61},
        {"iat": None},
        {"nbf": NOW + 61},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "p" * 256},
        {"sub": "p\n1"},
        {"at_hash": "of another access token"},
    ],
    ids=str,
)
def test_a_token_with_a_wrong_claim_is_refused(liar: Liar, provider: OidcProvider, claims: dict[str, Any]) -> None:
    liar.claims = claims
    assert fault_of(provider) is Fault.UNTRUSTED


def test_two_audiences_are_right_when_we_are_the_one_it_is_for(liar: Liar, provider: OidcProvider) -> None:
    liar.claims = {"aud": [CLIENT, "another site"], "azp": CLIENT}
    assert vouched_by(provider).subject == "p-1"


def test_a_userinfo_of_another_person_is_refused(liar: Liar, provider: OidcProvider) -> None:
    liar.userinfo = {"sub": "p-2", "verified": True}
    assert fault_of(provider) is Fault.UNTRUSTED


@pytest.mark.parametrize("told", ["https://id.example.org", ""])
def test_an_answer_of_another_issuer_is_refused(liar: Liar, provider: OidcProvider, told: str) -> None:
    liar.metadata = {"authorization_response_iss_parameter_supported": True}
    with pytest.raises(ProviderRefused) as caught:
        provider.check_sender(told)
    assert caught.value.fault is Fault.UNTRUSTED
    provider.check_sender(liar.issuer)


def test_a_changed_key_is_fetched_once_and_kept(liar: Liar, provider: OidcProvider) -> None:
    vouched_by(provider)
    liar.key = RSAKey.generate_key(2048, auto_kid=True)
    vouched_by(provider)
    vouched_by(provider)
    assert liar.asked.count("/jwks") == 2
    assert liar.asked.count("/.well-known/openid-configuration") == 1


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://id.example.org"},
        {"token_endpoint": "http://127.0.0.1:9/token"},
        {"token_endpoint": "https://metadata.example.org/token"},
        {"jwks_uri": "http://169.254.169.254/latest/meta-data"},
        {"userinfo_endpoint": "file:///etc/passwd"},
        {"authorization_endpoint": "http://id.example.org/auth"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": None},
        {"code_challenge_methods_supported": ["plain"]},
        {"id_token_signing_alg_values_supported": ["none", "HS256"]},
        {"jwks_uri": 7},
    ],
    ids=str,
)
def test_a_document_that_leads_elsewhere_or_offers_too_little_is_refused(
    liar: Liar, provider: OidcProvider, metadata: dict[str, Any]
) -> None:
    liar.metadata = metadata
    assert fault_of(provider) is Fault.SETTINGS
    assert liar.asked == ["/.well-known/openid-configuration"]


def test_a_private_host_that_is_not_registered_is_never_asked(liar: Liar) -> None:
    closed = OidcProvider(registration_of(liar, hosts=frozenset()), limits=QUICK)
    assert fault_of(closed) is Fault.AWAY
    assert liar.asked == []
    closed.close()


def test_the_way_there_carries_state_nonce_and_challenge_and_no_verifier(liar: Liar, provider: OidcProvider) -> None:
    asked = {name: values[0] for name, values in parse_qs(urlsplit(provider.address_of(JOURNEY)).query).items()}
    assert asked == {
        "response_type": "code",
        "client_id": CLIENT,
        "redirect_uri": "https://data.example.cn/account/provider",
        "scope": "openid",
        "state": JOURNEY.state,
        "nonce": NONCE,
        "code_challenge": create_s256_code_challenge(JOURNEY.verifier),
        "code_challenge_method": "S256",
        "ui_locales": "en",
    }


def test_a_secret_is_sent_in_the_header_and_read_anew_each_time(liar: Liar, tmp_path: Path) -> None:
    shown: list[str] = []

    def note(path: str, handler: BaseHTTPRequestHandler) -> bool:
        shown.append(handler.headers.get("Authorization", ""))
        return False

    liar.answer = note
    secret = tmp_path / "secret"
    provider = OidcProvider(registration_of(liar, secret_file=secret), limits=QUICK)
    assert fault_of(provider) is Fault.SETTINGS
    for text in ("a:b c\n", "another"):
        secret.write_text(text)
        vouched_by(provider)
    sent = [base64.b64decode(text.removeprefix("Basic ")).decode() for text in shown if text.startswith("Basic ")]
    assert sent == ["portal:a%3Ab+c", "portal:another"]
    provider.close()


def test_what_the_browser_carries_opens_only_here_and_in_time() -> None:
    secret = b"s" * 32
    cookie = sealed_journey(JOURNEY, secret)
    assert opened_journey(cookie, secret, AT + LASTS - timedelta(seconds=1)) == JOURNEY
    assert opened_journey(cookie, secret, AT + LASTS) is None
    assert opened_journey(cookie, b"t" * 32, AT) is None
    for wrong in ("", "x", "日", cookie[:-4], cookie[4:], "A" * 4_000):
        assert opened_journey(wrong, secret, AT) is None
    assert JOURNEY.verifier not in cookie
