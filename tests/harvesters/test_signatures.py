"""Signatures against values computed by another program, and against the platform."""

from datetime import UTC, datetime

import pytest

from harvesters import ConfigError, StopRun
from harvesters.exchange.signers import (
    AppKeySigner,
    BearerSigner,
    GatewaySigner,
    HmacSigner,
    Unsigned,
    canonical_query,
    hmac_signature,
)
from tests.harvesters.conftest import SECRET, Opening, steer
from tests.sample_platform import signing
from tests.sample_platform.server import Platform

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
NONCE = "0123456789abcdef"


def test_the_hmac_signature_is_what_openssl_computes() -> None:
    """Computed with OpenSSL 3 from the six lines written by hand:

    printf 'GET\\n/api/v1/resources\\npageNum=1&pageSize=100&q=%%E5%%AD%%A6%%E6%%A0%%A1%%2Fa%%20b\\n1767225600000\\n
    0123456789abcdef\\ne3b0c442…b855' | openssl dgst -sha256 -hmac 'short-lived-secret' -binary | base64
    """
    signer = HmacSigner({"app_key": "sample-portal"}, obtain=lambda: "short-lived-secret")
    request = Unsigned("get", "/api/v1/resources", {"pageSize": "100", "q": "学校/a b", "pageNum": "1"})
    headers = signer.headers(request, now=NEW_YEAR, nonce=NONCE)
    assert headers == {
        "X-App-Key": "sample-portal",
        "X-Timestamp": "1767225600000",
        "X-Nonce": NONCE,
        "X-Signature": "y9+igOiwsVLsyE207YjCDgqIo1/2KhvtHuMwNFs9uz4=",
    }


def test_the_platform_computes_the_same_signature_on_its_own() -> None:
    query = {"pageSize": "100", "q": "学校/a b", "pageNum": "1"}
    text = signing.text_to_sign("GET", "/api/v1/resources", query, "1767225600000", NONCE)
    assert signing.sign("short-lived-secret", text) == "y9+igOiwsVLsyE207YjCDgqIo1/2KhvtHuMwNFs9uz4="


def test_the_call_for_a_secret_is_signed_as_openssl_does() -> None:
    """printf 'sample-portal\\n1767225600000' | openssl dgst -sha256 -hmac 'long-lived-secret' -binary | base64"""
    signature = hmac_signature("long-lived-secret", "sample-portal\n1767225600000")
    assert signature == "f0Hm7UBz/q5qpq+5nu8IV/FPB0LuatGTZOO2SuLBkp0="


def test_the_gateway_signature_is_what_openssl_computes() -> None:
    """printf '1767225600gateway-tokenabcdef12' | openssl dgst -sha256"""
    signer = GatewaySigner({"pass_id": "p", "token": "gateway-token"})
    headers = signer.headers(Unsigned("GET", "/", {}), now=NEW_YEAR, nonce="abcdef12")
    assert headers["X-Tif-Signature"] == "D264ED63FE4F79B44BD3016A5FE186738C1CB10F37DDE5B1116DBDF08CB308FB"


def test_a_plain_key_and_a_bearer_token_are_sent_as_they_are() -> None:
    request = Unsigned("GET", "/", {})
    assert AppKeySigner({"app_key": "k"}).headers(request, now=NEW_YEAR, nonce="n") == {"X-App-Key": "k"}
    assert BearerSigner({"token": "t"}).headers(request, now=NEW_YEAR, nonce="n") == {"Authorization": "Bearer t"}


def test_the_query_is_signed_in_one_order_only() -> None:
    assert canonical_query({"b": "2", "a": "一 +&="}) == "a=%E4%B8%80%20%2B%26%3D&b=2"


@pytest.mark.parametrize(
    ("scheme", "secret"),
    [
        ("hmac", SECRET),
        ("gateway", {"pass_id": signing.GATEWAY_PASS, "token": signing.GATEWAY_TOKEN}),
        ("bearer", {"token": signing.BEARER_TOKEN}),
        ("app_key", {"app_key": signing.APP_KEY}),
    ],
)
def test_the_platform_accepts_every_scheme(
    platform: Platform, open_exchange: Opening, scheme: str, secret: dict[str, str]
) -> None:
    steer(platform, "plain_key", allowed=scheme == "app_key")
    try:
        source = open_exchange(scheme=scheme, secret=secret)
        assert sum(len(page.records) for page in source.list_records()) == 12
    finally:
        steer(platform, "plain_key", allowed=False)


@pytest.mark.parametrize(
    ("scheme", "secret"),
    [
        ("hmac", {"app_key": signing.APP_KEY, "app_secret": "geheim"}),
        ("hmac", {"app_key": "geheim", "app_secret": signing.APP_SECRET}),
        ("gateway", {"pass_id": signing.GATEWAY_PASS, "token": "geheim"}),
        ("bearer", {"token": "geheim"}),
        ("app_key", {"app_key": "geheim"}),
    ],
)
def test_a_wrong_secret_stops_the_run_without_being_told(
    open_exchange: Opening, scheme: str, secret: dict[str, str]
) -> None:
    with pytest.raises(StopRun, match="refuses the signature or the key") as caught:
        open_exchange(scheme=scheme, secret=secret).check()
    assert "geheim" not in str(caught.value)


def test_a_missing_secret_is_named_before_anything_is_sent(platform: Platform, open_exchange: Opening) -> None:
    with pytest.raises(ConfigError, match="app_secret"):
        open_exchange(secret={"app_key": "k"})
    assert not platform.counters


def test_one_short_lived_secret_serves_a_whole_run(platform: Platform, open_exchange: Opening) -> None:
    list(open_exchange().list_records())
    assert platform.counters["secret"] == 1
    assert platform.counters["list"] == 3


def test_a_secret_that_expires_in_the_middle_is_renewed_and_the_run_goes_on(
    platform: Platform, open_exchange: Opening
) -> None:
    pages = open_exchange().list_records()
    ids = [record.id for record in next(pages).records]
    steer(platform, "expire")
    ids += [record.id for page in pages for record in page.records]
    assert ids == list(platform.catalogue.ids)
    assert platform.counters["secret"] == 2


def test_a_secret_that_expires_at_once_stops_the_run(platform: Platform, open_exchange: Opening) -> None:
    platform.office.lifetime_s = -1.0
    try:
        with pytest.raises(StopRun, match="twice in a row"):
            open_exchange().check()
    finally:
        platform.office.lifetime_s = 900.0
    assert platform.counters["secret"] == 2
