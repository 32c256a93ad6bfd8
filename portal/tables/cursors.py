"""Cursors: where a page ended, signed, and good for the same query on the same version only."""

import base64
import binascii
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from portal.kernel.errors import InvalidInput
from portal.tables.expressions import JsonValue

_MAX_CHARS = 8_000
_SIGNATURE_BYTES = 16


@dataclass(frozen=True, slots=True)
class Place:
    """The last row of a page: the values of its sort keys, its number in the table (0 of a group), and how many rows of the
    answer there were up to it."""

    keys: tuple[JsonValue, ...]
    row_number: int
    seen: int = 0


class CursorSigner:
    """Writes and reads cursors. `secret` is asked for when the first one is needed."""

    def __init__(self, secret: Callable[[], bytes]) -> None:
        self._secret = secret

    def write(self, place: Place, version_key: str, fingerprint: str) -> str:
        """An opaque text, safe in an address."""
        payload = json.dumps(
            [place.row_number, place.seen, *place.keys], ensure_ascii=False, separators=(",", ":")
        ).encode()
        return (
            base64.urlsafe_b64encode(self._signature(payload, version_key, fingerprint) + payload).decode().rstrip("=")
        )

    def read(self, cursor: str, version_key: str, fingerprint: str) -> Place:
        """The place again. Raises InvalidInput when the cursor was changed or is of another query or version."""
        try:
            raw = base64.b64decode(cursor[:_MAX_CHARS] + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError) as error:
            raise _unusable() from error
        signature, payload = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._signature(payload, version_key, fingerprint)):
            raise _unusable()
        row_number, seen, *keys = _loaded(payload)
        return Place(tuple(keys), int(row_number), int(seen))

    def _signature(self, payload: bytes, version_key: str, fingerprint: str) -> bytes:
        message = b"\x00".join((b"cursor", version_key.encode(), fingerprint.encode(), payload))
        return hmac.digest(self._secret(), message, "sha256")[:_SIGNATURE_BYTES]


def _loaded(payload: bytes) -> list[Any]:
    values: list[Any] = json.loads(payload)
    return values


def _unusable() -> InvalidInput:
    return InvalidInput(
        "The cursor does not belong to this query and version; start again without it.", parameter="cursor"
    )
