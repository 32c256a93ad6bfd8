"""What goes over the wire: addresses taken apart and checked, headers and bodies put together."""

import json as json_module
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

import httpcore

from portal.outbound.errors import Blocked
from portal.outbound.redaction import redact_url

Headers = Mapping[str, str]
USER_AGENT = "district-data-portal/1"


def check_url(url: str) -> None:
    """Raise Blocked unless it is an http or https address with a host and without credentials."""
    try:
        split = urlsplit(url)
        port = split.port
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
