"""Speed of making download files: `python -m benchmarks.export [--rows 1000000]`.

One table (20 columns, 6 of text: the `mixed` table of `benchmarks.scan`) in every format: size, time until the file is
whole (which is when its first byte can be sent, for digest and length go ahead of it), MB/s, and the ratio to the target
where there is one. Then the same file read back in pieces, as a server sends it: over both, "to the client".
"""

import argparse
import random
import resource
import tempfile
import time
from pathlib import Path

from benchmarks.scan import make_frame
from portal.exports import FORMATS, make_file
from portal.kernel.columns import Column, ColumnRule
from portal.kernel.text import Text
from portal.kernel.vocab import ColumnAction, ColumnType
from portal.tables import Projection, ReadableTable, project

TARGETS_MB_S = {"csv": 150.0, "excel.csv": 150.0}
_XLSX_ROWS = 50_000
_TYPES = {
    "String": ColumnType.TEXT,
    "Int64": ColumnType.INTEGER,
    "Float64": ColumnType.NUMBER,
    "Boolean": ColumnType.BOOLEAN,
    "Date": ColumnType.DATE,
}


def main() -> None:
    """Print one line a format."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    arguments = parser.parse_args()
    random.seed(1)
    with tempfile.TemporaryDirectory() as folder:
        table = make_table(Path(folder), arguments.rows, "table")
        small = make_table(Path(folder), min(arguments.rows, _XLSX_ROWS), "small")
        print(f"{table.row_count:,} rows, {len(table.schema.columns)} columns; xlsx with {small.row_count:,} rows")
        warm = make_table(Path(folder), 1_000, "warm")
        for name in FORMATS:  # a server that runs has loaded its libraries
            make_file(warm, name, Path(folder) / f"warm.{name}")
        for name in FORMATS:
            _measure(small if name == "xlsx" else table, name, Path(folder))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:,.0f} MiB (making the table included)")


def make_table(folder: Path, rows: int, name: str) -> ReadableTable:
    """The `mixed` table, published."""
    frame = make_frame("mixed", rows)
    source = folder / f"{name}-source.parquet"
    frame.write_parquet(source, row_group_size=32_768)
    columns = [
        Column(column, _TYPES[str(type_)], Text.of(zh=column), Text(), column) for column, type_ in frame.schema.items()
    ]
    rules = [ColumnRule(column.name, ColumnAction.PUBLISH, "column_open") for column in columns]
    projection: Projection = project(source, columns, rules, folder / f"{name}.parquet")
    source.unlink()
    return ReadableTable(
        projection.path, projection.schema, projection.row_count, f"{name}@v1/table", projection.sha256
    )


def _measure(table: ReadableTable, name: str, folder: Path) -> None:
    target = folder / f"export.{FORMATS[name].extension}"
    started, processor = time.perf_counter(), time.process_time()
    made = make_file(table, name, target)
    whole_s, processor_s = time.perf_counter() - started, time.process_time() - processor
    with target.open("rb") as file:
        file.read(1)
        first_s = time.perf_counter() - started
        while file.read(1 << 20):
            pass
    client_s = time.perf_counter() - started
    megabytes = made.size_bytes / 1e6
    rate = megabytes / client_s
    wanted = TARGETS_MB_S.get(name)
    ratio = f"{rate / wanted:5.2f} × target of {wanted:.0f} MB/s" if wanted else ""
    print(
        f"{name:>10} {megabytes:8.1f} MB  first byte {first_s:6.2f} s  to the client {rate:7.1f} MB/s  "
        f"{megabytes / processor_s:6.1f} MB per processor second  {table.row_count / whole_s:12,.0f} rows/s  {ratio}"
    )
    target.unlink()


if __name__ == "__main__":
    main()
