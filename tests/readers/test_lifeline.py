"""SIGKILL of a process that reads a file: its reader, which has a group of its own, ends too."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="children are looked up in /proc")
_READINGS = {
    "table": "from portal.readers.files import read_file; read_file(path, file_name='a.csv', work_dir=work)",
    "grid": "from portal.readers.spreadsheets.grid import read_grid; read_grid(path, work_dir=work)",
}
_PROJECT = Path(__file__).resolve().parents[2]
_PROGRAM = "import sys; from pathlib import Path; path, work = Path(sys.argv[1]), Path(sys.argv[2]); "


def _stopped_reader(parent: int, until: float) -> int:
    """The process that reads, brought to a stand once it has taken its limits: it would stand there for ever."""
    while True:
        assert time.monotonic() < until, "no reader has begun"
        for child in map(int, Path(f"/proc/{parent}/task/{parent}/children").read_text().split()):
            limits = Path(f"/proc/{child}/limits").read_text().splitlines()
            if any(line.split()[3] != "unlimited" for line in limits if line.startswith("Max address space")):
                os.kill(child, signal.SIGSTOP)
                return child
        time.sleep(0.005)


def _is_there(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("reading", _READINGS)
def test_a_reader_ends_when_the_process_that_started_it_is_killed(reading: str, tmp_path: Path) -> None:
    path = tmp_path / "delivered.csv"
    path.write_text("number,name\n" + "1,a\n" * 200_000)
    parent = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM + _READINGS[reading], str(path), str(tmp_path / "work")],
        env=os.environ | {"PYTHONPATH": str(_PROJECT)},
    )
    try:
        reader = _stopped_reader(parent.pid, time.monotonic() + 60)
        assert os.getpgid(reader) != os.getpgid(parent.pid), "no group is what ends it"
    finally:
        parent.kill()
        parent.wait()
    until = time.monotonic() + 15
    while (is_left := _is_there(reader)) and time.monotonic() < until:
        time.sleep(0.02)
    if is_left:
        os.kill(reader, signal.SIGKILL)
    assert not is_left
