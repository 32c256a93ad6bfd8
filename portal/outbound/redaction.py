"""Addresses fit for logs and messages: host and path stay, what may hold a secret goes."""

from urllib.parse import urlsplit, urlunsplit

_LONGEST = 200


def redact_url(url: str) -> str:
    """The address without user, password, fragment and query values; names of query parameters stay.

    Cut after 200 characters. An address that cannot be parsed gives "(unreadable address)".
    """
    try:
        split = urlsplit(url)
        host = split.hostname or ""
        port = split.port
    except ValueError:
        return "(unreadable address)"
    place = f"[{host}]" if ":" in host else host
    if port is not None:
        place = f"{place}:{port}"
    names = [pair.partition("=")[0] for pair in split.query.split("&") if pair]
    query = "&".join(f"{name}=…" for name in names)
    whole = urlunsplit((split.scheme, place, split.path, query, ""))
    return whole if len(whole) <= _LONGEST else whole[: _LONGEST - 1] + "…"
