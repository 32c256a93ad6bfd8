"""The files of `/datastore/dump`, piece by piece, in the formats that CKAN writes.

Lines of `csv` and `tsv` are those of `records_format`, below a header that ends with CR LF; `json` holds `fields` and lists;
`xml` has a `row` with its `_id` and an element for each field (names that XML has no place for are written with underscores).
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape, quoteattr

import orjson

from portal.ckan.datastore.fields import ROW_ID
from portal.ckan.datastore.records import as_text
from portal.exports.xml_files import element_names

Rows = Iterable[Sequence[list[object]]]
"""Chunks of rows, cells as answers have them."""

_BOM: Final = "\ufeff".encode()
_NO_XML = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535), "�")
Write = Callable[[Sequence[Mapping[str, object]], Rows], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class DumpFormat:
    """What a format is called by, and who writes it."""

    extension: str
    write: Write


def write_dump(format_name: str, fields: Sequence[Mapping[str, object]], rows: Rows, *, bom: bool) -> Iterator[bytes]:
    """The pieces of a file: `fields` as answers tell them, rows in their order."""
    if bom:
        yield _BOM
    yield from FORMATS[format_name].write(fields, rows)


def header(names: Sequence[str], delimiter: str, *, bom: bool = False) -> bytes:
    """The first line of csv and tsv."""
    head = io.StringIO()
    csv.writer(head, delimiter=delimiter).writerow(names)
    return (_BOM if bom else b"") + head.getvalue().encode()


def _delimited(delimiter: str) -> Write:
    def write(fields: Sequence[Mapping[str, object]], rows: Rows) -> Iterator[bytes]:
        yield header([str(field["id"]) for field in fields], delimiter)
        for chunk in rows:
            yield as_text(chunk, [str(field["type"]) for field in fields], delimiter).encode()

    return write


def _json(fields: Sequence[Mapping[str, object]], rows: Rows) -> Iterator[bytes]:
    yield b'{\n  "fields": ' + orjson.dumps(list(fields)) + b',\n  "records": ['
    before = b"\n    "
    for chunk in rows:
        for row in chunk:
            yield before + orjson.dumps(row)
            before = b",\n    "
    yield b"\n]}\n"


def _xml(fields: Sequence[Mapping[str, object]], rows: Rows) -> Iterator[bytes]:
    names = [str(field["id"]) for field in fields]
    elements = element_names(names)
    place = names.index(ROW_ID) if ROW_ID in names else None
    yield b'<data xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n'
    for chunk in rows:
        lines = []
        for row in chunk:
            inner = "".join(_element(elements[n], cell) for n, cell in enumerate(row) if n != place)
            lines.append(f"<row>{inner}</row>\n" if place is None else f'<row _id="{row[place]}">{inner}</row>\n')
        yield "".join(lines).encode()
    yield b"</data>\n"


def _element(name: str, cell: object, key: object = None) -> str:
    """One value; of a nested one an element `value` for each member, with its `key`."""
    head = name if key is None else f"{name} key={quoteattr(str(key).translate(_NO_XML))}"
    if cell is None:
        return f'<{head} xsi:nil="true" />'
    if isinstance(cell, dict | list):
        members = enumerate(cell) if isinstance(cell, list) else cell.items()
        text = "".join(_element("value", inner, place) for place, inner in members)
    else:
        text = escape(str(cell).translate(_NO_XML), {chr(13): "&#13;"})
    return f"<{head}>{text}</{name}>" if text else f"<{head} />"


DELIMITERS: Final[Mapping[str, str]] = {"csv": ",", "tsv": "\t"}
FORMATS: Final[Mapping[str, DumpFormat]] = {
    "csv": DumpFormat("csv", _delimited(",")),
    "tsv": DumpFormat("tsv", _delimited("\t")),
    "json": DumpFormat("json", _json),
    "xml": DumpFormat("xml", _xml),
}
