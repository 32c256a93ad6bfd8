"""Nothing leaves for a place that it may not go to: not directly, not by a name, not by a redirect."""

import datetime
import ipaddress
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from portal.outbound import Blocked, GuardedClient, OutboundError, RetryRule, Unreachable
from portal.outbound.network import GuardedBackend
from tests.outbound.other_side import OtherSide, other_side, redirecting, saying

ONCE = RetryRule(attempts=1)


@pytest.fixture
def inner() -> Iterator[OtherSide]:
    """A machine of the inner network that nobody registered."""
    with other_side(saying(b"inner secret")) as server:
        yield server


def test_loopback_is_refused_and_nothing_is_sent(inner: OtherSide) -> None:
    with GuardedClient(retry=ONCE) as client, pytest.raises(Blocked, match=r"127\.0\.0\.1"):
        client.request("GET", inner.url)
    assert inner.seen == []


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "localhost", "[::ffff:127.0.0.1]"])
def test_other_spellings_of_loopback_are_refused(inner: OtherSide, host: str) -> None:
    with GuardedClient(retry=ONCE) as client, pytest.raises(OutboundError):
        client.request("GET", f"http://{host}:{inner.port}/")
    assert inner.seen == []


def test_a_registered_host_is_reached(inner: OtherSide) -> None:
    with GuardedClient(allowed_hosts=inner.registered, retry=ONCE) as client:
        assert client.request("GET", inner.url).body == b"inner secret"


def test_registration_of_a_port_does_not_open_the_others(inner: OtherSide) -> None:
    with (
        other_side(saying(b"other")) as other,
        GuardedClient(allowed_hosts=other.registered, retry=ONCE) as client,
        pytest.raises(Blocked),
    ):
        client.request("GET", inner.url)
    assert inner.seen == []


def test_a_public_name_with_a_private_address_is_refused(inner: OtherSide) -> None:
    with (
        GuardedClient(retry=ONCE, resolve=lambda host, port: ("127.0.0.1",)) as client,
        pytest.raises(Blocked, match=r"open\.example"),
    ):
        client.request("GET", f"http://open.example:{inner.port}/")
    assert inner.seen == []


def test_the_address_that_was_checked_is_the_one_connected_to(inner: OtherSide) -> None:
    answers = iter([("127.0.0.1",), ("10.255.255.1",)])
    asked = []

    def resolve(host: str, port: int) -> tuple[str, ...]:
        asked.append(host)
        return next(answers)

    with GuardedClient(frozenset({"source.example"}), retry=ONCE, resolve=resolve) as client:
        reply = client.request("GET", f"http://source.example:{inner.port}/x")
    assert (reply.status, asked) == (200, ["source.example"])
    assert inner.seen[0].headers["host"] == f"source.example:{inner.port}"


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:{port}/", "http://[::1]:{port}/", "http://169.254.169.254/latest/meta-data/",
        "http://2130706433:{port}/", "http://localhost:{port}/", "//127.0.0.1:{port}/", "http://0.0.0.0:{port}/",
    ],
)  # fmt: skip
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_into_the_inner_network_is_refused(inner: OtherSide, location: str, status: int) -> None:
    with (
        other_side(redirecting(location.format(port=inner.port), status)) as source,
        GuardedClient(allowed_hosts=source.registered, retry=ONCE) as client,
        pytest.raises(OutboundError),
    ):
        client.request("GET", source.url)
    assert inner.seen == []


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "ftp://example.org/", "gopher://x/", "http://", "javascript:1"]
)
def test_a_redirect_to_another_scheme_is_refused(location: str) -> None:
    with (
        other_side(redirecting(location)) as source,
        GuardedClient(allowed_hosts=source.registered, retry=ONCE) as client,
        pytest.raises(Blocked),
    ):
        client.request("GET", source.url)


def test_a_strangers_redirect_does_not_use_what_a_registration_allows() -> None:
    backend = GuardedBackend(frozenset({"source.example:8080"}), resolve=lambda host, port: ("8.8.8.8",))
    with pytest.raises(Blocked, match="a source's own host"):
        backend.check_redirect(("stranger.example", 80), ("source.example", 8080))
    backend.check_redirect(("source.example", 8080), ("source.example", 8080))
    backend.check_redirect(("source.example", 8080), ("stranger.example", 80))
    backend.check_redirect(("stranger.example", 80), ("source.example", 443))


def test_redirects_end_somewhere() -> None:
    with (
        other_side(redirecting("/again")) as source,
        GuardedClient(allowed_hosts=source.registered, retry=ONCE) as client,
        pytest.raises(Blocked, match="more than 5 times"),
    ):
        client.request("GET", source.url)
    assert len(source.seen) == 6


def test_credentials_stay_behind_when_a_redirect_leaves_the_host() -> None:
    secret = {
        "Authorization": "Bearer abc",
        "X-App-Key": "k",
        "X-Signature": "s",
        "Cookie": "c=1",
        "Accept": "text/csv",
    }
    with (
        other_side(saying(b"there")) as elsewhere,
        other_side(redirecting(f"{elsewhere.url}/file")) as source,
        GuardedClient(allowed_hosts=source.registered | elsewhere.registered, retry=ONCE) as client,
    ):
        reply = client.request("GET", source.url, headers=secret)
    assert reply.body == b"there"
    assert reply.url == f"{elsewhere.url}/file"
    assert source.seen[0].headers["authorization"] == "Bearer abc"
    assert not {"authorization", "x-app-key", "x-signature", "cookie"} & set(elsewhere.seen[0].headers)
    assert elsewhere.seen[0].headers["accept"] == "text/csv"


