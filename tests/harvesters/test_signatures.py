"""Signatures against values computed by another program, and against the platform."""

from datetime import UTC, datetime, timedelta

import pytest

from harvesters import ConfigError, StopRun
from harvesters.config import read_secret
from harvesters.exchange import read_exchange_config
from harvesters.exchange.signers import Signer, Unsigned, schemes
from harvesters.exchange.signers.canonical import canonical_query, hmac_signature
from harvesters.exchange.signers.protocol import Making
from harvesters.exchange.signers.resource import decrypted
from tests.harvesters.conftest import SECRET, Opening, steer
from tests.sample_platform import schemes as platform_schemes
from tests.sample_platform import signing
from tests.sample_platform.server import Platform

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
NONCE = "0123456789abcdef"
LISTING = Unsigned("get", "/api/v1/resources", {"pageSize": "100", "q": "学校/a b", "pageNum": "1"})
SECRETS = {
    "hmac": SECRET,
    "resource_hmac": {"requester_id": platform_schemes.REQUESTER_ID, "app_key": platform_schemes.SERVICE_CODE},
    "gateway": {"pass_id": signing.GATEWAY_PASS, "token": signing.GATEWAY_TOKEN},
    "client": {"client_id": platform_schemes.CLIENT_ID, "client_secret": platform_schemes.CLIENT_SECRET},
    "app_key": {"app_key": signing.APP_KEY},
    "app_key_query": {"app_key": platform_schemes.QUERY_KEY},
    "bearer": {"token": signing.BEARER_TOKEN},
    "sorted_md5": {"app_key": platform_schemes.MD5_KEY, "app_secret": platform_schemes.MD5_SECRET},
}


def signer(
    scheme: str,
    secret: dict[str, str],
    answer: dict[str, object] | None = None,
    *,
    options: dict[str, str] | None = None,
) -> Signer:
    """A signer whose platform hands out `answer`."""
    return schemes()[scheme].make(Making(secret, options or {}, lambda *_, **__: answer or {}, lambda: NEW_YEAR))


