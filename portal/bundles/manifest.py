"""The signed list of what is in a bundle, in one canonical form.

Everything else in the bundle is believed because the manifest names its SHA-256; the manifest is believed because of its
signature. `previous` chains bundles: each but a whole one builds on exactly one other.
"""

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from portal.bundles.errors import BundleRefused

FORMAT = 1
MANIFEST, SIGNATURE, STATE = "manifest.json", "manifest.sig", "state.jsonl.zst"
PIECE_BYTES = 64 << 20
LONGEST_MANIFEST = 256 << 20
_NAME = re.compile(r"(?:state\.jsonl\.zst|blobs/[0-9a-f]{64}-[0-9]{5}\.zst)", re.ASCII)
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
_PURPOSE = b"portal bundle 1\n"


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of the bundle: its name, size and SHA-256 as it lies there, and its length when unpacked."""

    name: str
    size_bytes: int
    sha256: str
    unpacked_bytes: int


@dataclass(frozen=True, slots=True)
class CarriedBlob:
    """A blob of the store by its key, whole content's SHA-256 and length, and the pieces that make it up in order."""

    key: str
    sha256: str
    size_bytes: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """`previous` "": a whole catalogue, which builds on nothing and says so for every dataset that is not in it."""

    sequence: int
    previous: str
    made_at: str
    state: Piece
    blobs: tuple[CarriedBlob, ...]

    @property
    def is_whole(self) -> bool:
        return not self.previous

    @property
    def pieces(self) -> tuple[Piece, ...]:
        return (self.state, *(piece for blob in self.blobs for piece in blob.pieces))

    def encoded(self) -> bytes:
        """The canonical form: what is signed and whose SHA-256 the next bundle names."""
        value = {"format": FORMAT, **asdict(self)}
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest_of(encoded: bytes) -> str:
    """How a manifest is named by the one after it."""
    return hashlib.sha256(encoded).hexdigest()


def sign(encoded: bytes, key: Ed25519PrivateKey) -> bytes:
    """The signature, in hex and with a newline: a text file that survives every medium."""
    return key.sign(_PURPOSE + encoded).hex().encode() + b"\n"


def verified(encoded: bytes, signature: bytes, key: Ed25519PublicKey) -> Manifest:
    """The manifest of these bytes. Raises BundleRefused `altered` or `format`; nothing is parsed before it is verified."""
    try:
        key.verify(bytes.fromhex(signature.decode("ascii").strip()), _PURPOSE + encoded)
    except (InvalidSignature, ValueError) as error:
        raise BundleRefused(
            "altered",
            "The bundle is not signed by the inside instance whose key is set here, or its manifest was altered on the way. "
            "Compare the key's fingerprint on both sides (`portal bundle list`), and copy the bundle again.",
        ) from error
    value = json.loads(encoded)
    if value.get("format") != FORMAT:
        raise BundleRefused(
            "format", f"The bundle has format {value.get('format')}; this version reads format {FORMAT}."
        )
    return _from_json(value)


def _from_json(value: dict[str, Any]) -> Manifest:
    """Signed is not yet well-formed: names must stay inside the bundle whoever signed them."""
    blobs = tuple(
        CarriedBlob(blob["key"], _hash(blob["sha256"]), int(blob["size_bytes"]), tuple(map(_piece, blob["pieces"])))
        for blob in value["blobs"]
    )
    return Manifest(int(value["sequence"]), value["previous"], value["made_at"], _piece(value["state"]), blobs)


def _piece(value: dict[str, Any]) -> Piece:
    if not _NAME.fullmatch(value["name"]):
        raise BundleRefused("format", "The manifest names a file that cannot be part of a bundle.")
    return Piece(value["name"], int(value["size_bytes"]), _hash(value["sha256"]), int(value["unpacked_bytes"]))


def _hash(text: str) -> str:
    if not _HASH.fullmatch(text):
        raise BundleRefused("format", "The manifest names a digest that is none.")
    return text
