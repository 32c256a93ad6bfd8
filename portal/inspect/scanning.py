"""Scan every row of a table, and the texts that stand beside it.

One streaming pass over the Parquet file: a cheap pre-filter on every text cell (and on every number of eleven digits
and more), the full rules on what it selects. Memory is bounded by the batch, whatever the table's size. Columns are looked
at side by side, by as many threads as Polars has: the work is done outside the interpreter's lock.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from time import thread_time
from typing import Any, Final

import polars as pl

from portal.inspect import patterns
from portal.inspect.cells import examine, findings_of
from portal.inspect.columns import ColumnScan
from portal.inspect.continued import find_continued
from portal.inspect.prefilter import suspects
from portal.inspect.rows import find_in_rows
from portal.inspect.split_numbers import find_split_numbers
from portal.inspect.tables import find_in_tables, judge_by_table
from portal.kernel.findings import Finding, Findings

SCANNER_VERSION: Final = "3"

_CELLS_PER_BATCH: Final = 4_000_000
_FEWEST_SHARED: Final = 100_000
"""Cells of a table that is shared out among threads."""
_SAFE_TYPES: Final = (pl.Boolean, pl.Datetime, pl.Time, pl.Duration, pl.Null)
_BOXES: Final = pl.Struct(dict.fromkeys(("xmin", "ymin", "xmax", "ymax"), pl.Float64))
"""Bounding boxes beside a geometry column (`portal.tables.geometry`): no column of the table. Binary cells without them
are nobody knows what."""
_TEXT_TYPES: Final = (pl.String, pl.Categorical, pl.Enum)
_COMPARED: Final = {
    "eleven": patterns.ELEVEN,
    "eleven_from_1": patterns.ELEVEN_FROM_1,
    "eleven_from_10_to_12": patterns.ELEVEN_FROM_10_TO_12,
}
_MANY: Final = 3
_LONGEST_CELL: Final = 2_000


def scan_table(path_parquet: Path, *, digest: str) -> Findings:
    """Findings about every row of a Parquet file. `digest` names what was scanned and is only passed on.

    A file that cannot be read to its end, or a column of a type that nobody foresaw, gives findings that are not
    complete; the gate admits nothing on those.
    """
    try:
        frame = pl.scan_parquet(path_parquet, glob=False)
        schema = frame.collect_schema()
        present = int(frame.select(pl.len()).collect().item())
    except (pl.exceptions.PolarsError, OSError):
        return Findings(digest, SCANNER_VERSION, 0, 0, (), (), is_complete=False)
    boxes = [name for name, dtype in schema.items() if dtype == _BOXES]
    schema = pl.Schema({name: dtype for name, dtype in schema.items() if name not in boxes})
    columns = tuple(schema)
    kinds = {name: _kind(dtype) for name, dtype in schema.items()}
    kinds |= {
        n: "safe" for n, dtype in schema.items() if dtype == pl.Binary and any(b.startswith(f"{n}_bbox") for b in boxes)
    }
    looked_at = {name: kind for name, kind in kinds.items() if kind not in ("safe", "unknown")}
    scans = [ColumnScan(name, kind, len(looked_at)) for name, kind in looked_at.items()]
    scanned, is_whole = 0, True
    try:
        with _workers(present * len(kinds)) as run:
            order = scans
            for batch in _batches(frame, scans, len(kinds)):
                scanned += batch.height
                took = list(run(_take, order, (batch for _ in order)))
                # The longest first, as the last batch had it: else one thread is left with it when the others are done.
                order = [order[i] for i in sorted(range(len(order)), key=lambda i: -took[i])]
            list(run(ColumnScan.examine, order))
        findings = [*_cell_findings(frame, scans), *_name_findings(columns)]
        findings += find_in_rows(frame, schema)
        findings += find_in_tables(frame, schema)
        findings += find_split_numbers(frame, schema, {scan.name: scan.sizes for scan in scans})
        findings += find_continued(frame, schema)
        findings = judge_by_table(findings, columns)
    except (pl.exceptions.PolarsError, OSError):
        is_whole, findings = False, []
    return Findings(
        digest=digest,
        scanner_version=SCANNER_VERSION,
        rows_scanned=scanned,
        rows_present=present,
        columns=columns,
        findings=tuple(findings),
        is_complete=is_whole and "unknown" not in kinds.values(),
    )


def scan_texts(texts: Mapping[str, str], *, digest: str) -> Findings:
    """Findings about texts by place (`title`, `comment#12`, `hidden sheet#Sheet2`: what follows `#` only tells them
    apart). A text is judged like a cell, a long one line by line; rows are texts."""
    places: dict[str, list[str]] = {}
    for key, text in texts.items():
        places.setdefault(key.split("#", 1)[0], []).extend(text.splitlines() if len(text) > _LONGEST_CELL else [text])
    findings: list[Finding] = []
    if len(_suspected([line for lines in places.values() for line in lines])):  # one pass, nearly always the only one
        for place, lines in places.items():
            findings += judge_by_table(_line_findings(None, place, lines), ())
    return Findings(
        digest=digest,
        scanner_version=SCANNER_VERSION,
        rows_scanned=len(texts),
        rows_present=len(texts),
        columns=(),
        findings=tuple(findings),
    )


def scan_original(path_parquet: Path, *, digest: str) -> Findings:
    """Findings about everything readable in a delivered file, line by line (one text column); place `original`."""
    found = scan_table(path_parquet, digest=digest)
    in_original = tuple(replace(finding, column=None, place="original") for finding in found.findings)
    return replace(found, columns=(), findings=in_original)


def combine(first: Findings, *others: Findings) -> Findings:
    """Several findings about the same thing as one: complete only if all are. Raises ValueError on unequal digests."""
    every = (first, *others)
    if {findings.digest for findings in every} != {first.digest}:
        raise ValueError("Findings about different things cannot be combined.")
    return replace(
        first,
        rows_scanned=sum(findings.rows_scanned for findings in every),
        rows_present=sum(findings.rows_present for findings in every),
        findings=tuple(finding for findings in every for finding in findings.findings),
        is_complete=all(findings.is_complete for findings in every),
        has_hidden_content=any(findings.has_hidden_content for findings in every),
    )


def _kind(dtype: pl.DataType) -> str:
    if isinstance(dtype, _TEXT_TYPES):
        return "text"
    if isinstance(dtype, _SAFE_TYPES):
        return "safe"
    if dtype == pl.Date:
        return "day"
    if dtype.is_integer():
        return "integer"
    if dtype.is_float():
        return "float"
    return "decimal" if dtype.is_decimal() else "unknown"


@contextmanager
def _workers(cells: int) -> Iterator[Callable[..., Iterator[Any]]]:
    """A `map` over columns: on threads, for a small table in this one. Patterns are compiled anew by every thread, which
    costs four times as much as looking at a hundred rows (measured)."""
    if cells < _FEWEST_SHARED:
        yield map
        return
    with ThreadPoolExecutor(pl.thread_pool_size()) as workers:  # asked here: asking starts the threads of polars
        yield workers.map


def _batches(frame: pl.LazyFrame, scans: Sequence[ColumnScan], columns: int) -> Iterator[pl.DataFrame]:
    """The table in stretches of the columns that are looked at, text of all kinds as strings."""
    chosen = [pl.col(s.name).cast(pl.String) if s.kind in ("text", "decimal") else pl.col(s.name) for s in scans]
    size = max(1024, _CELLS_PER_BATCH // max(1, columns))
    selected = frame.select(chosen) if chosen else frame.select(pl.first())
    yield from selected.collect_batches(chunk_size=size, maintain_order=False)


def _take(scan: ColumnScan, batch: pl.DataFrame) -> float:
    """Look at one column of a batch; the seconds of CPU that it took."""
    began = thread_time()
    scan.take(batch.get_column(scan.name))
    return thread_time() - began


def _cell_findings(frame: pl.LazyFrame, scans: Sequence[ColumnScan]) -> list[Finding]:
    """Findings of all columns. Numbers of eleven digits, which mobile numbers are compared with, are counted only in the
    columns that hold those, in a second pass."""
    found = []
    for scan in scans:
        if scan.counts.cells["mobile_cells"] >= _MANY:
            text = pl.col(scan.name).cast(pl.String)
            numbers = {key: text.str.contains(pattern).sum().alias(key) for key, pattern in _COMPARED.items()}
            scan.counts.numbers.update(frame.select(**numbers).collect(engine="streaming").row(0, named=True))
        found += findings_of(scan.counts, scan.name, "cell", scan.filled)
    return found


def _name_findings(columns: tuple[str, ...]) -> list[Finding]:
    return [finding for name in columns for finding in _line_findings(name, "column name", [name])]


def _line_findings(column: str | None, place: str, lines: list[str]) -> list[Finding]:
    suspects = _suspected(lines)
    if not len(suspects):
        return []
    return findings_of(examine(suspects), column, place, sum(1 for line in lines if line.strip()))


def _suspected(lines: list[str]) -> pl.Series:
    return suspects(pl.Series(lines, dtype=pl.String))
