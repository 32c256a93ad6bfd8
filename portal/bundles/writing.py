"""Make a bundle: everything that changed for the public since the last one, ready to be carried.

A bundle is made in a directory `….partial` and gets its name when it is whole. What a killed process left is gone on
with: pieces that lie there are not made again. The order of the last steps (manifest, database, name) makes a bundle
either known and whole, or neither.
"""

import fcntl
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete, exists, insert, or_, select, update
from sqlalchemy.orm import Session

from portal.bundles.errors import BundleRefused
from portal.bundles.manifest import MANIFEST, SIGNATURE, STATE, CarriedBlob, Manifest, Piece, digest_of, sign
from portal.bundles.models import BundledBlob, BundledDataset, BundleMade
from portal.bundles.pieces import pack_blob
from portal.bundles.verdicts import verdict_of
from portal.catalogue.models import Dataset
from portal.catalogue.replication import State, read_coverage, read_states
from portal.catalogue.versions import VersionPart
from portal.db import Database, table_of
from portal.gate.carried import attest
from portal.kernel.digests import file_digest
from portal.kernel.vocab import DatasetState
from portal.storage import BlobNotFound, BlobStore
from portal.storage.placing import placing

_AT_ONCE = 200
_ATTEMPTS = 3
_LEVEL = 3


@dataclass(frozen=True, slots=True)
class Made:
    """A bundle that was made. `withdrawn` counts those of `datasets` that are no longer public."""

    path: Path
    sequence: int
    datasets: int
    withdrawn: int
    blobs: int
    size_bytes: int


