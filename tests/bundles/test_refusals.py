"""A bundle that is missing, twice, old, altered or half copied is refused with a sentence, and nothing has changed."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from portal.bundles.errors import BundleRefused
from portal.bundles.manifest import MANIFEST, SIGNATURE, STATE, sign
from portal.catalogue.withdrawal import withdraw_dataset
from tests.bundles.conftest import Inside, Outside

Copying = Callable[[Path], Path]


def contents(outside: Outside) -> list[object]:
    """Everything an instance holds, to see that nothing has changed."""
    tables = ("dataset", "version", "version_part", "verdict", "tombstone", "publisher", "bundle_taken", "outbox")
    with outside.parts.database.reading() as session:
        rows = [sorted(map(repr, session.execute(text(f"SELECT * FROM {table}")))) for table in tables]
    return [*rows, sorted(outside.parts.store.list_keys(""))]


def refused(outside: Outside, path: Path) -> BundleRefused:
    before = contents(outside)
    with pytest.raises(BundleRefused) as caught:
        outside.take(path)
    assert contents(outside)[:-1] == before[:-1], "a refused bundle changed the database"
    return caught.value


def change_something(inside: Inside) -> None:
    """Withdraw the first dataset that is public."""
    with inside.bench.database.transaction() as session:
        dataset_id = session.execute(text("SELECT min(id) FROM dataset WHERE state = 'published'")).scalar()
        from datetime import UTC, datetime

        withdraw_dataset(session, str(dataset_id), "wrong numbers", "王审核", datetime.now(UTC))


def test_a_bundle_that_was_altered_anywhere_is_refused(inside: Inside, outside: Outside, copied: Copying) -> None:
    made = inside.made()
    names = [MANIFEST, SIGNATURE, STATE, f"blobs/{min(p.name for p in (made / 'blobs').iterdir())}"]
    for name in names:
        path = copied(made)
        content = bytearray((path / name).read_bytes())
        content[len(content) // 2] ^= 0x01
        (path / name).write_bytes(bytes(content))
        error = refused(outside, path)
        assert error.code == "altered", name
        assert "opy" in str(error)
    assert outside.take(made).datasets


def test_a_bundle_that_was_copied_by_half_names_what_is_missing(
    inside: Inside, outside: Outside, copied: Copying
) -> None:
    made = inside.made()
    piece = min(p.name for p in (made / "blobs").iterdir())
    path = copied(made)
    (path / "blobs" / piece).unlink()
    error = refused(outside, path)
    assert error.code == "half_copied"
    assert piece in str(error)
    short = copied(made)
    (short / STATE).write_bytes((short / STATE).read_bytes()[:-5])
    assert refused(outside, short).code == "half_copied"
    for name in (MANIFEST, SIGNATURE):
        path = copied(made)
        (path / name).unlink()
        assert refused(outside, path).code == "half_copied"
    partial = copied(made).rename(made.parent / "bundle-000009.partial")
    assert refused(outside, partial).code == "half_copied"


def test_a_half_copied_bundle_goes_on_where_the_copy_stopped(inside: Inside, outside: Outside, copied: Copying) -> None:
    made = inside.made()
    path = copied(made)
    piece = path / "blobs" / min(p.name for p in (made / "blobs").iterdir())
    piece.unlink()
    refused(outside, path)
    piece.write_bytes((made / "blobs" / piece.name).read_bytes())
    assert outside.take(path).datasets


def test_order_is_kept(inside: Inside, outside: Outside) -> None:
    first = inside.made()
    change_something(inside)
    second = inside.made()
    change_something(inside)
    third = inside.made()
    assert refused(outside, second).code == "missing"
    assert "Bring bundle 1" in str(refused(outside, second))
    outside.take(first)
    assert refused(outside, first).code == "twice"
    error = refused(outside, third)
    assert (error.code, "Bring bundle 2" in str(error)) == ("missing", True)
    outside.take(second)
    outside.take(third)
    assert refused(outside, second).code == "twice"


def test_an_old_whole_bundle_does_not_bring_back_the_past(inside: Inside, outside: Outside) -> None:
    outside.take(inside.made())
    whole = inside.made(is_whole=True)
    change_something(inside)
    newer = inside.made(is_whole=True)
    outside.take(newer)
    assert refused(outside, whole).code == "old"


def test_a_bundle_of_another_line_is_refused(inside: Inside, outside: Outside, copied: Copying) -> None:
    """Two inside instances with one key: a mistake of operation that must not mix two catalogues."""
    outside.take(inside.made())
    change_something(inside)
    second = copied(inside.made())
    manifest = json.loads((second / MANIFEST).read_bytes())
    manifest["previous"] = "0" * 64
    encoded = json.dumps(manifest, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    (second / MANIFEST).write_bytes(encoded)
    (second / SIGNATURE).write_bytes(sign(encoded, inside.key))
    assert refused(outside, second).code == "other_line"


def test_another_key_is_not_believed(inside: Inside, outside: Outside, copied: Copying) -> None:
    path = copied(inside.made())
    (path / SIGNATURE).write_bytes(sign((path / MANIFEST).read_bytes(), Ed25519PrivateKey.generate()))
    assert refused(outside, path).code == "altered"


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "blobs/../x.zst", "state.jsonl"])
def test_a_signed_manifest_names_no_file_outside(inside: Inside, outside: Outside, copied: Copying, name: str) -> None:
    path = copied(inside.made())
    manifest = json.loads((path / MANIFEST).read_bytes())
    manifest["state"]["name"] = name
    encoded = json.dumps(manifest, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    (path / MANIFEST).write_bytes(encoded)
    (path / SIGNATURE).write_bytes(sign(encoded, inside.key))
    assert refused(outside, path).code == "format"


def test_an_instance_with_sources_takes_no_bundle(inside: Inside) -> None:
    made = inside.made()
    itself = Outside(
        parts=type("Both", (), {"database": inside.bench.workshop.database, "store": inside.bench.workshop.store})(),
        settings=inside.bench.settings,
        key=inside.key,
    )
    with pytest.raises(BundleRefused) as caught:
        itself.take(made)
    assert caught.value.code == "inside"


def test_a_verdict_that_the_inside_did_not_sign_admits_nothing(
    inside: Inside, outside: Outside, copied: Copying
) -> None:
    """The manifest's signature is of the same key; each verdict's own signature is still asked for."""
    import hashlib

    import zstandard

    path = copied(inside.made())
    lines = zstandard.ZstdDecompressor().stream_reader((path / STATE).read_bytes()).read().splitlines()
    states = [json.loads(line) for line in lines]
    states[0]["versions"][0]["attestation"] = states[1]["versions"][0]["attestation"]
    plain = b"".join(json.dumps(state, ensure_ascii=False).encode() + b"\n" for state in states)
    packed = zstandard.ZstdCompressor().compress(plain)
    (path / STATE).write_bytes(packed)
    manifest = json.loads((path / MANIFEST).read_bytes())
    manifest["state"] |= {
        "size_bytes": len(packed),
        "sha256": hashlib.sha256(packed).hexdigest(),
        "unpacked_bytes": len(plain),
    }
    encoded = json.dumps(manifest, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    (path / MANIFEST).write_bytes(encoded)
    (path / SIGNATURE).write_bytes(sign(encoded, inside.key))
    before = contents(outside)
    with pytest.raises(Exception, match="not signed by the inside instance"):
        outside.take(path)
    assert contents(outside)[:-1] == before[:-1]
