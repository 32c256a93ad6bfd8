"""Starting a server as an unprivileged user in a directory of its own, and stopping it whatever happens."""

import atexit
import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

_UNPRIVILEGED = "nobody"


class Absent(Exception):
    """The server is not installed here, or did not start; the message says which and why."""


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def find_program(name: str, *patterns: str) -> str:
    """The path of a program from PATH or from glob patterns under /; raises Absent."""
    if found := shutil.which(name):
        return found
    for pattern in patterns:
        if matches := sorted(Path("/").glob(pattern)):
            return str(matches[-1])
    raise Absent(f"{name} is not installed")


def service_directory(name: str) -> Path:
    """A new directory that the unprivileged user owns; removed at exit."""
    directory = Path(tempfile.mkdtemp(prefix=f"portal-{name}-"))
    directory.chmod(0o755)
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    return directory


def hand_over(directory: Path) -> None:
    """Give a tree to the unprivileged user; nothing when we are one ourselves."""
    if os.geteuid() != 0:
        return
    user = pwd.getpwnam(_UNPRIVILEGED)
    for path in (directory, *directory.rglob("*")):
        os.chown(path, user.pw_uid, user.pw_gid)


def run_once(command: Sequence[str], **environment: str) -> None:
    """Run a preparing command as the unprivileged user; raises Absent with its last words when it fails."""
    done = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, check=False, **_user()
    )
    if done.returncode != 0:
        raise Absent(f"{Path(command[0]).name} failed: {(done.stderr or done.stdout).strip()[-300:]}")


def start(
    command: Sequence[str],
    *,
    directory: Path,
    is_ready: Callable[[], bool],
    timeout_s: float,
    environment: Mapping[str, str] | None = None,
    as_caller: bool = False,
) -> subprocess.Popen[bytes]:
    """Start a server in its own process group and wait until it answers; raises Absent when it does not."""
    with (directory / "output.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=directory,
            env={**os.environ, **(environment or {})},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **({} if as_caller else _user()),
        )
    atexit.register(stop, process)
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with contextlib.suppress(Exception):
            if is_ready():
                return process
        time.sleep(0.2)
    stop(process)
    tail = (directory / "output.log").read_text(errors="replace")[-400:]
    raise Absent(f"{Path(command[0]).name} did not answer within {timeout_s:.0f} s: {tail}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """End the whole process group, politely first."""
    for number, grace_s in ((signal.SIGTERM, 10), (signal.SIGKILL, 5)):
        if process.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(grace_s)


def _user() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    return {"user": _UNPRIVILEGED, "group": pwd.getpwnam(_UNPRIVILEGED).pw_gid, "extra_groups": []}
