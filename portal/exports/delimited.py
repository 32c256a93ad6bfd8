"""CSV, plain and for Excel.

Both: UTF-8, commas, every text in double quotes, a null is nothing at all between two commas (an empty text would be
`""`; published tables have none), dates in ISO 8601, times with a space in the middle, lines end with a line feed.
`csv` is the data as they are. `excel.csv` starts with a byte order mark, and a text that Excel would take for a formula
or a number gets a character in front: an apostrophe before = + - @ (also full-width), a tab before digits alone that
it would round or strip of their zeros. A geometry is well-known text in `csv`; it is left out of `excel.csv`, for it is
longer than a cell may be.
"""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from portal.exports.batches import rendered
from portal.kernel.columns import Column
from portal.kernel.vocab import ColumnType
from portal.tables import ReadableTable
from portal.tables.geometry import wkt_texts

BOM = "\ufeff".encode()
CSV_OPTIONS = pyarrow.csv.WriteOptions(include_header=False, quoting_style="needed", batch_size=1_024)
# A line feed may stand before or after the sign; full-width signs count in East Asian settings.
_FORMULA = r"(?s)^(?:[\t\r\n\x{feff}]*[=+\-@＝＋－＠].|[\t\r\n].)"
_DIGITS = r"^(0[0-9]+|[0-9]{12,})$"


def write_csv(table: ReadableTable) -> Iterator[tuple[bytes | memoryview, int]]:
    """Pieces of the file with the number of rows in each."""
    yield header([column.name for column in table.schema.columns]), 0
    yield from rendered(table, _lines)


def write_excel_csv(table: ReadableTable) -> Iterator[tuple[bytes | memoryview, int]]:
    """The same with a byte order mark and guarded texts."""
    columns = flat_columns(table)
    names = pa.array([column.name for column in columns], pa.string())
    yield BOM + header(guarded(names).to_pylist()), 0
    yield from rendered(table, _guarded_lines, columns)


def header(names: list[str]) -> bytes:
    """The first line; every name in quotes."""
    return (",".join('"' + name.replace('"', '""') + '"' for name in names) + "\n").encode()


def flat_columns(table: ReadableTable) -> tuple[Column, ...]:
    """The columns that fit into cells of a spreadsheet: no geometries, unless there is nothing else."""
    flat = tuple(column for column in table.schema.columns if column.type is not ColumnType.GEOMETRY)
    return flat or table.schema.columns


def guarded(texts: pa.Array) -> pa.Array:
    """Texts that Excel shows as they are."""
    for pattern, guard in ((_FORMULA, "'"), (_DIGITS, "\t")):
        misread = pc.match_substring_regex(texts, pattern)
        if pc.any(misread).as_py():
            texts = pc.if_else(misread, pc.binary_join_element_wise(guard, texts, ""), texts)
    return texts


def _lines(batch: pa.RecordBatch) -> memoryview:
    sink = pa.BufferOutputStream()
    columns = [_written(column) for column in batch.columns]
    pyarrow.csv.write_csv(pa.RecordBatch.from_arrays(columns, names=batch.schema.names), sink, CSV_OPTIONS)
    return memoryview(sink.getvalue())


def _guarded_lines(batch: pa.RecordBatch) -> memoryview:
    columns = [guarded(column) if pa.types.is_string(column.type) else column for column in batch.columns]
    return _lines(pa.RecordBatch.from_arrays(columns, names=batch.schema.names))


def _written(column: pa.Array) -> pa.Array:
    """Geometries as text; times without the six zeros after the second, unless there is something there."""
    if pa.types.is_binary(column.type):
        return wkt_texts(column)
    if not pa.types.is_timestamp(column.type):
        return column
    try:
        return column.cast(pa.timestamp("s"))
    except pa.ArrowInvalid:
        return column
