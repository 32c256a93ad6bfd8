"""From a text table to a reading: header, names, types, and what became of every row."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from portal.readers.duck import WIDE_COLUMNS, connect
from portal.readers.errors import FileRefused
from portal.readers.headers.finding import SAMPLE_ROWS, HeaderPlan, Span, find_header, header_at, padded
from portal.readers.headers.names import ColumnName, renamed_counts, unique_names
from portal.readers.headers.proof import HeaderChoice, HeaderReading, is_certain, shape_of
from portal.readers.reading import Note, ReadingLimits, TableReading
from portal.readers.text.regular_csv import RegularCsv
from portal.readers.text_table import TextTable
from portal.readers.typed_table import count_totals, type_table


@dataclass(frozen=True, slots=True)
class TableRequest:
    """What is known about a table before its text is typed. `names` given: the rows have no header among them.

    `sheet`: what a confirmed header is kept under. `choice`: the confirmed header. `numbers`: of the rows in their sheet,
    where some were left out before. `spans`: merged ranges by row (of the non-blank rows) and column. `damaged`: column
    (0-based) → cells that a spreadsheet rounded.
    """

    key: str
    name: str
    target: Path
    names: tuple[str, ...] | None = None
    rows_lost: int = 0
    notes: tuple[Note, ...] = field(default=())
    sheet: str = ""
    choice: HeaderChoice | None = None
    spans: tuple[Span, ...] = ()
    damaged: Mapping[int, int] = field(default_factory=dict)


def finish_table(
    connection: duckdb.DuckDBPyConnection, table: TextTable | RegularCsv, request: TableRequest, limits: ReadingLimits
) -> TableReading:
    """The table with types in `request.target`. Raises FileRefused when it is too wide or only a header."""
    if table.width > limits.columns:
        raise FileRefused("file_too_wide", f"The table has {table.width} columns; at most {limits.columns} are taken.")
    notes = list(request.notes)
    titles: tuple[str, ...] = ()
    data_start, header = 0, None
    if request.names is None:
        plan, header = _headed(table, request)
        headers, titles, data_start = unique_names(_named(plan, header)), plan.titles, plan.data_start
        notes += _header_notes(plan, header, table.width)
    else:
        headers = unique_names(request.names)
    with _roomy(connection, request.target.parent, table.width) as roomy:
        typed = type_table(roomy, table.source(data_start), headers, request.target, damaged=request.damaged)
        totals = count_totals(roomy, request.target, typed.columns) if header else 0
    columns = typed.columns
    notes += [*_counts(table, headers, len(columns)), *typed.notes]
    footers = table.footers if isinstance(table, TextTable) else ()
    if footers:
        notes.append(Note("footers_left_out", request.sheet, len(footers)))
    if totals:
        notes.append(Note("totals_inside", request.sheet, totals))
    failed = [column for column in columns if column.failed_casts]
    notes += [Note("values_without_value", column.name, column.failed_casts) for column in failed]
    return TableReading(
        key=request.key,
        name=request.name,
        path=request.target,
        columns=columns,
        rows_read=typed.row_count,
        rows_lost=request.rows_lost + len(footers),
        notes=tuple(notes),
        titles=titles,
        sheet=request.sheet,
        header=header,
        footers=footers,
    )


def finish_text_table(
    connection: duckdb.DuckDBPyConnection, table: TextTable, request: TableRequest, limits: ReadingLimits
) -> TableReading:
    """The same, and the text table is removed."""
    try:
        return finish_table(connection, table, request, limits)
    finally:
        table.path.unlink(missing_ok=True)


def _headed(table: TextTable | RegularCsv, request: TableRequest) -> tuple[HeaderPlan, HeaderReading]:
    """The header that a person confirmed, when it is good for these rows; else the one proposed, and whether it is certain."""
    located = table.head(SAMPLE_ROWS)
    sample = padded([row for _, row in located], table.width)
    numbers = [number for number, _ in located]
    if request.choice is not None and request.choice.row in numbers:
        start = numbers.index(request.choice.row)
        plan = header_at(sample, table.width, start, request.choice.rows, request.spans)
        shape = shape_of(plan, request.choice.row, sample)
        is_named = not request.choice.names or len(request.choice.names) == table.width
        if request.choice.shape in {"", shape} and plan.data_start < len(sample) and is_named:
            names = request.choice.names or plan.headers
            row, rows = request.choice.row, request.choice.rows
            return plan, HeaderReading(row, rows, names, shape, is_certain=True, is_confirmed=True)
    plan = find_header([row for _, row in located], table.width, request.spans)
    row = numbers[plan.start] if numbers else 1
    shape = shape_of(plan, row, sample)
    sure = is_certain(plan, sample, request.spans)
    return plan, HeaderReading(row, plan.header_rows, plan.headers, shape, is_certain=sure)


def _named(plan: HeaderPlan, header: HeaderReading) -> tuple[str, ...]:
    return header.names if len(header.names) == len(plan.headers) else plan.headers


def _header_notes(plan: HeaderPlan, header: HeaderReading, width: int) -> list[Note]:
    notes = []
    if plan.titles:
        notes.append(Note("title_rows", count=plan.start))
    if plan.header_rows > 1:
        notes.append(Note("header_over_two_rows", count=plan.header_rows))
    if not plan.has_header and not any(header.names):
        notes.append(Note("no_header", count=width))
    if header.is_confirmed:
        notes.append(Note("header_confirmed", count=header.row))
    elif not header.is_certain:
        notes.append(Note("header_uncertain", count=header.row))
    return notes


@contextmanager
def _roomy(connection: duckdb.DuckDBPyConnection, work_dir: Path, width: int) -> Iterator[duckdb.DuckDBPyConnection]:
    """The connection, or for a wide table one with memory for its columns."""
    if width <= WIDE_COLUMNS:
        yield connection
        return
    with connect(work_dir, columns=width) as roomy:
        yield roomy


def _counts(table: TextTable | RegularCsv, headers: Sequence[ColumnName], kept: int) -> list[Note]:
    unnamed, repeated = renamed_counts(headers)
    dropped = len(headers) - kept
    counted = {
        "blank_rows": table.blank_rows,
        "empty_columns": table.empty_columns + dropped,
        "columns_without_name": 0 if unnamed == len(headers) else unnamed - dropped,
        "columns_named_twice": repeated,
    }
    return [Note(code, count=count) for code, count in counted.items() if count > 0]
