"""One contract for every store of blobs."""

import hashlib
import os
import stat
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from portal.kernel.digests import file_digest
from portal.settings import Settings
from portal.storage import BlobNotFound, BlobStore, KeyInvalid, LocalStore, StorageError, blob_key, open_store
from portal.storage.cache import FileCache

Maker = Callable[[], BlobStore]


@pytest.fixture(params=["local", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    """A store of its own, empty, for each test; chosen by settings as in production."""
    if request.param == "local":
        return open_store(Settings(var_dir=tmp_path / "var"))
    endpoint, bucket = request.getfixturevalue("s3_url"), f"b-{tmp_path.name.replace('_', '-').lower()[:40]}"
    urllib.request.urlopen(urllib.request.Request(f"{endpoint}/{bucket}", method="PUT")).close()
    return open_store(
        Settings(
            var_dir=tmp_path / "var",
            store_url=f"s3://{bucket}/published",
            store_endpoint=endpoint,
            store_key="test",
            store_secret="test",
        )
    )


def _put(store: BlobStore, tmp_path: Path, content: bytes, extension: str = "bin") -> str:
    path = tmp_path / "content"
    path.write_bytes(content)
    key = blob_key("files", file_digest(path), extension)
    assert store.put_file(key, path).size_bytes == len(content)
    return key


def test_a_blob_is_read_as_it_was_put(store: BlobStore, tmp_path: Path) -> None:
    content = bytes(range(256)) * 8_192 + b"end"
    key = _put(store, tmp_path, content)
    assert store.exists(key)
    assert store.size_bytes(key) == len(content)
    assert b"".join(store.read_range(key, 0, len(content))) == content
    assert store.local_path(key).read_bytes() == content


def test_a_file_given_away_is_stored_and_taken(store: BlobStore, tmp_path: Path) -> None:
    for _ in range(2):  # the second time it is there already
        path = tmp_path / "given"
        path.write_bytes(b"made from a table")
        key = blob_key("spool", file_digest(path), "csv")
        assert store.give_file(key, path).size_bytes == 17
        assert not path.exists()
        assert store.local_path(key).read_bytes() == b"made from a table"
        assert b"".join(store.read_range(key, 0, 17)) == b"made from a table"
        assert stat.S_IMODE(store.local_path(key).stat().st_mode) == 0o444


@pytest.mark.parametrize(("start", "length"), [(0, 1), (5, 10), (1_048_575, 2), (2_000_000, 97_155), (2_097_150, 99)])
def test_a_range_is_those_bytes_and_no_more(store: BlobStore, tmp_path: Path, start: int, length: int) -> None:
    content = bytes(range(256)) * 8_192 + b"end"
    key = _put(store, tmp_path, content)
    chunks = list(store.read_range(key, start, length))
    assert b"".join(chunks) == content[start : start + length]
    assert all(0 < len(chunk) <= 1 << 20 for chunk in chunks)


def test_an_empty_blob_is_a_blob(store: BlobStore, tmp_path: Path) -> None:
    key = _put(store, tmp_path, b"")
    assert store.size_bytes(key) == 0
    assert list(store.read_range(key, 0, 10)) == []
    assert store.local_path(key).read_bytes() == b""


def test_putting_a_key_again_changes_nothing(store: BlobStore, tmp_path: Path) -> None:
    key = _put(store, tmp_path, b"first")
    (tmp_path / "other").write_bytes(b"other")
    store.put_file(key, tmp_path / "other")
    assert b"".join(store.read_range(key, 0, 10)) == b"first"


def test_what_is_not_there_is_not_found(store: BlobStore) -> None:
    key = blob_key("tables", "0" * 64, "parquet")
    assert not store.exists(key)
    for ask in (store.size_bytes, store.local_path, lambda k: store.read_range(k, 0, 1)):
        with pytest.raises(BlobNotFound):
            ask(key)


def test_a_deleted_blob_is_gone_with_its_local_copy(store: BlobStore, tmp_path: Path) -> None:
    key = _put(store, tmp_path, b"gone soon")
    copy = store.local_path(key)
    store.delete(key)
    store.delete(key)
    assert not store.exists(key)
    assert not copy.exists()
    with pytest.raises(BlobNotFound):
        store.local_path(key)


def test_keys_are_listed_by_prefix(store: BlobStore, tmp_path: Path) -> None:
    keys = {_put(store, tmp_path, bytes([i]), "csv") for i in range(5)}
    assert set(store.list_keys("files/")) == keys
    assert set(store.list_keys("")) == keys
    some = next(iter(keys))
    assert set(store.list_keys(some[:12])) == {key for key in keys if key.startswith(some[:12])}
    assert list(store.list_keys("tables/")) == []


def test_local_copies_are_read_only(store: BlobStore, tmp_path: Path) -> None:
    path = store.local_path(_put(store, tmp_path, b"content"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o444


@pytest.mark.parametrize(
    "key",
    [
        "../outside",
        "files/../../etc/passwd",
        "/etc/passwd",
        "files//x",
        "files/a\x00b",
        "files",
        "files/A",
        "",
        "files/é",
    ],
)
def test_no_key_names_anything_outside(store: BlobStore, tmp_path: Path, key: str) -> None:
    (tmp_path / "content").write_bytes(b"x")
    for ask in (
        store.exists,
        store.size_bytes,
        store.local_path,
        store.delete,
        lambda k: store.put_file(k, tmp_path / "content"),
        lambda k: store.read_range(k, 0, 1),
    ):
        with pytest.raises(KeyInvalid):
            ask(key)


def test_a_put_that_fails_leaves_nothing(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "store")
    key = blob_key("files", "a" * 64, "bin")
    with pytest.raises(StorageError):
        store.put_file(key, tmp_path / "absent")
    assert not store.exists(key)
    assert list((tmp_path / "store").rglob("*.part")) == []


def _keep(cache: FileCache, content: bytes) -> str:
    key = blob_key("files", hashlib.sha256(content).hexdigest(), "bin")
    cache.keep(key, len(content), [content])
    return key


def test_the_cache_forgets_what_nobody_used_for_a_day(tmp_path: Path) -> None:
    """What was withdrawn is asked for no more, and must not lie on every web node until there is no room."""
    cache = FileCache(tmp_path / "cache", max_bytes=1_000_000)
    old, new = _keep(cache, b"withdrawn"), _keep(cache, b"in use")
    long_ago = time.time() - 25 * 3600
    os.utime(tmp_path / "cache" / old, (long_ago, long_ago))
    assert cache.evict() == 1
    assert cache.find(old) is None
    assert cache.find(new) is not None


def test_the_cache_drops_what_was_unused_for_longest(tmp_path: Path) -> None:
    cache = FileCache(tmp_path / "cache", max_bytes=25)
    keys = [_keep(cache, content) for content in (b"0123456789", b"abcdefghij", b"ABCDEFGHIJ")]
    for age, key in zip((3_000, 2_000, 1_000), keys, strict=True):
        stat = (cache.directory / key).stat()
        os.utime(cache.directory / key, (stat.st_atime, stat.st_mtime - age))
    assert cache.evict() == 1
    assert [cache.find(key) is not None for key in keys] == [False, True, True]


def test_the_cache_keeps_what_was_handed_out_a_moment_ago(tmp_path: Path) -> None:
    cache = FileCache(tmp_path / "cache", max_bytes=1)
    assert cache.find(_keep(cache, b"0123456789")) is not None


def test_the_cache_keeps_no_copy_that_came_short_or_altered(tmp_path: Path) -> None:
    cache = FileCache(tmp_path / "cache", max_bytes=100)
    key = blob_key("files", hashlib.sha256(b"0123456789").hexdigest(), "bin")
    for content, problem in ((b"012345678", "9 of 10"), (b"012345678X", "other content")):
        with pytest.raises(StorageError, match=problem):
            cache.keep(key, 10, [content])
        assert cache.find(key) is None


def test_what_a_killed_process_left_half_written_is_tidied_away(store: BlobStore, tmp_path: Path) -> None:
    path = store.local_path(_put(store, tmp_path, b"whole"))
    for name, age_s in ((".old.part", 3_700), (".young.part", 60)):
        (path.parent / name).write_bytes(b"half")
        os.utime(path.parent / name, (time.time() - age_s, time.time() - age_s))
    assert store.tidy() == 1
    assert {p.name for p in path.parent.iterdir()} == {path.name, ".young.part"}


def test_a_store_that_is_away_says_so(tmp_path: Path) -> None:
    settings = Settings(
        var_dir=tmp_path,
        store_url="s3://bucket/x",
        store_endpoint="http://127.0.0.1:9",
        store_key="k",
        store_secret="s",
    )
    with pytest.raises(StorageError, match="does not answer"):
        open_store(settings).size_bytes(blob_key("files", "a" * 64, "bin"))
