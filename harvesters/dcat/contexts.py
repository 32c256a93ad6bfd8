"""JSON-LD asks for contexts elsewhere; they are fetched by the guarded client and put where they are asked for.

The parser itself would open any address it meets. After this there is none left for it to open.
"""

import json
from collections.abc import Callable
from typing import Any

from harvesters.errors import StopRun

_DEEPEST = 4
_MOST = 20


class Contexts:
    """Contexts by address, each fetched once in a run. `fetch` gives the parsed JSON of an address."""

    def __init__(self, fetch: Callable[[str], object]) -> None:
        self._fetch = fetch
        self._known: dict[str, object] = {}

    def inlined(self, body: bytes) -> Any:
        """The document with every remote context in place. Raises StopRun when it is no JSON or nests too deep."""
        try:
            value = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise StopRun("The feed answered with JSON-LD that is not whole JSON.") from error
        return self._walked(value, 0)

    def _walked(self, value: Any, depth: int) -> Any:
        if isinstance(value, list):
            return [self._walked(entry, depth) for entry in value]
        if not isinstance(value, dict):
            return value
        if "@import" in value:
            raise StopRun("The feed imports contexts into contexts (@import), which is not followed.")
        return {
            key: self._context(entry, depth) if key == "@context" else self._walked(entry, depth)
            for key, entry in value.items()
        }

    def _context(self, value: Any, depth: int) -> Any:
        if isinstance(value, list):
            return [self._context(entry, depth) for entry in value]
        if not isinstance(value, str):
            return self._walked(value, depth)
        if depth >= _DEEPEST:
            raise StopRun("The contexts of the feed ask for each other without an end.")
        if value not in self._known:
            if len(self._known) >= _MOST:
                raise StopRun(f"The feed asks for more than {_MOST} contexts.")
            self._known[value] = self._fetch(value)
        found = self._known[value]
        inner = found.get("@context", {}) if isinstance(found, dict) else {}
        return self._context(inner, depth + 1)
