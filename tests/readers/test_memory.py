"""Peak memory does not depend on the rows: each reading in a process of its own, at two sizes, compared as a ratio."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.readers.conftest import Opened, rows_of

_COLUMNS = 20
_ALLOWED_GROWTH = 1.4
_READ = """
import csv, sys
from pathlib import Path
from portal.readers import ReadingLimits, RowSpool
from portal.readers.opening import Delivery, open_file

form, path, work_dir = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
if form == "pages":
    spool = RowSpool(work_dir)
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        names = next(reader)
        for row in reader:
            spool.add(names, [row])
    rows = spool.finish().rows_read
else:
    rows = open_file(Delivery(path, path.name, work_dir, ReadingLimits())).tables[0].rows_read
status = Path("/proc/self/status").read_text()
print(rows, next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])
"""


def written(path: Path, form: str, rows: int) -> Path:
    """A table of texts that differ and of numbers."""
    names = [f"列{i}" for i in range(_COLUMNS)]
    with path.open("w", encoding="utf-8") as file:
        if form != "jsonl":
            file.write(",".join(names) + "\n")
        for n in range(rows):
            cells = [f"第{n}行的文字{n * (i + 7) % 1_000_003}" if i % 2 else f"{n % 977}.{i}5" for i in range(_COLUMNS)]
            if form == "jsonl":
                file.write(json.dumps(dict(zip(names, cells, strict=True)), ensure_ascii=False) + "\n")
            else:
                file.write(",".join(cells) + "\n")
    return path


def peak_kib(folder: Path, form: str, rows: int) -> int:
    path = written(folder / f"{rows}", form, rows)
    work_dir = folder / f"{rows}.work"
    work_dir.mkdir()
    command = [sys.executable, "-c", _READ, form, str(path), str(work_dir)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={"MALLOC_ARENA_MAX": "2"})
    read, peak = done.stdout.split()
    assert int(read) == rows
    path.unlink()
    return int(peak)


@pytest.mark.slow
@pytest.mark.parametrize(("form", "rows"), [("csv", 40_000), ("jsonl", 40_000), ("pages", 40_000)])
def test_five_times_the_rows_take_hardly_more_memory(tmp_path: Path, form: str, rows: int) -> None:
    small, large = peak_kib(tmp_path, form, rows), peak_kib(tmp_path, form, 5 * rows)
    assert large < small * _ALLOWED_GROWTH, f"{small} KiB for {rows} rows, {large} KiB for {5 * rows}"


@pytest.mark.slow
def test_a_table_of_a_thousand_columns_is_read(opened: Opened) -> None:
    """Every column of a Parquet file that is written takes memory, however few its rows."""
    header = ",".join(f"列{i}" for i in range(1_000))
    row = ",".join(f"文{i}" if i % 2 else str(i) for i in range(1_000))
    (table,) = opened("\n".join([header, *([row] * 4_500)]) + "\n").tables
    assert (len(table.columns), table.rows_read) == (1_000, 4_500)
    assert rows_of(table)[4_499][998:] == (998, "文999")
