"""A verdict that was given on one instance of the portal, carried to another: admitted there by its signature alone.

Where the portal on the internet may not reach the exchange platform, the gate judges inside. What it admitted is signed
there, version by version, with the private key of the inside instance (Ed25519, RFC 8032), and the outside instance holds
nothing but the public key. The signature covers the digests, so it admits exactly what was judged and nothing else.
"""

import json
from dataclasses import asdict, dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from portal.gate.verdicts import _SEAL, Admitted
from portal.kernel.errors import PortalError

_PURPOSE: Final = "portal verdict 1"


class NotAttested(PortalError):
    """A carried verdict whose signature is not that of the inside instance."""


@dataclass(frozen=True, slots=True)
class CarriedVerdict:
    """What is signed: the version of a dataset, the digests that were judged, and the stored verdict's id and instant."""

    dataset_id: str
    version: int
    data_digest: str
    page_digest: str
    verdict_id: str
    gate_version: str
    judged_at: str


def attest(verdict: CarriedVerdict, key: Ed25519PrivateKey) -> bytes:
    """The signature that lets a stored, admitting verdict be believed elsewhere. Inside instances alone have the key."""
    return key.sign(_signed_text(verdict))


def admit_carried(verdict: CarriedVerdict, signature: bytes, key: Ed25519PublicKey) -> Admitted:
    """The same admission on another instance. Raises NotAttested."""
    try:
        key.verify(signature, _signed_text(verdict))
    except InvalidSignature as error:
        raise NotAttested(
            f"The verdict about version {verdict.version} of {verdict.dataset_id} is not signed by the inside instance."
        ) from error
    return Admitted(_SEAL, data_digest=verdict.data_digest, page_digest=verdict.page_digest, reasons=(), release=None)


def _signed_text(verdict: CarriedVerdict) -> bytes:
    return json.dumps([_PURPOSE, asdict(verdict)], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
