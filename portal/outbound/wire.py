"""What goes over the wire: addresses taken apart and checked, headers and bodies put together."""

import json as json_module
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import quote, urlencode, urljoin, urlsplit

import httpcore

from portal.outbound.errors import Blocked
from portal.outbound.redaction import redact_url

Headers = Mapping[str, str]
USER_AGENT = "district-data-portal/1"
# Reserved and unreserved characters of RFC 3986, and what is percent-encoded already.
_KEPT = "/%:@!$&'()*+,;=~-._"


def check_url(url: str) -> None:
    """Raise Blocked unless it is an http or https address with a host and without credentials."""
    try:
        split = urlsplit(url)
        port = split.port
        (split.hostname or "").encode("idna")
    except ValueError as error:
        raise Blocked(f"The address {redact_url(url)} cannot be read.") from error
    if split.scheme not in {"http", "https"} or not split.hostname or port == 0:
        raise Blocked(f"The address {redact_url(url)} is not an http or https address with a host.")
    if split.username is not None or split.password is not None:
        raise Blocked(f"The address {redact_url(url)} carries a user or password; secrets belong in the secret file.")


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host in its ASCII form, port."""
    split = urlsplit(url)
    host = (split.hostname or "").lower()
    if not host.isascii():
        host = host.encode("idna").decode("ascii")
    return split.scheme, host, split.port or (443 if split.scheme == "https" else 80)


def request_target(url: str) -> bytes:
    """Path and query as they are sent: what is not ASCII, white space and control characters percent-encoded."""
    split = urlsplit(url)
    path = quote(split.path or "/", safe=_KEPT)
    return (f"{path}?{quote(split.query, safe=_KEPT + '?')}" if split.query else path).encode("ascii")


def redirect_target(url: str, location: str) -> str:
    """The absolute address that a Location header leads to. Raises Blocked when it cannot be read or used."""
    # Servers send raw UTF-8 here; header text was decoded as Latin-1 (RFC 9110 section 5.5).
    with suppress(UnicodeError):
        location = location.encode("latin-1").decode("utf-8")
    try:
        following = urljoin(url, location)
    except ValueError as error:
        raise Blocked(f"{redact_url(url)} redirects to an address that cannot be read.") from error
    check_url(following)
    return following


def encoded_headers(headers: Headers) -> list[tuple[bytes, bytes]]:
    """Headers as bytes. Raises Blocked that names the header which cannot be sent, never its value."""
    encoded = []
    for name, value in headers.items():
        try:
            encoded.append((name.encode("ascii"), value.encode("latin-1")))
        except UnicodeError as error:
            raise Blocked(
                f"The header {name!r} has characters that HTTP cannot send; check the secret file."
            ) from error
    return encoded


def with_params(url: str, params: Mapping[str, str] | None) -> str:
    """The address with parameters appended, percent-encoded."""
    if not params:
        return url
    joiner = "&" if urlsplit(url).query else "?"
    return f"{url}{joiner}{urlencode(params)}"


def body_and_headers(
    headers: Headers | None, json: object | None, content: bytes | None
) -> tuple[bytes, dict[str, str]]:
    """The body and all headers of a request, names in lower case."""
    sent = {"user-agent": USER_AGENT, "accept": "*/*"} | {n.lower(): v for n, v in (headers or {}).items()}
    if json is not None:
        sent["content-type"] = "application/json"
        return json_module.dumps(json, ensure_ascii=False).encode(), sent
    return content or b"", sent


def lower_headers(response: httpcore.Response) -> dict[str, str]:
    """Headers of an answer by name in lower case."""
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
