"""CSV, plain and for Excel.

Both: UTF-8, commas, every text in double quotes, a null is nothing at all between two commas (an empty text would be
`""`; published tables have none), dates in ISO 8601, times with a space in the middle, lines end with a line feed.
`csv` is the data as they are. `excel.csv` starts with a byte order mark, and a text that Excel would take for a formula
or a number gets a character in front: an apostrophe before = + - @ (also full-width), a tab before digits alone that
it would round or strip of their zeros.
"""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from portal.exports.batches import rendered
from portal.tables import ReadableTable

BOM = "\ufeff".encode()
_OPTIONS = pyarrow.csv.WriteOptions(include_header=False, quoting_style="needed", batch_size=1_024)
# A line feed may stand before or after the sign; full-width signs count in East Asian settings.
_FORMULA = r"(?s)^(?:[\t\r\n\x{feff}]*[=+\-@＝＋－＠].|[\t\r\n].)"
_DIGITS = r"^(0[0-9]+|[0-9]{12,})$"


def write_csv(table: ReadableTable) -> Iterator[tuple[bytes | memoryview, int]]:
    """Pieces of the file with the number of rows in each."""
    yield header([column.name for column in table.schema.columns]), 0
    yield from rendered(table.path, _lines)


def write_excel_csv(table: ReadableTable) -> Iterator[tuple[bytes | memoryview, int]]:
    """The same with a byte order mark and guarded texts."""
    names = pa.array([column.name for column in table.schema.columns], pa.string())
    yield BOM + header(guarded(names).to_pylist()), 0
    yield from rendered(table.path, _guarded_lines)


def header(names: list[str]) -> bytes:
    """The first line; every name in quotes."""
    return (",".join('"' + name.replace('"', '""') + '"' for name in names) + "\n").encode()


def guarded(texts: pa.Array) -> pa.Array:
    """Texts that Excel shows as they are."""
    for pattern, guard in ((_FORMULA, "'"), (_DIGITS, "\t")):
        misread = pc.match_substring_regex(texts, pattern)
        if pc.any(misread).as_py():
            texts = pc.if_else(misread, pc.binary_join_element_wise(guard, texts, ""), texts)
    return texts


def _lines(batch: pa.RecordBatch) -> memoryview:
    sink = pa.BufferOutputStream()
    columns = [_whole_seconds(column) for column in batch.columns]
    pyarrow.csv.write_csv(pa.RecordBatch.from_arrays(columns, names=batch.schema.names), sink, _OPTIONS)
    return memoryview(sink.getvalue())


def _guarded_lines(batch: pa.RecordBatch) -> memoryview:
    columns = [guarded(column) if pa.types.is_string(column.type) else column for column in batch.columns]
    return _lines(pa.RecordBatch.from_arrays(columns, names=batch.schema.names))


def _whole_seconds(column: pa.Array) -> pa.Array:
    """Times without the six zeros after the second, unless there is something there."""
    if not pa.types.is_timestamp(column.type):
        return column
    try:
        return column.cast(pa.timestamp("s"))
    except pa.ArrowInvalid:
        return column
