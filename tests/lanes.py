"""`python -m tests.lanes [ARGUMENTS …]`: the whole suite in three processes side by side, or pytest itself with arguments.

The first lane has the rooms that must not share a server (some empty Redis before each test) and all that no other lane names;
the others need the processor, or databases of their own at most. Their words come after the first's.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

BESIDE = (
    ("exports", "gate", "harvesters", "inspect", "readers", "tables", "workbook"),
    ("api", "catalogue", "ckan", "faults", "ingest", "leaks"),
)
_NO_TESTS = 5


def main(arguments: list[str]) -> int:
    """The worst exit code of the lanes."""
    pytest = [sys.executable, "-m", "pytest"]
    if arguments:
        return subprocess.run([*pytest, *arguments], check=False).returncode
    lanes = [[f"tests/{room}" for room in rooms] for rooms in BESIDE]
    others = [f"--ignore={room}" for rooms in lanes for room in rooms]
    with tempfile.TemporaryDirectory() as directory:
        words = [Path(directory, str(number)) for number in range(len(lanes))]
        beside = []
        try:
            for rooms, path in zip(lanes, words, strict=True):
                with path.open("wb") as told:
                    beside.append(subprocess.Popen([*pytest, *rooms], stdout=told, stderr=subprocess.STDOUT))
            codes = [subprocess.run([*pytest, "tests", *others], check=False).returncode]
            codes += [lane.wait() for lane in beside]
        finally:
            for lane in beside:
                lane.kill()
        for path in words:
            sys.stdout.flush()
            sys.stdout.buffer.write(path.read_bytes())
            sys.stdout.flush()
    return max(abs(code) for code in codes if code != _NO_TESTS)  # negative: killed by a signal


if __name__ == "__main__":
    assert all((Path(__file__).parent / room).is_dir() for rooms in BESIDE for room in rooms)
    sys.exit(main(sys.argv[1:]))