def test_the_hmac_signature_is_what_openssl_computes() -> None:
    """Computed with OpenSSL 3 from the six lines written by hand:

    printf 'GET\\n/api/v1/resources\\npageNum=1&pageSize=100&q=%%E5%%AD%%A6%%E6%%A0%%A1%%2Fa%%20b\\n1767225600000\\n
    0123456789abcdef\\ne3b0c442…b855' | openssl dgst -sha256 -hmac 'short-lived-secret' -binary | base64
    """
    secret = {"app_key": "sample-portal", "app_secret": "long-lived-secret"}
    made = signer("hmac", secret, {"requestSecret": "short-lived-secret"})
    assert made.sign(LISTING, now=NEW_YEAR, nonce=NONCE).headers == {
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
    """printf '1767225600gateway-tokenabcdef121767225600' | openssl dgst -sha256"""
    made = signer("gateway", {"pass_id": "p", "token": "gateway-token"})
    assert made.sign(LISTING, now=NEW_YEAR, nonce="abcdef12").headers == {
        "x-tif-paasid": "p",
        "x-tif-timestamp": "1767225600",
        "x-tif-nonce": "abcdef12",
        "x-tif-signature": "b0ffa4e8da67ace71eca7e98b5e794af945fd7f62153fd9f91fffdae1129e52e",
    }


def test_the_client_signature_is_what_openssl_computes() -> None:
    """printf 'sample-client17672256000000123456789abcdef' | openssl dgst -sha256 -hmac 'client-secret' -binary | base64"""
    made = signer("client", {"client_id": "sample-client", "client_secret": "client-secret"})
    assert made.sign(LISTING, now=NEW_YEAR, nonce=NONCE).headers == {
        "X-Client-Id": "sample-client",
        "X-Timestamp": "1767225600000",
        "X-Nonce": NONCE,
        "X-Signature": "Zn6nMhXP9iFFNLS+PpIlx8hRP5oy7sQhM9R1LJi/kgw=",
    }


def test_the_sorted_md5_signature_is_what_openssl_computes() -> None:
    """printf 'appKey=sample&nonce=0123456789abcdef&pageNum=1&pageSize=100&q=学校/a b&timestamp=1767225600000&key=s3'
    | openssl dgst -md5
    """
    made = signer("sorted_md5", {"app_key": "sample", "app_secret": "s3"})
    signed = made.sign(LISTING, now=NEW_YEAR, nonce=NONCE)
    assert signed.headers == {}
    assert signed.params == {
        "appKey": "sample",
        "timestamp": "1767225600000",
        "nonce": NONCE,
        "sign": "72D107008AFD0E5BEF957A78F304DAA2",
    }
    lower = signer("sorted_md5", {"app_key": "sample", "app_secret": "s3"}, options={"case": "lower"})
    assert lower.sign(LISTING, now=NEW_YEAR, nonce=NONCE).params["sign"] == "72D107008AFD0E5BEF957A78F304DAA2".lower()


def test_a_blank_parameter_is_not_part_of_the_md5_signature() -> None:
    made = signer("sorted_md5", {"app_key": "sample", "app_secret": "s3"})
    blank, absent = (Unsigned("GET", "/", params) for params in ({"a": "1", "b": ""}, {"a": "1"}))
    first, second = (made.sign(request, now=NEW_YEAR, nonce=NONCE).params["sign"] for request in (blank, absent))
    assert first == second


def test_the_secret_of_a_service_is_decrypted_as_java_encrypts_it() -> None:
    """With `KeyGenerator` AES-128, `SecureRandom` SHA1PRNG seeded with the code, `Cipher` AES, on OpenJDK 17."""
    assert (
        decrypted("sample-authorisation-code", "8keCM5/oMYupEvsd4Tu55iHCHOTXo9AcXCXJZ0wMVlU=")
        == "short-lived-secret-01"
    )
    for spoiled in ("8keCM5/oMYupEvsd4Tu55iHCHOTXo9AcXCXJZ0wMVl", "", "AAAA"):
        with pytest.raises(StopRun, match="cannot be decrypted"):
            decrypted("sample-authorisation-code", spoiled)


def test_the_signature_of_a_service_is_what_java_computes() -> None:
    """HmacSHA256 of `s_sample_0001sample-requester1767225600000` with the decrypted secret, on OpenJDK 17."""
    answer: dict[str, object] = {"secret": "8keCM5/oMYupEvsd4Tu55iHCHOTXo9AcXCXJZ0wMVlU="}
    made = signer("resource_hmac", SECRETS["resource_hmac"], answer, options={"service_id": "s_sample_0001"})
    assert made.sign(LISTING, now=NEW_YEAR, nonce=NONCE).headers == {
        "gjgxjhpt_rid": "sample-requester",
        "gjgxjhpt_sid": "s_sample_0001",
        "gjgxjhpt_rtime": "1767225600000",
        "gjgxjhpt_sign": "45RK8rTE79OWEZEv4KqnItIito4noFLE0lKP3hL658k=",
    }


def test_the_secret_of_a_service_is_fetched_anew_before_its_stated_end() -> None:
    ends = NEW_YEAR + timedelta(minutes=10)
    stated = {"secretEndTime": str(int(ends.timestamp() * 1000))}
    answers = [stated | {"secret": platform_schemes.encrypted("code", f"s{n}")} for n in range(3)]
    asked: list[object] = []

    def ask(method: str, path: str, *, params: object = None, json: object = None) -> dict[str, object]:
        asked.append(json)
        return dict(answers[len(asked) - 1])

    made = schemes()["resource_hmac"].make(Making({"requester_id": "r", "app_key": "code"}, {}, ask, lambda: NEW_YEAR))
    made.sign(LISTING, now=NEW_YEAR, nonce=NONCE)
    made.sign(LISTING, now=NEW_YEAR + timedelta(minutes=9), nonce=NONCE)
    assert len(asked) == 1
    made.sign(LISTING, now=NEW_YEAR + timedelta(minutes=9, seconds=45), nonce=NONCE)
    assert len(asked) == 2
    made.sign(Unsigned("GET", "/", {}, resource="R-1"), now=NEW_YEAR, nonce=NONCE)
    assert len(asked) == 3, "every service has a secret of its own"


def test_a_plain_key_and_a_bearer_token_are_sent_as_they_are() -> None:
    def signed(scheme: str, secret: dict[str, str], **options: str) -> tuple[object, object]:
        proof = signer(scheme, secret, options=options).sign(LISTING, now=NEW_YEAR, nonce="n")
        return proof.headers, proof.params

    assert signed("app_key", {"app_key": "k"}) == ({"X-App-Key": "k"}, {})
    assert signed("app_key_query", {"app_key": "k"}) == ({}, {"appKey": "k"})
    assert signed("app_key_query", {"app_key": "k"}, parameter="key") == ({}, {"key": "k"})
    assert signed("bearer", {"token": "t"}) == ({"Authorization": "Bearer t"}, {})


def test_every_scheme_names_its_secrets_and_refuses_options_it_does_not_have() -> None:
    for name, scheme in schemes().items():
        read_exchange_config({"base_url": "https://platform.example", "scheme": name})
        with pytest.raises(ConfigError, match=scheme.secrets[0]):
            read_secret("exchange", {}, scheme.secrets)
        with pytest.raises(ConfigError, match="nonsense"):
            read_exchange_config({"base_url": "https://platform.example", "scheme": name, "signing": {"nonsense": "x"}})


def test_the_query_is_signed_in_one_order_only() -> None:
    assert canonical_query({"b": "2", "a": "一 +&="}) == "a=%E4%B8%80%20%2B%26%3D&b=2"


@pytest.mark.parametrize(("scheme", "secret"), SECRETS.items())
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
        ("resource_hmac", SECRETS["resource_hmac"] | {"app_key": "geheim"}),
        ("client", SECRETS["client"] | {"client_secret": "geheim"}),
        ("sorted_md5", SECRETS["sorted_md5"] | {"app_secret": "geheim"}),
        ("app_key_query", {"app_key": "geheim"}),
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