def test_credentials_follow_a_redirect_on_the_same_host() -> None:
    with (
        other_side(
            lambda h, seen: h.send(302, b"", Location="/b") if seen.path == "/a" else h.send(200, b"b")
        ) as source,
        GuardedClient(allowed_hosts=source.registered, retry=ONCE) as client,
    ):
        client.request("GET", f"{source.url}/a", headers={"Authorization": "Bearer abc"})
    assert [seen.headers.get("authorization") for seen in source.seen] == ["Bearer abc", "Bearer abc"]


def test_a_post_is_not_redirected() -> None:
    with (
        other_side(redirecting("/b", 307)) as source,
        GuardedClient(allowed_hosts=source.registered, retry=ONCE) as client,
        pytest.raises(Blocked, match="POST"),
    ):
        client.request("POST", source.url, json={"a": 1})
    assert len(source.seen) == 1


@pytest.mark.parametrize(
    "url", ["http://user:geheim@127.0.0.1/", "ftp://127.0.0.1/", "http:///x", "http://127.0.0.1:0/", "x"]
)
def test_an_address_that_is_not_plain_http_is_refused(url: str) -> None:
    with GuardedClient(frozenset({"127.0.0.1"}), retry=ONCE) as client, pytest.raises(Blocked) as caught:
        client.request("GET", url)
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    "location", ["http://[bad/", "http://a.example:99999/", "http://127.0.0.1:0/", "http://" + "x" * 70 + ".example/"]
)
def test_a_redirect_that_cannot_be_read_is_refused(location: str) -> None:
    with (
        other_side(redirecting(location)) as source,
        GuardedClient(allowed_hosts=source.registered, retry=ONCE) as client,
        pytest.raises(Blocked),
    ):
        client.request("GET", source.url)


def test_addresses_and_redirects_in_chinese_arrive() -> None:
    raw = "/文件/学校 a.csv?名=值".encode().decode("latin-1")
    with (
        other_side(
            lambda h, seen: h.send(302, b"", Location=raw) if seen.path.startswith("/%E8") else h.send(200, b"b")
        ) as source,
        GuardedClient(allowed_hosts=source.registered, retry=ONCE) as client,
    ):
        assert client.request("GET", f"{source.url}/起点?a=%20b").body == b"b"
    assert [seen.path for seen in source.seen] == [
        "/%E8%B5%B7%E7%82%B9?a=%20b",
        "/%E6%96%87%E4%BB%B6/%E5%AD%A6%E6%A0%A1%20a.csv?%E5%90%8D=%E5%80%BC",
    ]


@pytest.mark.parametrize("value", ["geheim\r\nX-Other: 1", "秘密geheim", "geheim\0"])
def test_a_header_that_cannot_be_sent_is_refused_without_its_value(inner: OtherSide, value: str) -> None:
    with GuardedClient(allowed_hosts=inner.registered) as client, pytest.raises(Blocked) as caught:
        client.request("GET", inner.url, headers={"X-App-Key": value})
    assert "geheim" not in str(caught.value)
    assert inner.seen == []


def test_proxies_of_the_environment_are_not_used(inner: OtherSide, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    with GuardedClient(allowed_hosts=inner.registered, retry=ONCE) as client:
        assert client.request("GET", inner.url).status == 200


def test_messages_hold_no_secret_of_the_address() -> None:
    with GuardedClient(retry=ONCE) as client, pytest.raises(OutboundError) as caught:
        client.request("GET", "http://127.0.0.1:9/a?token=geheim")
    assert "geheim" not in str(caught.value)


def test_a_dead_host_is_named() -> None:
    with other_side(saying()) as gone:
        registered, url = gone.registered, gone.url
    with (
        GuardedClient(allowed_hosts=registered, retry=ONCE) as client,
        pytest.raises(Unreachable, match=r"127\.0\.0\.1:"),
    ):
        client.request("GET", url)


def _certificate(folder: Path, host: str) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.datetime.now(datetime.UTC)
    names: list[x509.GeneralName] = [x509.DNSName(host)]
    if host[0].isdigit():
        names = [x509.IPAddress(ipaddress.ip_address(host))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "server.pem"
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path


def test_an_encrypted_source_is_not_left_for_an_unencrypted_one(
    inner: OtherSide, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = _certificate(tmp_path, "secure.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with (
        other_side(redirecting(inner.url), certificate=certificate) as source,
        GuardedClient(
            frozenset({"secure.example"}) | inner.registered, retry=ONCE, resolve=lambda host, port: ("127.0.0.1",)
        ) as client,
        pytest.raises(Blocked, match="unencrypted"),
    ):
        client.request("GET", f"https://secure.example:{source.port}/")
    assert len(source.seen) == 1
    assert inner.seen == []


def test_a_certificate_of_another_name_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = _certificate(tmp_path, "other.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with (
        other_side(saying(), certificate=certificate) as source,
        GuardedClient(frozenset({"secure.example"}), retry=ONCE, resolve=lambda host, port: ("127.0.0.1",)) as client,
        pytest.raises(OutboundError, match="certificate"),
    ):
        client.request("GET", f"https://secure.example:{source.port}/", headers={"Authorization": "Bearer abc"})
    assert source.seen == []
