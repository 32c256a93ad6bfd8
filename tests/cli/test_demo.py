"""`portal demo` as a newcomer runs it: up, harvested, stopped by Ctrl-C with nothing left running."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

pytestmark = pytest.mark.slow


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def processes_with(mark: str) -> list[str]:
    """Commands of processes whose environment names `mark`: the demo and all of its children."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and mark.encode() in (entry / "environ").read_bytes():
                found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


@contextmanager
def running(var_dir: Path, port: int) -> Iterator[list[str]]:
    """The demo's output up to the moment when it serves; Ctrl-C afterwards, and nothing may be left."""
    process = subprocess.Popen(
        [sys.executable, "-m", "portal.cli", "demo", "--port", str(port), "--big-rows", "3000"],
        env=os.environ | {"PORTAL_VAR_DIR": str(var_dir)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines: list[str] = []
    assert process.stdout is not None
    try:
        for line in process.stdout:
            lines.append(line)
            if "Ctrl-C stops" in line:
                break
        assert process.poll() is None, "".join(lines)
        yield lines
    finally:
        process.send_signal(signal.SIGINT)
        lines += process.stdout.readlines()
        process.wait(30)
        process.stdout.close()
    until = time.monotonic() + 10
    while processes_with(str(var_dir)) and time.monotonic() < until:
        time.sleep(0.1)
    assert processes_with(str(var_dir)) == []
    assert "nothing is left running" in lines[-1]
    assert process.returncode == 0


def test_two_starts_and_two_stops(tmp_path: Path) -> None:
    var_dir, port = tmp_path / "var", free_port()
    with running(var_dir, port) as lines:
        said = "".join(lines)
        found = re.search(r"harvested (\d+)\s+held (\d+)\s+refused (\d+)\s+published (\d+)", said)
        assert found is not None, said
        harvested, held, refused, published = map(int, found.groups())
        assert harvested >= 60
        assert held >= 3
        assert refused >= 3
        assert published == harvested - held - refused
        addresses = re.findall(r"http://127\.0\.0\.1:\d+/[^\s']+", said)
        assert len(addresses) == 6  # three of them for trying the conditional dataset
        for address in addresses:
            with urlopen(address, timeout=60) as answer:
                assert answer.status == 200
                assert answer.read(50)
    with running(var_dir, port) as lines:
        said = "".join(lines)
        assert f"unchanged {harvested}" in said
        assert "create" not in said


def test_a_taken_port_is_a_sentence_said_before_the_long_work(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = int(taken.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-m", "portal.cli", "demo", "--port", str(port)],
            env=os.environ | {"PORTAL_VAR_DIR": str(tmp_path / "var")},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    assert done.returncode == 1
    assert f"Port {port} of 127.0.0.1 is taken" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert not (tmp_path / "var").exists()
