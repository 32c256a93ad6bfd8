"""The pair of keys: the private one signs inside and never leaves, the public one is all that the outside instance holds."""

import hashlib
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from portal.bundles.errors import BundleRefused

_FILE = "bundle.key"


def make_private_key(directory: Path) -> Ed25519PrivateKey:
    """A new key in `directory`, readable by its owner alone. Raises BundleRefused when there is one already."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    path, key = directory / _FILE, Ed25519PrivateKey.generate()
    try:
        path.touch(mode=0o600, exist_ok=False)
    except FileExistsError as error:
        raise BundleRefused(
            "key_exists",
            f"There is a key already in {path}. Outside instances know it; move it away by hand to begin with a new one.",
        ) from error
    path.write_text(key.private_bytes_raw().hex())
    return key


def read_private_key(directory: Path) -> Ed25519PrivateKey:
    """The key that signs. Raises BundleRefused when there is none, or it cannot be read."""
    path = directory / _FILE
    try:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text().strip()))
    except FileNotFoundError as error:
        raise BundleRefused("key_missing", "This instance has no key to sign with yet: `portal bundle key`.") from error
    except ValueError as error:
        raise BundleRefused("key_broken", f"{path} does not hold a key of 64 hexadecimal digits.") from error


def public_text(key: Ed25519PrivateKey) -> str:
    """The public half as it is handed over: 64 hexadecimal digits."""
    return key.public_key().public_bytes_raw().hex()


def read_public_key(text: str) -> Ed25519PublicKey:
    """The key that bundles are checked with, from the settings. Raises BundleRefused."""
    if not text.strip():
        raise BundleRefused(
            "key_missing",
            "PORTAL_BUNDLE_PUBLIC_KEY is not set. `portal bundle key` on the inside instance shows it; bring it over by hand.",
        )
    try:
        return Ed25519PublicKey.from_public_bytes(bytes.fromhex(text.strip()))
    except ValueError as error:
        raise BundleRefused("key_broken", "PORTAL_BUNDLE_PUBLIC_KEY must be 64 hexadecimal digits.") from error


def fingerprint(key: Ed25519PublicKey) -> str:
    """What people compare: SHA-256 of the public key, in hex."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()
