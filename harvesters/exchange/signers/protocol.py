"""What a signature scheme is, and what is about to be signed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from harvesters.protocols import Signed


@dataclass(frozen=True, slots=True)
class Unsigned:
    """What is about to be sent. `path` starts with a slash; `params` are not yet encoded.

    `resource`: identifier of the resource that the call is about, "" for the listing.
    """

    method: str
    path: str
    params: Mapping[str, str]
    body: bytes = b""
    resource: str = ""


class Signer(Protocol):
    """One scheme with its secret."""

    def sign(self, request: Unsigned, *, now: datetime, nonce: str) -> Signed:
        """What proves who asks, for this instant and nonce."""
        ...

    def renew(self) -> bool:
        """Forget a secret that expired; False when the scheme has none, so that trying again is useless."""
        ...


class Asking(Protocol):
    """An unsigned call to the platform itself, for schemes that fetch a short-lived secret. Gives the envelope's `data`."""

    def __call__(
        self, method: str, path: str, *, params: Mapping[str, str] | None = None, json: object | None = None
    ) -> Mapping[str, object]: ...


@dataclass(frozen=True, slots=True)
class Making:
    """What a signer is made of: its secret, the options of the configuration, and how to ask the platform."""

    secret: Mapping[str, str]
    options: Mapping[str, str]
    ask: Asking
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Scheme:
    """A scheme by its `name`: which texts its secret file must hold, which options it takes, how to make its signer."""

    name: str
    secrets: tuple[str, ...]
    make: Callable[[Making], Signer]
    options: tuple[str, ...] = field(default=())


def milliseconds(now: datetime) -> str:
    """An instant as most platforms write it."""
    return str(int(now.timestamp() * 1000))
