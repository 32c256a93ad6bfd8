"""Every file of the collections, one line each: no crash, no gigabyte of memory, nothing written outside the work directory.

`portal read FILE… --summary` prints the lines. Where a collection says what its files mean, the rows are compared.
"""

import json
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from portal.readers.telling import counted, tell
from tests.gate.corpus.reading import SharedReader
from tests.readers.conftest import Opened, rows_of

pytestmark = pytest.mark.shared

_ENDED = {"reader_failed", "reader_timed_out", "reader_out_of_memory"}
_GIGABYTE = 10**9
# What our rows have and the answers do not, or the other way round; each for a reason.
_OTHER_ROWS = {
    "all-empty.csv": "a table without a single value is refused",
    "empty-one-column.csv": "a header over rows that are all blank is refused",
    "header-no-rows.csv": "a header without rows is refused",
    "location_coordinates.csv": "the answer has another telephone number than the file",
    "newlines_crlf.csv": "the file was stored with line feeds, its answer has carriage returns",
}


def state_of(folder: Path) -> dict[str, tuple[int, int]]:
    """Path → size and time of change of every file."""
    return {str(p): (p.stat().st_size, p.stat().st_mtime_ns) for p in folder.rglob("*") if p.is_file()}


def begin_reading(room: str) -> None:
    """In each of two processes: files are read in forks of one reader, with the limits of the child they stand for."""
    tempfile.tempdir = room
    SharedReader().start()  # ends with this process


@pytest.mark.slow
@pytest.mark.timeout(900)  # one to two minutes on two cores that nobody else uses
def test_every_file_is_read_or_refused_within_its_bounds(shared_data: Path, tmp_path: Path) -> None:
    folders = [shared_data / "torture", shared_data / "files"]
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    before = {path: state for folder in folders for path, state in state_of(folder).items()}
    with ProcessPoolExecutor(2, get_context("spawn"), begin_reading, (str(tmp_path),)) as pool:
        told = list(pool.map(tell, files, chunksize=8))
    print("\n".join(one.line() for one in told), *counted(told).items(), sep="\n")
    largest = sorted(told, key=lambda one: -one.peak_bytes)[:5]
    print(*(f"{one.peak_bytes >> 20} MiB, {one.seconds:.1f} s: {one.name}" for one in largest), sep="\n")
    assert [one.line() for one in told if one.refusal in _ENDED] == []
    assert largest[0].peak_bytes < _GIGABYTE
    assert list(tmp_path.iterdir()) == []
    assert before == {path: state for folder in folders for path, state in state_of(folder).items()}
    assert all("\n" not in one.line() for one in told)


def answer_of(path: Path) -> list[list[str]]:
    """Header and rows that a collection says a file has."""
    found = json.loads(path.read_text(encoding="utf-8"))
    found = [found] if isinstance(found, dict) else found
    rows = [list(row.values()) if isinstance(row, dict) else row for row in found]
    if found and isinstance(found[0], dict):
        rows.insert(0, list(found[0]))
    return [["" if cell is None else str(cell) for cell in row] for row in rows]


def ours(opened: Opened, path: Path) -> list[list[str]]:
    (table,) = opened(path, path.name).tables
    rows = [["" if cell is None else str(cell) for cell in row] for row in rows_of(table)]
    return [[column.source_name for column in table.columns], *rows]


@pytest.mark.parametrize(
    ("csvs", "answers"), [("csv-spectrum/csvs", "csv-spectrum/json"), ("csv-test-data/csv", "csv-test-data/json")]
)
def test_rows_are_those_that_the_collection_says(shared_data: Path, opened: Opened, csvs: str, answers: str) -> None:
    from portal.readers.errors import FileRefused

    torture = shared_data / "torture"
    different = {}
    compared = 0
    for path in sorted((torture / csvs).glob("*.csv")):
        answer = torture / answers / f"{path.stem}.json"
        if not answer.is_file():
            continue
        compared += 1
        try:
            found: object = ours(opened, path)
        except FileRefused as refused:
            found = refused.code
        expected = answer_of(answer)
        if found != expected:
            different[path.name] = (found, expected)
    assert compared >= 12
    assert set(different) <= set(_OTHER_ROWS), different
