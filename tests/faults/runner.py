"""`python -m tests.faults.runner`: a process that does what it is told in forks of itself, which kill themselves on the way.

It loads the portal once and then reads one order a line from its standard input, as JSON: `environment`, `cut` (the number of
the boundary at which to die, 0 for none), `log` (a file for the boundaries that were reached), and one of `command`, what comes
after `portal` on a command line, `duty`, one of the worker's, and `address`, what a visitor asks for, or with `form` sends. It
answers each with the exit status of the fork, negative for a signal. A fork of a process with nothing opened is like a process
started anew, and costs no start. (The only threads are those in which jemalloc and polars tidy up; jemalloc takes its locks over
a fork.)
"""

import json
import os
import re
import sys
import threading
from pathlib import Path
from threading import Event
from typing import Any

from portal.app import create_app
from portal.cli import main as portal
from portal.cli.parts import opened_parts
from portal.ingest.duties import DUTIES
from portal.logs import set_up_logs
from portal.settings import Settings
from portal.worker import hands_of
from tests.faults.boundaries import Cut, wrap_libraries


def main() -> None:
    """Until the end of standard input."""
    for line in sys.stdin:
        order = json.loads(line)
        assert threading.active_count() == 1, "a process with threads must not fork"
        assert not _pools(), f"loading the portal started {_pools()}, which a fork would wait for without end"
        child = os.fork()
        if child == 0:
            _obey(order)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _pools() -> list[str]:
    """The threads of polars that work, where the system tells names."""
    names = (task.joinpath("comm").read_text().strip() for task in Path("/proc/self/task").glob("*"))
    return [name for name in names if re.fullmatch(r"polars-\d+", name)]


def _obey(order: dict[str, Any]) -> None:
    """In the fork: do it, and never come back."""
    status = 1
    try:
        os.setsid()
        for stream, name in ((sys.stdin, os.devnull), (sys.stdout, f"{order['log']}.out")):
            os.dup2(os.open(name, os.O_RDWR | os.O_CREAT, 0o600), stream.fileno())
        os.dup2(1, 2)
        os.environ.update(order["environment"])
        wrap_libraries(Cut(order["cut"], Path(order["log"])))
        if "duty" in order:
            _do(order["duty"])
        elif "address" in order:
            _visit(order["address"], order.get("form"))
        else:
            portal(order["command"], standalone_mode=True)
        status = 0
    except SystemExit as end:
        status = int(end.code or 0)
    except BaseException:  # the parent's loop must not go on in the fork
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(status)


def _do(name: str) -> None:
    settings = Settings.from_environment()
    set_up_logs("WARNING")
    duty = next(duty for duty in DUTIES if duty.name == name)
    with opened_parts(settings) as worker:
        duty.do(hands_of(worker, Event()))


def _visit(address: str, form: dict[str, str] | None) -> None:
    with opened_parts(Settings.from_environment()) as worker:
        client, headers = create_app(worker.parts).test_client(), {"User-Agent": "test bot"}
        answer = client.post(address, data=form, headers=headers) if form else client.get(address, headers=headers)
        assert answer.status_code in (200, 201), answer.status


if __name__ == "__main__":
    main()
