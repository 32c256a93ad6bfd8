"""Everything readable in a delivered file as lines of text: what is scanned before the original may leave quarantine."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from portal.readers.text_table import TextWriter, batches

_PIECE_CHARS = 8_000
_OVERLAP_CHARS = 80


def write_original_text(lines: Iterable[str], target: Path) -> Path:
    """A Parquet file with one column `text`: the lines that are not blank, long ones in overlapping pieces."""
    with TextWriter(target, ["text"]) as writer:
        for batch in batches(([piece] for line in lines for piece in _pieces(line)), 1):
            writer.write(batch)
    return target


def file_lines(path: Path) -> Iterator[str]:
    """The lines of a UTF-8 file; a line without end is cut into overlapping pieces as it is read."""
    rest = ""
    with path.open(encoding="utf-8", newline=None) as file:
        while part := file.readline(_PIECE_CHARS):
            yield (rest + part).rstrip("\n")
            rest = "" if part.endswith("\n") else part[-_OVERLAP_CHARS:]


def _pieces(line: str) -> Iterator[str]:
    if len(line) <= _PIECE_CHARS + _OVERLAP_CHARS:
        if line and not line.isspace():
            yield line
        return
    for start in range(0, len(line), _PIECE_CHARS):
        yield line[max(0, start - _OVERLAP_CHARS) : start + _PIECE_CHARS]
