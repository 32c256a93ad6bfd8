"""Real files of open-data portals through the bench: which columns the gate stops, and by which rule.

These files were public when they were collected; what is stopped in them is a false alarm unless a person has looked at
the column and found somebody in it (`FOUND`). `python -m tests.gate.corpus.real FOLDER` prints one line for each.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.gate.corpus.bench import Delivery
from tests.gate.corpus.running import outcomes

_LARGEST_BYTES = 64 << 20


@dataclass(frozen=True)
class FileLine:
    """One file: its columns, and (rule, column) for each that was stopped. `place`: found elsewhere than in a column."""

    name: str
    action: str
    columns: int
    alarms: tuple[tuple[str, str], ...]
    elsewhere: tuple[tuple[str, str], ...]


def real_files(folder: Path) -> Iterator[Path]:
    """Every file in the folder, by name."""
    yield from (path for path in sorted(folder.rglob("*")) if path.is_file() and path.stat().st_size <= _LARGEST_BYTES)


def judged_files(folder: Path) -> list[FileLine]:
    """One line for each file."""
    paths = list(real_files(folder))
    deliveries = (Delivery(file_name=path.name, content=path.read_bytes(), title="公开数据") for path in paths)
    lines = []
    for path, outcome in zip(paths, outcomes(deliveries), strict=True):
        found = [(code, subject) for code, subject in outcome.codes if code.startswith(("found_", "column_sensitive"))]
        lines.append(
            FileLine(
                str(path.relative_to(folder)),
                outcome.action,
                len(outcome.columns),
                tuple((code, subject) for code, subject in found if subject in outcome.columns),
                tuple(pair for pair in outcome.codes if pair not in found or pair[1] not in outcome.columns),
            )
        )
    return lines


def told(lines: list[FileLine]) -> Iterator[str]:
    """The report."""
    columns = sum(line.columns for line in lines)
    stopped = sum(len({subject for _, subject in line.alarms}) for line in lines)
    yield f"{len(lines)} files, {columns} columns, {stopped} columns stopped ({stopped / max(1, columns):.2%})"
    for line in lines:
        for code, subject in line.alarms:
            yield f"{line.name} | {subject} | {code}"
        for code, subject in line.elsewhere if line.action != "admitted" else ():
            yield f"{line.name} | ({line.action}) | {code}: {subject}"


def main() -> None:
    """Print the report on a folder."""
    print("\n".join(told(judged_files(Path(sys.argv[1])))))


if __name__ == "__main__":
    main()
