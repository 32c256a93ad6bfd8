"""From a text table to a reading: header, names, types, and what became of every row."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from portal.readers.duck import WIDE_COLUMNS, connect
from portal.readers.errors import FileRefused
from portal.readers.headers import SAMPLE_ROWS, find_header
from portal.readers.names import ColumnName, renamed_counts, unique_names
from portal.readers.reading import Note, ReadingLimits, TableReading
from portal.readers.regular_csv import RegularCsv
from portal.readers.text_table import TextTable
from portal.readers.typed_table import type_table


@dataclass(frozen=True, slots=True)
class TableRequest:
    """What is known about a table before its text is typed. `names` given: the rows have no header among them."""

    key: str
    name: str
    target: Path
    names: tuple[str, ...] | None = None
    rows_lost: int = 0
    notes: tuple[Note, ...] = field(default=())


def finish_table(
    connection: duckdb.DuckDBPyConnection, table: TextTable | RegularCsv, request: TableRequest, limits: ReadingLimits
) -> TableReading:
    """The table with types in `request.target`. Raises FileRefused when it is too wide or only a header."""
    if table.width > limits.columns:
        raise FileRefused("file_too_wide", f"The table has {table.width} columns; at most {limits.columns} are taken.")
    notes = list(request.notes)
    titles: tuple[str, ...] = ()
    data_start = 0
    if request.names is None:
        plan = find_header(table.head(SAMPLE_ROWS), table.width)
        headers, titles, data_start = unique_names(plan.headers), plan.titles, plan.data_start
        if titles:
            notes.append(Note("title_rows", count=data_start - plan.header_rows))
        if plan.header_rows == 2:
            notes.append(Note("header_over_two_rows", count=2))
        if not plan.has_header:
            notes.append(Note("no_header", count=table.width))
    else:
        headers = unique_names(request.names)
    with _roomy(connection, request.target.parent, table.width) as roomy:
        columns, row_count = type_table(roomy, table.source(data_start), headers, request.target)
    notes += _counts(table, headers, len(columns))
    failed = [column for column in columns if column.failed_casts]
    notes += [Note("values_without_value", column.name, column.failed_casts) for column in failed]
    return TableReading(
        key=request.key,
        name=request.name,
        path=request.target,
        columns=columns,
        rows_read=row_count,
        rows_lost=request.rows_lost,
        notes=tuple(notes),
        titles=titles,
    )


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
