"""Child processes of the demo: each ends with us, however we end."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import click

_GRACE_S = 8.0
_PR_SET_PDEATHSIG = 1  # prctl(2)


@contextmanager
def child(
    arguments: Sequence[str], environment: Mapping[str, str], *, log: int | None = None
) -> Iterator[subprocess.Popen[str]]:
    """A process in a group of its own, so that Ctrl-C is ours to pass on; ended when the block ends."""
    process = subprocess.Popen(
        [sys.executable, *arguments],
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if log is None else log,
        stderr=log,
        text=True,
        start_new_session=True,
        preexec_fn=_end_with_parent(os.getpid()),  # noqa: PLW1509 - no thread runs yet that could hold a lock
    )
    try:
        yield process
    finally:
        end(process)


def end(process: subprocess.Popen[str]) -> None:
    """Ask a child and its group to stop, then make them."""
    for number, wait_s in ((signal.SIGTERM, _GRACE_S), (signal.SIGKILL, None)):
        try:
            os.killpg(process.pid, number)
        except (ProcessLookupError, PermissionError):
            break
        try:
            process.wait(wait_s)
            break
        except subprocess.TimeoutExpired:
            continue
    process.wait()
    if process.stdout:
        process.stdout.close()


def first_line(process: subprocess.Popen[str], what: str) -> str:
    """The first line that a child prints. Raises ClickException when it ends without one."""
    line = process.stdout.readline().strip() if process.stdout else ""
    if not line:
        raise click.ClickException(f"{what} did not start.")
    return line


def _end_with_parent(parent: int) -> Callable[[], None]:
    def prepare() -> None:
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != parent:
                os._exit(1)

    return prepare
