"""What a provider may not say, and how a provider may not behave."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
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
from portal.accounts.oidc.journeys import LASTS, Journey, new_journey, opened_journey, sealed_journey
from portal.accounts.oidc.registration import Registration
from portal.outbound import OutboundLimits
from portal.settings import Settings, SettingsError
from tests.accounts.lying_provider import CLIENT, NONCE, NOW, Liar, lying_provider
from tests.accounts.provider_site import serve_site
from tests.services.processes import free_port

AT = datetime.fromtimestamp(NOW, UTC)
JOURNEY = replace(new_journey(language="en", now=AT), nonce=NONCE)
QUICK = OutboundLimits(connect_s=0.5, read_s=0.5, total_s=1.0, max_bytes=64 * 1024, redirects=0)


@pytest.fixture
def liar() -> Iterator[Liar]:
    with lying_provider() as opened:
        yield opened


def _registration(liar: Liar, **values: Any) -> Registration:
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


@pytest.fixture
def provider(liar: Liar) -> Iterator[OidcProvider]:
    opened = OidcProvider(_registration(liar), limits=QUICK)
    yield opened
    opened.close()


def _vouched(provider: OidcProvider, journey: Journey = JOURNEY) -> Vouched:
    return provider.vouch(journey, "code", AT)


def _fault(provider: OidcProvider) -> Fault:
    with pytest.raises(ProviderRefused) as caught:
        _vouched(provider)
    return caught.value.fault


def test_right_answers_are_taken(liar: Liar, provider: OidcProvider) -> None:
    liar.claims = {"verified": True, "name": "王五"}
    liar.userinfo = {"email": "A@example.cn", "email_verified": True, "name": "somebody else"}
    assert _vouched(provider) == Vouched(liar.issuer, "p-1", "王五", "a@example.cn", is_verified=True)
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
        assert _fault(provider) is Fault.UNTRUSTED
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
    assert _fault(provider) is Fault.UNTRUSTED


def test_two_audiences_are_right_when_we_are_the_one_it_is_for(liar: Liar, provider: OidcProvider) -> None:
    liar.claims = {"aud": [CLIENT, "another site"], "azp": CLIENT}
    assert _vouched(provider).subject == "p-1"


def test_a_userinfo_of_another_person_is_refused(liar: Liar, provider: OidcProvider) -> None:
    liar.userinfo = {"sub": "p-2", "verified": True}
    assert _fault(provider) is Fault.UNTRUSTED


@pytest.mark.parametrize("told", ["https://id.example.org", ""])
def test_an_answer_of_another_issuer_is_refused(liar: Liar, provider: OidcProvider, told: str) -> None:
    liar.metadata = {"authorization_response_iss_parameter_supported": True}
    with pytest.raises(ProviderRefused) as caught:
        provider.check_sender(told)
    assert caught.value.fault is Fault.UNTRUSTED
    provider.check_sender(liar.issuer)


def test_a_changed_key_is_fetched_once_and_kept(liar: Liar, provider: OidcProvider) -> None:
    _vouched(provider)
    liar.key = RSAKey.generate_key(2048, auto_kid=True)
    _vouched(provider)
    _vouched(provider)
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
    assert _fault(provider) is Fault.SETTINGS
    assert liar.asked == ["/.well-known/openid-configuration"]


def test_a_private_host_that_is_not_registered_is_never_asked(liar: Liar) -> None:
    closed = OidcProvider(_registration(liar, hosts=frozenset()), limits=QUICK)
    assert _fault(closed) is Fault.AWAY
    assert liar.asked == []
    closed.close()


def _redirects(path: str, handler: BaseHTTPRequestHandler) -> bool:
    handler.send_response(302)
    handler.send_header("Location", "/elsewhere")
    handler.send_header("Content-Length", "0")
    handler.end_headers()
    return True


def _never_ends(path: str, handler: BaseHTTPRequestHandler) -> bool:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(40):  # each piece in time, the whole too late
        time.sleep(0.1)
        try:
            handler.wfile.write(b" ")
        except OSError:
            break
    return True


def _too_much(path: str, handler: BaseHTTPRequestHandler) -> bool:
    handler.send_response(200)
    handler.end_headers()
    try:
        handler.wfile.write(b"[" * 200_000)
    except OSError:
        return True
    return True


def _html(path: str, handler: BaseHTTPRequestHandler) -> bool:
    handler.send_response(200)
    handler.send_header("Content-Length", "6")
    handler.end_headers()
    handler.wfile.write(b"<html>")
    return True


def _broken(path: str, handler: BaseHTTPRequestHandler) -> bool:
    handler.send_error(500)
    return True


@pytest.mark.parametrize("answer", [_redirects, _never_ends, _too_much, _html, _broken])
def test_a_provider_that_misbehaves_counts_as_away(
    liar: Liar, provider: OidcProvider, answer: Callable[[str, BaseHTTPRequestHandler], bool]
) -> None:
    liar.answer = answer
    assert _fault(provider) is Fault.AWAY
    liar.answer = None
    assert _fault(provider) is Fault.AWAY  # for some seconds nobody waits again
    assert len(liar.asked) == 1


def test_a_token_endpoint_that_redirects_is_not_followed_with_the_code(liar: Liar, provider: OidcProvider) -> None:
    liar.answer = lambda path, handler: path == "/token" and _redirects(path, handler)
    assert _fault(provider) is Fault.AWAY
    assert "/elsewhere" not in liar.asked


def test_a_provider_that_came_back_is_asked_again(liar: Liar) -> None:
    clock = [0.0]
    provider = OidcProvider(_registration(liar), limits=QUICK, clock=lambda: clock[0])
    liar.answer = _broken
    assert _fault(provider) is Fault.AWAY
    liar.answer, clock[0] = None, 11.0
    assert _vouched(provider).subject == "p-1"
    provider.close()


def test_a_slow_provider_holds_four_and_refuses_the_fifth_at_once(liar: Liar) -> None:
    waiting, go_on = threading.Semaphore(0), threading.Event()

    def wait(path: str, handler: BaseHTTPRequestHandler) -> bool:
        waiting.release()
        go_on.wait(20)
        return False

    liar.answer = wait
    provider = OidcProvider(_registration(liar), limits=replace(QUICK, read_s=20.0, total_s=20.0))
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(_vouched(provider).subject)) for _ in range(4)]
    for thread in threads:
        thread.start()
    assert all(waiting.acquire(timeout=20) for _ in threads)
    assert _fault(provider) is Fault.AWAY
    go_on.set()
    for thread in threads:
        thread.join(timeout=30)
    assert found == ["p-1"] * 4
    provider.close()


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
    provider = OidcProvider(_registration(liar, secret_file=secret), limits=QUICK)
    assert _fault(provider) is Fault.SETTINGS
    for text in ("a:b c\n", "another"):
        secret.write_text(text)
        _vouched(provider)
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


def test_pages_say_what_is_wrong_in_both_languages(tmp_path: Path) -> None:
    port, away = free_port(), f"127.0.0.1:{free_port()}"
    settings = Settings(
        var_dir=tmp_path, secret_key="00" * 32, limit_factor=1_000, oidc_issuer=f"http://{away}",
        oidc_client_id=CLIENT, oidc_hosts=away,
    )  # fmt: skip
    with serve_site(settings, port) as served:
        visitor = served.visitor()
        for language, words in (("en", "does not answer just now"), ("zh", "统一身份认证平台暂时没有响应")):
            page = visitor.send(f"/{language}/account/provider/sign-in", f"/{language}/account/sign-in")
            assert (page.status_code, words in page.text) == (503, True)
            assert page.headers["Retry-After"] == "30"
            for why in Fault:
                told = visitor.get(f"/{language}/account/provider/trouble?why={why.value}")
                assert told.status_code in {400, 409, 503}
        assert visitor.get("/en/account/provider/trouble?why=else").status_code == 404
        for answer in ("code=x&state=y", "code=x&code=y&state=y", "", "error=access_denied"):
            assert visitor.get(f"/en/account/provider/answer?{answer}").status_code == 400
        assert visitor.get("/account/provider/signed-out?state=en").url.path == "/en/account/sign-in"
        assert visitor.get("/account/provider/signed-out?state=//evil.example").url.path == "/zh/account/sign-in"
        bare = visitor.http.post(f"{served.address}/en/account/provider/sign-in", data={})
        assert bare.status_code == 403


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"OIDC_ISSUER": "https://id.example.cn"}, "CLIENT_ID"),
        ({"OIDC_CLIENT_ID": "portal"}, "ISSUER"),
        ({"OIDC_ISSUER": "http://id.example.cn", "OIDC_CLIENT_ID": "portal"}, "HOSTS"),
        ({"OIDC_ISSUER": "https://id.example.cn/?x=1", "OIDC_CLIENT_ID": "portal"}, "ISSUER"),
        ({"OIDC_ISSUER": "id.example.cn", "OIDC_CLIENT_ID": "portal"}, "ISSUER"),
        ({"OIDC_VERIFIED_CLAIM": "level"}, "VERIFIED_VALUES"),
        ({"OIDC_SCOPES": "profile"}, "SCOPES"),
        ({"OIDC_VERIFIED_DAYS": "0"}, "VERIFIED_DAYS"),
    ],
    ids=str,
)
def test_settings_that_do_not_go_together_are_named(values: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        Settings.from_environment({f"PORTAL_{name}": value for name, value in values.items()})
