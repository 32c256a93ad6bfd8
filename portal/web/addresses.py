"""Addresses within the site."""

from collections.abc import Iterable
from urllib.parse import urlencode

LANG = "/<any(zh, en):lang>"


def with_query(path: str, pairs: Iterable[tuple[str, str]]) -> str:
    """The path with a query string of the pairs whose value is not empty."""
    query = urlencode([(name, value) for name, value in pairs if value])
    return f"{path}?{query}" if query else path
