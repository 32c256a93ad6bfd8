"""`python -m tests.halves [ARGUMENTS …]`: the whole suite in two processes side by side, or pytest itself with arguments.

One half asks the servers, which two processes must not share (one empties Redis before each test); the other half needs the
processor alone. The second half's words come after the first's.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

ALONE = ("exports", "faults", "gate", "harvesters", "inspect", "leaks", "readers", "tables", "workbook")
"""Rooms that share no server with the rest: databases of their own at most."""
_NO_TESTS = 5


def main(arguments: list[str]) -> int:
    """The worse exit code of both halves."""
    pytest = [sys.executable, "-m", "pytest"]
    if arguments:
        return subprocess.run([*pytest, *arguments], check=False).returncode
    rooms = [f"tests/{room}" for room in ALONE]
    with tempfile.TemporaryFile() as words:
        second = subprocess.Popen([*pytest, *rooms], stdout=words, stderr=subprocess.STDOUT)
        try:
            first = subprocess.run([*pytest, "tests", *(f"--ignore={room}" for room in rooms)], check=False).returncode
            codes = [first, second.wait()]
        finally:
            second.kill()
        words.seek(0)
        sys.stdout.flush()
        sys.stdout.buffer.write(words.read())
        sys.stdout.flush()
    return max(code for code in codes if code != _NO_TESTS)


if __name__ == "__main__":
    assert all((Path(__file__).parent / room).is_dir() for room in ALONE)
    sys.exit(main(sys.argv[1:]))
