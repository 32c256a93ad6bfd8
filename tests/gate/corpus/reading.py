"""One reader process for many files: what `python -m portal.readers.child` does, without starting Python for each file.

Half of the processor time of a small file goes into starting the interpreter and importing libraries. Here a process that
has imported them forks itself for every file; the fork does what the child of `portal.readers.files` does: it takes the
same limits, opens the one file, writes its answer and ends. That the real child is started with limits, without
secrets, and ends with its parent is proved in `tests/readers`, and `test_corpus.py` sends some files both ways.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from portal.readers import child, files
from portal.readers.errors import FileRefused
from portal.readers.reading import ReadingLimits

_NORMAL = "portal.readers.child"


class SharedReader:
    """Reads files in forks of one process from `start` to `stop`. For one thread."""

    def __init__(self) -> None:
        self._start_child = files._run_child
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Take the place of the child that is started for each file."""
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p), "MALLOC_ARENA_MAX": "2"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
            encoding="utf-8",
        )
        files._run_child = self._read

    def stop(self) -> None:
        """Give the place back and end the process."""
        files._run_child = self._start_child
        if self._process and self._process.stdin and self._process.stdout:
            self._process.stdin.close()
            self._process.wait()
            self._process.stdout.close()

    def _read(self, request: str, work_dir: Path, limits: ReadingLimits, module: str) -> None:
        if module != _NORMAL or not self._process or not self._process.stdin or not self._process.stdout:
            self._start_child(request, work_dir, limits, module)
            return
        self._process.stdin.write(request.replace("\n", " ") + "\n")
        self._process.stdin.flush()
        status = self._process.stdout.readline().strip()
        if status != "0":
            raise FileRefused("reader_failed", f"The reader's fork ended with {status or 'nothing'}.")


def serve() -> None:
    """Read one request a line, fork, answer with the fork's exit status, until the line ends."""
    import pyarrow.parquet  # noqa: F401 - what the forks need is loaded once

    import portal.readers.layers.opening
    import portal.readers.opening  # noqa: F401

    for line in sys.stdin:
        reader = os.fork()
        if not reader:
            _read_and_end(json.loads(line))
        _, status = os.waitpid(reader, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _read_and_end(request: dict[str, Any]) -> None:
    status = 1
    try:
        os.chdir(request["work_dir"])
        child.take_limits(ReadingLimits(**request["limits"]))
        child.write_answer(request)
        status = 0
    finally:
        os._exit(status)


if __name__ == "__main__":
    serve()
