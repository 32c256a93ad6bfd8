"""Verify a bundle before anything of it is used: signature, order, completeness, digests."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.bundles.errors import BundleRefused
from portal.bundles.manifest import LONGEST_MANIFEST, MANIFEST, SIGNATURE, Manifest, Piece, digest_of, verified
from portal.bundles.models import BundleTaken
from portal.ingest.models import Source

_SHOWN = 5
_LONGEST_SIGNATURE = 1_000


@dataclass(frozen=True, slots=True)
class Checked:
    """A bundle that may be used: its directory, manifest, and the manifest's digest."""

    path: Path
    manifest: Manifest
    digest: str


def open_bundle(path: Path, key: Ed25519PublicKey) -> Checked:
    """The bundle with a verified manifest, all files of the right size. Raises BundleRefused."""
    if path.name.endswith(".partial"):
        raise BundleRefused("half_copied", f"{path.name} is still being written inside; take it when it has its name.")
    encoded = _read(path, MANIFEST, LONGEST_MANIFEST)
    manifest = verified(encoded, _read(path, SIGNATURE, _LONGEST_SIGNATURE), key)
    wrong = [piece.name for piece in manifest.pieces if _size(path / piece.name) != piece.size_bytes]
    if wrong:
        raise BundleRefused(
            "half_copied",
            f"{len(wrong)} of {len(manifest.pieces) + 2} files of {path.name} are missing or short: "
            f"{', '.join(wrong[:_SHOWN])}{' …' if len(wrong) > _SHOWN else ''}. "
            "Copy these again; what is here already need not be copied twice.",
        )
    return Checked(path, manifest, digest_of(encoded))


def check_order(session: Session, checked: Checked) -> None:
    """Raise BundleRefused unless this is the very bundle that comes next, or a whole one that is newer."""
    if session.scalar(select(Source.name).limit(1)) is not None:
        raise BundleRefused(
            "inside",
            "This instance has sources of its own and is no outside instance; bundles are taken where none are.",
        )
    manifest, sequence = checked.manifest, checked.manifest.sequence
    taken = session.get(BundleTaken, sequence)
    if taken is not None and taken.digest == checked.digest:
        raise BundleRefused(
            "twice", f"Bundle {sequence} was taken on {taken.taken_at:%Y-%m-%d %H:%M}; nothing is to be done."
        )
    last = session.scalars(select(BundleTaken).order_by(BundleTaken.sequence.desc()).limit(1)).one_or_none()
    if last is not None and sequence <= last.sequence:
        raise BundleRefused(
            "old",
            f"Bundle {sequence} is older than bundle {last.sequence}, the last that was taken; it would bring back the past.",
        )
    if manifest.is_whole:
        return
    if last is None or sequence > last.sequence + 1:
        missing = (
            f"{last.sequence + 1} to {sequence - 1}" if last and sequence - 1 > last.sequence + 1 else str(sequence - 1)
        )
        raise BundleRefused(
            "missing",
            f"Bundle {sequence} builds on bundle {sequence - 1}, and the last that was taken is "
            f"{last.sequence if last else 'none'}. Bring bundle {missing}, or a whole one (`portal bundle export --whole`).",
        )
    if manifest.previous != last.digest:
        raise BundleRefused(
            "other_line",
            f"Bundle {sequence} builds on another bundle {last.sequence} than the one that was taken here. "
            "Bring a whole one (`portal bundle export --whole`).",
        )


def check_digests(checked: Checked) -> None:
    """Read every file of the bundle once. Raises BundleRefused `altered` naming the file."""
    for piece in checked.manifest.pieces:
        if _digest(checked.path / piece.name, piece) != piece.sha256:
            raise BundleRefused(
                "altered",
                f"{piece.name} of {checked.path.name} was altered or damaged on the way. Copy this file again.",
            )


def _read(path: Path, name: str, most: int) -> bytes:
    try:
        with (path / name).open("rb") as file:
            content = file.read(most + 1)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise BundleRefused(
            "half_copied",
            f"{path} has no {name}: it is no bundle, or was not copied whole. The manifest is written last.",
        ) from error
    if len(content) > most:
        raise BundleRefused("altered", f"{name} of {path.name} is longer than any bundle has it.")
    return content


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() and not path.is_symlink() else -1


def _digest(path: Path, piece: Piece) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()
