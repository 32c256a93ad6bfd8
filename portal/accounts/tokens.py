"""Random and derived secrets of accounts: cookies, links in mails, form tokens, marks of addresses, encrypted TOTP secrets.

Cookies are random and stored as SHA-256: 256 random bits need no slow hash. Everything else is derived from the site's
secret under a name of its own (HMAC-SHA256, as HKDF's expand step of RFC 5869 does it), so that nothing has to be stored.
"""

import base64
import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12
_LINK_CHARS = 40


def new_cookie() -> str:
    """43 URL-safe characters, 256 random bits."""
    return secrets.token_urlsafe(32)


def cookie_digest(cookie: str) -> str:
    """What is stored of a cookie."""
    return hashlib.sha256(f"sign-in {cookie}".encode()).hexdigest()


def derived(secret: bytes, purpose: str, text: str) -> str:
    """A keyed digest of a text for one purpose, 64 hex digits."""
    return hmac.new(secret, f"{purpose}\n{text}".encode(), hashlib.sha256).hexdigest()


def is_same(one: str, other: str) -> bool:
    """Compare in constant time; texts that hold more than ASCII are never the same."""
    return hmac.compare_digest(one.encode(), other.encode())


def link_of_errand(errand_id: str, secret: bytes) -> str:
    """The text in the link of a mail: id and proof."""
    return f"{errand_id}.{derived(secret, 'errand', errand_id)[:_LINK_CHARS]}"


def errand_of_link(link: str, secret: bytes) -> str | None:
    """The errand's id, or None when the proof is not ours."""
    errand_id, _, proof = link.partition(".")
    return errand_id if is_same(proof, derived(secret, "errand", errand_id)[:_LINK_CHARS]) else None


def mark_of_address(email: str, secret: bytes) -> str:
    """A name for a mail address by which attempts are counted; the address cannot be had back from it."""
    return derived(secret, "address", email)[:24]


def sealed(text: str, secret: bytes, *, owner: str) -> str:
    """The text encrypted under the site's secret, bound to its owner (AES-256-GCM)."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return base64.b64encode(nonce + _cipher(secret).encrypt(nonce, text.encode(), owner.encode())).decode()


def unsealed(stored: str, secret: bytes, *, owner: str) -> str | None:
    """The text, or None when it was sealed under another secret or for somebody else."""
    raw = base64.b64decode(stored)
    try:
        return _cipher(secret).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], owner.encode()).decode()
    except InvalidTag:
        return None


def _cipher(secret: bytes) -> AESGCM:
    return AESGCM(bytes.fromhex(derived(secret, "seal", "")))
