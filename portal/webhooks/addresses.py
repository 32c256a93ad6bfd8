"""Addresses that messages may go to: https to anybody's host, anything else only where the site has registered the host.

This is the check of the words; where a name leads is checked by the guarded client on every connection, after resolving.
"""

import ipaddress
from urllib.parse import urlsplit

from portal.kernel.errors import InvalidInput
from portal.outbound.addresses import is_public, reached_address

LONGEST_URL = 500


def registered_hosts(setting: str) -> frozenset[str]:
    """The hosts (`host` or `host:port`) of the setting `webhook_hosts`."""
    return frozenset(host for part in setting.split(",") if (host := part.strip().lower()))


def checked_url(url: str, registered: frozenset[str]) -> str:
    """The address as it is kept. Raises InvalidInput (`url`)."""
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise InvalidInput(f"url: at most {LONGEST_URL} plain ASCII characters; encode what is not.", parameter="url")
    try:
        split = urlsplit(url)
        host, port = split.hostname or "", split.port
    except ValueError as error:
        raise InvalidInput("url cannot be read as an address.", parameter="url") from error
    if not host or split.scheme not in {"https", "http"}:
        raise InvalidInput("url must begin with https:// and name a host.", parameter="url")
    if split.username is not None or split.password is not None or split.fragment:
        raise InvalidInput("url must hold no user, password or fragment.", parameter="url")
    is_registered = not registered.isdisjoint({host, f"{host}:{port or (443 if split.scheme == 'https' else 80)}"})
    if is_registered:
        return url
    if split.scheme != "https":
        raise InvalidInput("url must begin with https://.", parameter="url")
    if not _may_be_public(host):
        raise InvalidInput("url must lead to a public host.", parameter="url")
    return url


def _may_be_public(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." in host.strip(".") and not host.endswith((".local", ".internal", ".localhost", ".home.arpa"))
    return is_public(reached_address(str(address)))
