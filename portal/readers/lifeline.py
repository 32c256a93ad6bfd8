"""A reader's bond to the process that started it: killed with SIGKILL, that one can end nobody, and its reader ends by itself.

The reader has a process group of its own, so that it can be killed with whatever it started; nothing that kills a run or a
worker by group reaches it.
"""

import ctypes
import os
import signal
import sys
import time
from threading import Thread

_PR_SET_PDEATHSIG = 1  # prctl(2)
_LOOK_S = 1.0


def end_with_parent(parent: int) -> None:
    """Let this process end when the process `parent`, which started it, does; at once where it is gone already."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    else:
        Thread(target=_watch, args=(parent,), daemon=True).start()
    _end_without(parent)


def _watch(parent: int) -> None:
    while True:
        _end_without(parent)
        time.sleep(_LOOK_S)


def _end_without(parent: int) -> None:
    if os.getppid() != parent:
        os._exit(1)
