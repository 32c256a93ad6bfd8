"""Originals are sealed, whole or not at all, and forgotten in time."""

import os
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from portal.settings import Settings
from portal.storage import BlobNotFound, Quarantine, QuarantineError, open_quarantine

KEY = "11" * 32
MIB = 1 << 20


@pytest.fixture
def quarantine(tmp_path: Path) -> Quarantine:
    return Quarantine(tmp_path / "quarantine", KEY)


def _file(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "original.xlsx"
    path.write_bytes(content)
    return path


def _sealed(quarantine: Quarantine) -> Path:
    return next(quarantine.directory.rglob("*.sealed"))


@pytest.mark.parametrize("size", [0, 1, MIB - 1, MIB, MIB + 1, 3 * MIB])
def test_what_was_kept_is_restored(quarantine: Quarantine, tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    sha256 = quarantine.keep(_file(tmp_path, content))
    assert quarantine.holds(sha256)
    quarantine.restore(sha256, tmp_path / "restored")
    assert (tmp_path / "restored").read_bytes() == content
    assert stat.S_IMODE((tmp_path / "restored").stat().st_mode) == 0o600


def test_nothing_of_the_content_can_be_read_on_disk(quarantine: Quarantine, tmp_path: Path) -> None:
    quarantine.keep(_file(tmp_path, "身份证号码 plain words".encode() * 50))
    sealed = _sealed(quarantine)
    assert b"plain words" not in sealed.read_bytes()
    assert stat.S_IMODE(sealed.stat().st_mode) == 0o400
    assert stat.S_IMODE(quarantine.directory.stat().st_mode) == 0o700


def test_bytes_are_kept_under_the_hash_that_their_file_would_have(quarantine: Quarantine, tmp_path: Path) -> None:
    content = os.urandom(MIB + 1)
    sha256 = quarantine.keep_bytes(content)
    assert sha256 == quarantine.keep(_file(tmp_path, content))
    quarantine.restore(sha256, tmp_path / "restored")
    assert (tmp_path / "restored").read_bytes() == content


@pytest.mark.parametrize("damage", ["flip", "cut", "cut a chunk", "swap", "append"])
def test_altered_content_is_not_restored(quarantine: Quarantine, tmp_path: Path, damage: str) -> None:
    sha256 = quarantine.keep(_file(tmp_path, os.urandom(3 * MIB)))
    sealed = _sealed(quarantine)
    data = bytearray(sealed.read_bytes())
    head, chunk = 13, MIB + 16
    if damage == "flip":
        data[head + chunk + 5] ^= 1
    elif damage == "cut":
        del data[-1:]
    elif damage == "cut a chunk":
        del data[head + 2 * chunk :]
    elif damage == "swap":
        data[head : head + chunk], data[head + chunk : head + 2 * chunk] = (
            data[head + chunk : head + 2 * chunk],
            data[head : head + chunk],
        )
    else:
        data += b"x"
    sealed.chmod(0o600)
    sealed.write_bytes(data)
    with pytest.raises(QuarantineError, match="altered"):
        quarantine.restore(sha256, tmp_path / "restored")
    assert not (tmp_path / "restored").exists()


def test_another_key_opens_nothing(quarantine: Quarantine, tmp_path: Path) -> None:
    sha256 = quarantine.keep(_file(tmp_path, b"content"))
    with pytest.raises(QuarantineError):
        Quarantine(quarantine.directory, "22" * 32).restore(sha256, tmp_path / "restored")


def test_content_under_another_hash_is_refused(quarantine: Quarantine, tmp_path: Path) -> None:
    first = quarantine.keep(_file(tmp_path, b"first"))
    second = quarantine.keep(_file(tmp_path, b"second"))
    paths = {path.stem: path for path in quarantine.directory.rglob("*.sealed")}
    paths[first].replace(paths[second])
    with pytest.raises(QuarantineError):
        quarantine.restore(second, tmp_path / "restored")


def test_content_is_purged_ninety_days_after_it_was_last_kept(quarantine: Quarantine, tmp_path: Path) -> None:
    sha256 = quarantine.keep(_file(tmp_path, b"old"))
    now = datetime.now(UTC)
    assert quarantine.purge(now=now + timedelta(days=89)) == 0
    assert quarantine.purge(now=now + timedelta(days=91)) == 1
    assert not quarantine.holds(sha256)
    with pytest.raises(BlobNotFound, match="90 days"):
        quarantine.restore(sha256, tmp_path / "restored")


def test_keeping_again_starts_the_time_anew(quarantine: Quarantine, tmp_path: Path) -> None:
    path = _file(tmp_path, b"seen every day")
    sha256 = quarantine.keep(path)
    long_ago = (datetime.now(UTC) - timedelta(days=80)).timestamp()
    os.utime(_sealed(quarantine), (long_ago, long_ago))
    quarantine.keep(path)
    assert quarantine.purge(now=datetime.now(UTC) + timedelta(days=20)) == 0
    assert quarantine.holds(sha256)


def test_the_key_file_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    first = open_quarantine(Settings(var_dir=tmp_path))
    sha256 = first.keep(_file(tmp_path, b"content"))
    key = tmp_path / "quarantine" / "key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    open_quarantine(Settings(var_dir=tmp_path)).restore(sha256, tmp_path / "restored")
    assert list(key.parent.glob(".key*")) == []


def test_opening_the_quarantine_touches_nothing(tmp_path: Path) -> None:
    open_quarantine(Settings(var_dir=tmp_path / "var"))
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize("key", ["", "zz" * 32, "11" * 16, "11" * 33])
def test_a_key_that_is_not_32_bytes_is_refused(tmp_path: Path, key: str) -> None:
    (tmp_path / "quarantine").mkdir()
    (tmp_path / "quarantine" / "key").write_text("short")
    with pytest.raises(QuarantineError, match="32 bytes"):
        Quarantine(tmp_path / "quarantine", key).keep(_file(tmp_path, b"content"))


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "big"
    with path.open("wb") as file:
        file.truncate(300 * MIB)
    program = (
        "import resource, sys, pathlib\n"
        "from portal.storage import Quarantine\n"
        "q = Quarantine(pathlib.Path(sys.argv[1]) / 'q', '11' * 32)\n"
        "small = pathlib.Path(sys.argv[1]) / 'small'; small.write_bytes(b'x' * 3_000_000)\n"
        "q.restore(q.keep(small), small.with_name('small-out'))\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "q.restore(q.keep(pathlib.Path(sys.argv[2])), pathlib.Path(sys.argv[1]) / 'out')\n"
        "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path), str(path)], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 20, "MiB of growth for a file of 300 MiB"
