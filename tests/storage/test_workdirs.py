"""Temporary directories go with their process, or after it."""

import os
import subprocess
import sys
import time
from pathlib import Path

from portal.storage.workdirs import process_holder, sweep, work_dir


def test_a_directory_goes_with_its_work(tmp_path: Path) -> None:
    with work_dir(tmp_path) as path:
        (path / "file").touch()
        assert sweep(tmp_path) == 0, "its process lives"
    assert list(tmp_path.iterdir()) == []


def test_what_a_dead_process_left_goes_with_the_next_sweep(tmp_path: Path) -> None:
    program = "import os, sys; from portal.storage.workdirs import process_holder; print(process_holder())"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    (tmp_path / f"{done.stdout.strip()}:abc").mkdir()
    (tmp_path / "locks").mkdir()
    assert sweep(tmp_path) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["locks"]


def test_what_another_host_left_goes_when_nothing_has_changed_in_it_for_days(tmp_path: Path) -> None:
    _, number, start = process_holder().rsplit(":", 2)
    path = tmp_path / f"container-that-is-gone:{number}:{start}:abc"
    file = path / "room" / "file"
    file.parent.mkdir(parents=True)
    file.touch()
    long_ago = time.time() - 3 * 86_400
    for entry in (path, file.parent):
        os.utime(entry, (long_ago, long_ago))
    assert sweep(tmp_path) == 0, "somebody writes in it"
    os.utime(file, (long_ago, long_ago))
    assert sweep(tmp_path) == 1
