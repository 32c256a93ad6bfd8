"""Speed and memory of reading deliveries: `python -m benchmarks.read [--rows 1000000]`.

The `mixed` table of `benchmarks.scan` as regular CSV, as CSV with one row that is too long (which the tolerant reader must
take), as JSON Lines, and as pages of rows; each at a tenth of the size and whole. Printed are MB/s from bytes to a typed
table, rows/s, and the peak memory of the process that read, which should not grow with the rows.
"""

import argparse
import csv
import multiprocessing
import random
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

import polars as pl

from benchmarks.scan import make_frame
from portal.readers import RowSpool
from portal.readers.opening import Delivery, open_file
from portal.readers.reading import ReadingLimits

_PAGE_ROWS = 1_000


def main() -> None:
    """Print one line for every form and size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    arguments = parser.parse_args()
    random.seed(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        frame = make_frame("mixed", arguments.rows)
        for rows in (arguments.rows // 10, arguments.rows):
            _write(frame.head(rows), folder, rows)
        del frame
        for form in ("csv", "uneven.csv", "jsonl", "pages"):
            for rows in (arguments.rows // 10, arguments.rows):
                _measure(folder, form, rows)


def _write(frame: pl.DataFrame, folder: Path, rows: int) -> None:
    frame.write_csv(folder / f"{rows}.csv")
    frame.write_ndjson(folder / f"{rows}.jsonl")
    uneven = folder / f"{rows}.uneven.csv"
    uneven.write_bytes((folder / f"{rows}.csv").read_bytes() + b"a,b" + b",x" * 20 + b"\n")


def _measure(folder: Path, form: str, rows: int) -> None:
    """In a process of its own, whose peak memory is then this reading's."""
    context = multiprocessing.get_context("spawn")
    receiving, sending = context.Pipe(duplex=False)
    path = folder / f"{rows}.{'csv' if form == 'pages' else form}"
    process = context.Process(target=_read, args=(path, form, sending))
    process.start()
    seconds, found, before, peak = receiving.recv()
    process.join()
    size = path.stat().st_size / 1e6
    print(
        f"{form:>10} {size:8.1f} MB {found:>10,} rows  {size / seconds:7.1f} MB/s  {found / seconds:12,.0f} rows/s  "
        f"peak memory {peak:6,.0f} MiB ({before:,.0f} before reading)"
    )


def _read(path: Path, form: str, sending: Connection) -> None:
    before = _peak_mib()
    work_dir = path.with_name(f"{path.name}.{form}.work")
    work_dir.mkdir()
    started = time.perf_counter()
    if form == "pages":
        rows = _spool(path, work_dir)
    else:
        delivery = Delivery(path, path.name, work_dir, ReadingLimits(), with_original_text=False)
        rows = open_file(delivery).tables[0].rows_read
    seconds = time.perf_counter() - started
    sending.send((seconds, rows, before, _peak_mib()))


def _peak_mib() -> float:
    """The highest resident memory since this process began; `ru_maxrss` would count the parent's."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


def _spool(path: Path, work_dir: Path) -> int:
    spool = RowSpool(work_dir)
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        names, page = tuple(next(reader)), []
        for row in reader:
            page.append(row)
            if len(page) == _PAGE_ROWS:
                spool.add(names, page)
                page = []
        spool.add(names, page)
    return spool.finish().rows_read


if __name__ == "__main__":
    main()
