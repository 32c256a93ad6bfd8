"""Temporary directories: one for each piece of work, removed when it ends, and swept when its process was killed."""

import os
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portal.kernel.ids import new_id

_FORSAKEN_S = 2 * 86_400  # longer than any piece of work goes without writing a file


def process_holder() -> str:
    """A name for this very process that no later one has: host, number, start in clock ticks since boot."""
    return f"{socket.gethostname()}:{os.getpid()}:{_start_ticks(os.getpid())}"


def is_alive(holder: str) -> bool | None:
    """Whether the process named by `process_holder` still runs; None when it lived on another host."""
    host, pid, start = holder.rsplit(":", 2)
    if host != socket.gethostname():
        return None
    return pid.isdigit() and _start_ticks(int(pid)) == start != ""


@contextmanager
def work_dir(base: Path) -> Iterator[Path]:
    """A private directory under `base` for one piece of work; leftovers of killed processes are removed first."""
    base.mkdir(parents=True, exist_ok=True, mode=0o700)
    sweep(base)
    path = base / f"{process_holder()}:{new_id()}"
    path.mkdir(mode=0o700)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def sweep(base: Path) -> int:
    """Remove what processes have left that no longer live; how many directories that were.

    Of another host, which may be a container that is no more, nothing is known: what changed for two days no more goes.
    """
    swept = 0
    for path in base.iterdir() if base.is_dir() else ():
        holder, _, unique = path.name.rpartition(":")
        if unique and holder.count(":") >= 2 and not _may_live(holder, path):
            shutil.rmtree(path, ignore_errors=True)
            swept += 1
    return swept


def _may_live(holder: str, path: Path) -> bool:
    is_living = is_alive(holder)
    if is_living is not None:
        return is_living
    oldest = time.time() - _FORSAKEN_S
    try:
        return any(entry.stat().st_mtime > oldest for entry in (path, *path.rglob("*")))
    except OSError:  # it is being worked in
        return True


def _start_ticks(pid: int) -> str:
    """The 22nd field of /proc/<pid>/stat (proc(5)), which tells two processes of one number apart; "" when there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return ""
        except PermissionError:
            pass
        return "running"
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] == "Z" else fields[19]
