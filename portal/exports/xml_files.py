"""XML 1.0 in UTF-8: a `table` with its `columns`, then a `row` for each row with an element for each cell.

    <table version="k3…@v1/schools" rows="2"><columns>
    <column name="人数 (2024)" element="人数__2024_" type="integer"/>
    </columns>
    <row><人数__2024_>3</人数__2024_></row>
    </table>

A column's name that is not a legal name of an element is written with underscores in the place of what is not legal there;
`columns` tells both. A null has no element. Dates and times are in ISO 8601, numbers and booleans as XML Schema writes them, a
geometry is well-known text. Characters that XML 1.0 has no place for (most control characters) become U+FFFD, and the
element says how many: `replaced="1"`.
"""

import re
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

import pyarrow as pa
import pyarrow.compute as pc

from portal.exports.batches import rendered
from portal.tables import ReadableTable
from portal.tables.geometry import wkt_texts

_FORBIDDEN = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x{fffe}\x{ffff}]"
_FORBIDDEN_HERE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_STARTS = (  # letters that XML 1.0 knows in every edition (many parsers read by the fourth), without the colon
    "A-Z_a-z\xc0-\xd6\xd8-\xf6\xf8-\u0131\u3007\u3021-\u3029\u3041-\u3094\u30a1-\u30fa\u4e00-\u9fa5\uac00-\ud7a3"
)
_NOT_IN_NAMES = re.compile(f"[^-.0-9\xb7{_STARTS}]")
_NO_START = re.compile(f"(?![{_STARTS}])|xml", re.IGNORECASE)
_ESCAPES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\r", "&#13;"))


def write_xml(table: ReadableTable) -> Iterator[tuple[bytes | memoryview, int]]:
    """Pieces of the file with the number of rows in each."""
    elements = element_names([column.name for column in table.schema.columns])
    yield _head(table, elements), 0
    yield from rendered(table, lambda batch: _rows(batch, elements))
    yield b"</table>\n", 0


def element_names(names: Sequence[str]) -> list[str]:
    """A legal name of an element for each column, no two alike, the column's own wherever that is one."""
    made: list[str] = []
    for name in names:
        legal = _NOT_IN_NAMES.sub("_", name)
        legal = f"_{legal}" if _NO_START.match(legal) else legal
        unique, number = legal, 2
        while unique in made:
            unique, number = f"{legal}_{number}", number + 1
        made.append(unique)
    return made


def _head(table: ReadableTable, elements: Sequence[str]) -> bytes:
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<table version={quoteattr(table.version_key)} rows="{table.row_count}"><columns>',
    ]
    for column, element in zip(table.schema.columns, elements, strict=True):
        name = quoteattr(_FORBIDDEN_HERE.sub("\ufffd", column.name))
        lines.append(f'<column name={name} element="{element}" type="{column.type.value}"/>')
    return "\n".join([*lines, "</columns>", ""]).encode()


def _rows(batch: pa.RecordBatch, elements: Sequence[str]) -> bytes:
    cells = [_cells(column, element) for column, element in zip(batch.columns, elements, strict=True)]
    if not cells or not batch.num_rows:
        return b"<row></row>\n" * int(batch.num_rows)
    lines: list[str] = pc.binary_join_element_wise("<row>", *cells, "</row>", "").to_pylist()
    return ("\n".join(lines) + "\n").encode()


def _cells(column: pa.Array, element: str) -> pa.Array:
    """Every cell as an element, nothing for a null."""
    texts = _texts(column)
    start, end = pa.scalar(f"<{element}>"), pa.scalar(f"</{element}>")
    found = pc.binary_join_element_wise(start, texts, end, "")
    if pa.types.is_string(column.type):
        is_bad = pc.fill_null(pc.match_substring_regex(column, _FORBIDDEN), False)
        if pc.any(is_bad).as_py():
            mended = [_mended(text, element) for text in column.filter(is_bad).to_pylist()]
            found = pc.replace_with_mask(found, is_bad, pa.array(mended, pa.string()))
    return pc.fill_null(found, "")


def _mended(text: str, element: str) -> str:
    kept, count = _FORBIDDEN_HERE.subn("\ufffd", text)
    return f'<{element} replaced="{count}">{escape(kept, {chr(13): "&#13;"})}</{element}>'


def _texts(column: pa.Array) -> pa.Array:
    if pa.types.is_binary(column.type):
        return wkt_texts(column)
    if pa.types.is_string(column.type):
        for sign, escaped in _ESCAPES:
            column = pc.replace_substring(column, sign, escaped)
        return column
    if pa.types.is_timestamp(column.type):
        texts = pc.strftime(column, "%Y-%m-%dT%H:%M:%S")
        return pc.replace_substring_regex(texts, r"\.0+$", "")
    if pa.types.is_floating(column.type):
        texts = column.cast(pa.string())
        for word, schema_word in (("nan", "NaN"), ("inf", "INF")):
            texts = pc.replace_substring(texts, word, schema_word)
        return texts
    return column.cast(pa.string())