def make_bundle(
    database: Database, store: BlobStore, key: Ed25519PrivateKey, target: Path, now: datetime, *, is_whole: bool = False
) -> Made | None:
    """Write the next bundle into `target`; None when nothing changed. `is_whole`: everything, whatever was carried before.

    Raises BundleRefused `busy` when another process is making one into the same directory.
    """
    target.mkdir(parents=True, exist_ok=True)
    with _alone(target):
        _finish_interrupted(database, target)
        for attempt in range(_ATTEMPTS):
            try:
                return _made(database, store, key, target, now, is_whole=is_whole)
            except BlobNotFound:  # it was withdrawn meanwhile: what is carried must be what is true now
                if attempt == _ATTEMPTS - 1:
                    raise
    raise AssertionError("unreachable")


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    with (target / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BundleRefused("busy", f"Another process is writing a bundle into {target}; wait for it.") from error
        yield


def _directory(target: Path, sequence: int) -> Path:
    return target / f"bundle-{sequence:06d}"


def _partial(target: Path, sequence: int) -> Path:
    return target / f"bundle-{sequence:06d}.partial"


def _finish_interrupted(database: Database, target: Path) -> None:
    """Give a whole bundle its name that was killed after it was written down, and before it was named."""
    with database.reading() as session:
        last = _last(session)
    if last is None or _directory(target, last.sequence).exists():
        return
    partial = _partial(target, last.sequence)
    manifest = partial / MANIFEST
    if manifest.exists() and digest_of(manifest.read_bytes()) == last.digest:
        partial.rename(_directory(target, last.sequence))


def _last(session: Session) -> BundleMade | None:
    return session.scalars(select(BundleMade).order_by(BundleMade.sequence.desc()).limit(1)).one_or_none()


def _made(
    database: Database, store: BlobStore, key: Ed25519PrivateKey, target: Path, now: datetime, *, is_whole: bool
) -> Made | None:
    with database.reading() as session:
        last = _last(session)
        is_whole = is_whole or last is None
        sequence = last.sequence + 1 if last else 1
        changed = _changed(session, is_whole=is_whole)
        if not changed and not is_whole:
            return None
        partial = _partial(target, sequence)
        partial.mkdir(exist_ok=True)
        written = _write_states(session, partial, changed, key)
        needed = _needed_blobs(session, written.blobs, is_whole=is_whole)
    carried = tuple(pack_blob(store, partial, blob_key, sha256) for blob_key, sha256 in sorted(needed.items()))
    previous = "" if is_whole or last is None else last.digest
    manifest = Manifest(sequence, previous, now.isoformat(), written.piece, carried)
    encoded = manifest.encoded()
    _drop_strays(partial, manifest)
    _place(partial / SIGNATURE, sign(encoded, key))
    _place(partial / MANIFEST, encoded)
    counts = {"datasets": len(changed), "withdrawn": written.withdrawn, "blobs": len(carried)}
    with database.transaction() as session:
        session.add(
            BundleMade(sequence=sequence, digest=digest_of(encoded), previous=previous, counts=counts, made_at=now)
        )
        _note_carried(session, changed, carried, sequence, is_whole=is_whole)
    final = _directory(target, sequence)
    partial.rename(final)
    size = sum(piece.size_bytes for piece in manifest.pieces) + len(encoded)
    return Made(final, sequence, len(changed), written.withdrawn, len(carried), size)


def _changed(session: Session, *, is_whole: bool) -> dict[str, int]:
    """Dataset → revision, for everything that is not as it was carried last; nothing that never was public."""
    joined = select(Dataset.id, Dataset.revision).outerjoin(BundledDataset, BundledDataset.dataset_id == Dataset.id)
    is_settled = (Dataset.state != DatasetState.DRAFT, Dataset.cut_asked_at.is_(None))  # a cut travels when it is done
    statement = joined.where(*is_settled).order_by(Dataset.id)
    if not is_whole:
        is_stale = or_(BundledDataset.revision.is_(None), BundledDataset.revision != Dataset.revision)
        statement = statement.where(is_stale)
    return {row.id: row.revision for row in session.execute(statement)}


@dataclass(frozen=True, slots=True)
class _Written:
    piece: Piece
    blobs: dict[str, str]
    withdrawn: int


def _write_states(session: Session, partial: Path, changed: dict[str, int], key: Ed25519PrivateKey) -> _Written:
    """One line for each dataset, with the signature of each version's verdict; which blobs they need, by key."""
    ids, blobs, withdrawn, unpacked = sorted(changed), dict[str, str](), 0, 0
    target = partial / STATE
    target.unlink(missing_ok=True)
    with placing(target) as file, zstandard.ZstdCompressor(level=_LEVEL).stream_writer(file, closefd=False) as writer:
        for start in range(0, len(ids), _AT_ONCE):
            for state in read_states(session, ids[start : start + _AT_ONCE]):
                _attest(state, key)
                blobs |= _blobs_of(state)
                withdrawn += state["dataset"]["state"] == DatasetState.WITHDRAWN
                line = json.dumps(state, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
                unpacked += len(line)
                writer.write(line)
        line = json.dumps({"coverage": read_coverage(session)}, ensure_ascii=False).encode() + b"\n"
        unpacked += len(line)
        writer.write(line)
    return _Written(Piece(STATE, target.stat().st_size, file_digest(target), unpacked), blobs, withdrawn)


def _attest(state: State, key: Ed25519PrivateKey) -> None:
    for entry in state["versions"]:
        entry["attestation"] = attest(verdict_of(entry), key).hex()


def _blobs_of(state: State) -> dict[str, str]:
    pairs = [(part["blob_key"], part["sha256"]) for part in state["parts"]]
    pairs += [(part["original_blob_key"], part["original_sha256"]) for part in state["parts"]]
    return {blob_key: sha256 for blob_key, sha256 in pairs if blob_key}


def _needed_blobs(session: Session, blobs: dict[str, str], *, is_whole: bool) -> dict[str, str]:
    if is_whole:
        return blobs
    keys, carried = sorted(blobs), set[str]()
    for start in range(0, len(keys), _AT_ONCE):
        batch = keys[start : start + _AT_ONCE]
        carried |= set(session.scalars(select(BundledBlob.key).where(BundledBlob.key.in_(batch))))
    return {blob_key: sha256 for blob_key, sha256 in blobs.items() if blob_key not in carried}


def _note_carried(
    session: Session, changed: dict[str, int], carried: tuple[CarriedBlob, ...], sequence: int, *, is_whole: bool
) -> None:
    datasets, blobs = table_of(BundledDataset), table_of(BundledBlob)
    if is_whole:
        session.execute(delete(datasets))
        session.execute(delete(blobs))
    known = set(session.scalars(select(datasets.c.dataset_id)))
    new = [
        {"dataset_id": dataset_id, "revision": revision, "sequence": sequence}
        for dataset_id, revision in changed.items()
        if dataset_id not in known
    ]
    if new:
        session.execute(insert(datasets), new)
    for dataset_id in sorted(changed.keys() & known):
        values = {"revision": changed[dataset_id], "sequence": sequence}
        session.execute(update(datasets).where(datasets.c.dataset_id == dataset_id).values(values))
    if carried:
        session.execute(insert(blobs), [{"key": blob.key, "sequence": sequence} for blob in carried])
    # What is purged here is purged outside too: if it ever comes back, it must travel again.
    in_use = or_(VersionPart.blob_key == blobs.c.key, VersionPart.original_blob_key == blobs.c.key)
    session.execute(delete(blobs).where(~exists().where(in_use)))


def _drop_strays(partial: Path, manifest: Manifest) -> None:
    """Pieces of an earlier attempt that nothing needs any more: what was withdrawn meanwhile must not travel."""
    named = {partial / piece.name for piece in manifest.pieces}
    for path in sorted(partial.rglob("*")):
        if path.is_file() and path not in named:
            path.unlink()
    if not manifest.blobs:
        shutil.rmtree(partial / "blobs", ignore_errors=True)


def _place(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    with placing(path) as file:
        file.write(content)
