"""Publish outside what a verified bundle holds: blobs first, then everything else in one transaction.

A reader sees the state before or after, never between; a killed import is simply run again. Blobs that it had placed
and that nothing refers to yet are swept like any other orphan.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy.orm import Session

from portal.bundles.checking import Checked, check_digests, check_order, open_bundle
from portal.bundles.errors import BundleRefused
from portal.bundles.keys import fingerprint
from portal.bundles.manifest import PIECE_BYTES, STATE, CarriedBlob
from portal.bundles.models import BundleTaken
from portal.bundles.pieces import unpacked
from portal.bundles.verdicts import verdict_of
from portal.catalogue.counts import recount
from portal.catalogue.models import Dataset
from portal.catalogue.replication import State, withdraw_absent, write_coverage, write_state
from portal.catalogue.withdrawal import withdraw_dataset
from portal.db import Database
from portal.gate.carried import admit_carried
from portal.kernel.vocab import DatasetState
from portal.storage import BlobStore
from portal.storage.keys import checked_key
from portal.storage.workdirs import work_dir as new_work_dir

ABSENT = "not_in_catalogue"
_CARRIER = "carried"
_LONGEST_LINE = 256 << 20


@dataclass(frozen=True, slots=True)
class Taken:
    """A bundle that was taken in."""

    sequence: int
    datasets: int
    withdrawn: int
    blobs: int


def take_bundle(
    database: Database, store: BlobStore, key: Ed25519PublicKey, path: Path, now: datetime, *, work_dir: Path
) -> Taken:
    """Verify the bundle in `path` and publish what it holds. Raises BundleRefused; then nothing has changed."""
    checked = open_bundle(path, key)
    with database.reading() as session:
        check_order(session, checked)
    check_digests(checked)
    with new_work_dir(work_dir) as room:
        for blob in checked.manifest.blobs:
            _place_blob(store, checked, blob, room)
    with database.transaction() as session:
        check_order(session, checked)  # another process may have been as quick
        return _apply(session, store, checked, key, now)


def _apply(session: Session, store: BlobStore, checked: Checked, key: Ed25519PublicKey, now: datetime) -> Taken:
    present, withdrawn = set[str](), 0
    for state in _states(checked):
        if "coverage" in state:
            write_coverage(session, state["coverage"])
            continue
        dataset_id = state["dataset"]["id"]
        present.add(dataset_id)
        _withdraw_first(session, state, now)
        admitted = {
            entry["version"]["number"]: admit_carried(verdict_of(entry), bytes.fromhex(entry["attestation"]), key)
            for entry in state["versions"]
        }
        _check_blobs(store, state)
        write_state(session, state, admitted, now)
        withdrawn += state["dataset"]["state"] == DatasetState.WITHDRAWN
    if checked.manifest.is_whole:
        for dataset_id in withdraw_absent(session, frozenset(present)):
            withdraw_dataset(session, dataset_id, ABSENT, _CARRIER, now, stays=False)
            withdrawn += 1
    recount(session)
    counts = {"datasets": len(present), "withdrawn": withdrawn, "blobs": len(checked.manifest.blobs)}
    session.add(
        BundleTaken(
            sequence=checked.manifest.sequence,
            digest=checked.digest,
            origin=fingerprint(key),
            counts=counts,
            taken_at=now,
        )
    )
    return Taken(checked.manifest.sequence, len(present), withdrawn, len(checked.manifest.blobs))


def _withdraw_first(session: Session, state: State, now: datetime) -> None:
    """What is withdrawn inside is withdrawn here by the same command, which cuts versions and orders the purge."""
    dataset = state["dataset"]
    here = session.get(Dataset, dataset["id"])
    if here is not None and here.state == DatasetState.PUBLISHED and dataset["state"] == DatasetState.WITHDRAWN:
        reason = dataset["withdrawn_reason"] or "withdrawn"
        withdraw_dataset(session, dataset["id"], reason, _CARRIER, now, stays=False)
        session.flush()
        session.expire(here)


def _states(checked: Checked) -> Iterator[State]:
    """The lines of the state, read as a stream: memory holds one dataset."""
    piece, held = checked.manifest.state, b""
    for chunk in unpacked(checked.path / STATE, piece.unpacked_bytes):
        *lines, held = (held + chunk).split(b"\n")
        if len(held) > _LONGEST_LINE:
            raise BundleRefused("format", "One dataset of the bundle is larger than this version reads.")
        for line in lines:
            yield _parsed(line)
    if held:
        raise BundleRefused("altered", "The state in the bundle ends in the middle of a dataset.")


def _parsed(line: bytes) -> State:
    value: Any = json.loads(line)
    if not isinstance(value, dict) or not isinstance(value.get("dataset", value.get("coverage")), dict | list):
        raise BundleRefused("format", "The bundle was written by another version of the portal; update this instance.")
    return value


def _check_blobs(store: BlobStore, state: State) -> None:
    """Everything a version refers to must be here: from this bundle or from one before."""
    for part in state["parts"]:
        for blob_key in (part["blob_key"], part["original_blob_key"]):
            if blob_key and not store.exists(checked_key(blob_key)):
                raise BundleRefused(
                    "blob_missing",
                    f"A file of dataset {part['dataset_id']} is neither in this bundle nor here. "
                    "Bring a whole one (`portal bundle export --whole`).",
                )


def _place_blob(store: BlobStore, checked: Checked, blob: CarriedBlob, room: Path) -> None:
    """Unpack a blob and put it into the store, unless it is there; its SHA-256 is checked on the way."""
    key = checked_key(blob.key)
    if store.exists(key) and store.size_bytes(key) == blob.size_bytes:
        return
    beside, digest = room / blob.sha256, hashlib.sha256()
    try:
        with beside.open("xb") as file:
            for piece in blob.pieces:
                for chunk in unpacked(checked.path / piece.name, min(piece.unpacked_bytes, PIECE_BYTES)):
                    digest.update(chunk)
                    file.write(chunk)
        if digest.hexdigest() != blob.sha256:
            raise BundleRefused("altered", f"The blob {key} is not what the manifest names. Copy the bundle again.")
        store.put_file(key, beside)
    finally:
        beside.unlink(missing_ok=True)
