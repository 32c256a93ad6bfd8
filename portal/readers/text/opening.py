"""Open a file of text: its encoding, then delimited rows, JSON, XML, HTML, or prose. Runs in the child process."""

from dataclasses import replace
from itertools import chain
from pathlib import Path

import duckdb

from portal.kernel.vocab import PartKind
from portal.readers.delivery import Delivery
from portal.readers.errors import FileRefused
from portal.readers.markup.opening import tables_of_markup
from portal.readers.original import file_lines, write_original_text
from portal.readers.reading import FileReading, Note, TableReading
from portal.readers.tables import TableRequest, finish_table, finish_text_table
from portal.readers.text.decoded import decoded_lines, has_unreadable
from portal.readers.text.delimited import read_tolerantly
from portal.readers.text.encodings import REPAIRED, broken_bytes, decodes, detect_encoding, is_plain_utf8, write_utf8
from portal.readers.text.json_text import (
    find_records,
    is_json_lines,
    load_json,
    looks_like_geojson,
    read_json_lines,
    read_records,
    rows_of_lists,
)
from portal.readers.text.regular_csv import find_regular, is_irregular
from portal.readers.text_table import write_text_table

_PEEKED_CHARS = 4_096
_LAYERS = ("geojson", "kml")


def open_text(connection: duckdb.DuckDBPyConnection, delivery: Delivery) -> FileReading:
    """What a file of text in any encoding holds. Raises FileRefused."""
    encoding = delivery.encoding or detect_encoding(delivery.path)
    if delivery.encoding and not decodes(delivery.path, delivery.encoding):
        raise FileRefused("file_encoding_unknown", f"The file is not in {delivery.encoding}, which was asked for.")
    broken = broken_bytes(delivery.path) if encoding == REPAIRED else 0
    copy = delivery.work_dir / "text.utf8"
    is_plain = is_plain_utf8(delivery.path, encoding)
    nuls = 0 if is_plain else write_utf8(delivery.path, encoding, copy)
    utf8 = delivery.path if is_plain else copy
    try:
        kind, format_name, media_type, tables = _tables_of_text(connection, delivery, utf8)
        original = None
        if delivery.with_original_text:
            lines = chain(file_lines(utf8), decoded_lines(utf8, format_name, delivery.work_dir))
            original = write_original_text(lines, delivery.work_dir / "original.parquet")
        is_hiding = bool(broken) or format_name in _LAYERS or has_unreadable(utf8, format_name)
    finally:
        copy.unlink(missing_ok=True)
    counts = {"nul_characters_left_out": nuls, "broken_bytes_replaced": broken}
    notes = tuple(Note(code, count=count) for code, count in counts.items() if count)
    places = {
        "title row": tuple(title for table in tables for title in table.titles),
        "row under the table": tuple(footer for table in tables for footer in table.footers),
    }
    hidden = {place: texts for place, texts in places.items() if texts}
    encoding = "utf-8" if broken else encoding
    return FileReading(kind, format_name, media_type, encoding, tables, hidden, is_hiding, original, notes)


def _tables_of_text(
    connection: duckdb.DuckDBPyConnection, delivery: Delivery, utf8: Path
) -> tuple[PartKind, str, str, tuple[TableReading, ...]]:
    with utf8.open(encoding="utf-8") as file:
        head = file.read(_PEEKED_CHARS).lstrip()
    if not head:
        raise FileRefused("file_empty", "The file holds only blanks; deliver a file with data.")
    if head.startswith("<") and "<kml" in head:
        return PartKind.TABLE, "kml", "application/vnd.google-earth.kml+xml", _layers_of_kml(connection, delivery, utf8)
    if head.startswith("<"):
        return tables_of_markup(connection, delivery, utf8, head)
    if head[0] in "[{":
        return _tables_of_json(connection, delivery, utf8)
    reading = _read_delimited(connection, delivery, utf8)
    return (PartKind.TABLE, "csv", "text/csv", (reading,)) if reading else (PartKind.FILE, "txt", "text/plain", ())


def _layers_of_kml(connection: duckdb.DuckDBPyConnection, delivery: Delivery, utf8: Path) -> tuple[TableReading, ...]:
    from portal.readers.layers.opening import open_kml  # noqa: PLC0415 - brings GDAL along

    room, stated = delivery.work_dir, delivery.coordinate_systems
    return open_kml(connection, utf8, room, delivery.limits, stated=stated, name=delivery.stem)


def _layers_of_json(
    connection: duckdb.DuckDBPyConnection, delivery: Delivery, document: object
) -> tuple[TableReading, ...]:
    from portal.readers.layers.opening import open_geojson  # noqa: PLC0415 - brings GDAL along

    room, stated = delivery.work_dir, delivery.coordinate_systems
    return open_geojson(connection, document, room, delivery.limits, stated=stated, name=delivery.stem)


def _read_delimited(connection: duckdb.DuckDBPyConnection, delivery: Delivery, utf8: Path) -> TableReading | None:
    """The table; None when it is prose."""
    may_be_prose = delivery.file_name.lower().endswith((".txt", ".md", ".log"))
    target = delivery.work_dir / "table.parquet"
    request = TableRequest("table", delivery.stem, target, choice=delivery.choices.get(""))
    regular = find_regular(utf8, delivery.work_dir)
    if regular is not None:
        if regular.width == 1 and may_be_prose:
            return None
        try:
            return finish_table(connection, regular, request, delivery.limits)
        except duckdb.Error as error:
            if not is_irregular(error):
                raise
        finally:
            regular.discard()
    text = delivery.work_dir / "table.text.parquet"
    table, notes = read_tolerantly(utf8, text, delivery.limits)
    if table.width == 1 and may_be_prose:
        text.unlink()
        return None
    return finish_text_table(connection, table, replace(request, notes=notes), delivery.limits)


def _tables_of_json(
    connection: duckdb.DuckDBPyConnection, delivery: Delivery, utf8: Path
) -> tuple[PartKind, str, str, tuple[TableReading, ...]]:
    text = delivery.work_dir / "table.text.parquet"
    target = delivery.work_dir / "table.parquet"
    if is_json_lines(utf8):
        table, names, notes = read_json_lines(utf8, text, delivery.limits)
        request = TableRequest("table", delivery.stem, target, names, notes=notes)
        return (
            PartKind.TABLE,
            "jsonl",
            "application/jsonl",
            (finish_text_table(connection, table, request, delivery.limits),),
        )
    document = load_json(utf8, delivery.limits)
    if looks_like_geojson(document):
        return PartKind.TABLE, "geojson", "application/geo+json", _layers_of_json(connection, delivery, document)
    found = find_records(document)
    if found is None and (rows := rows_of_lists(document)):
        listed = write_text_table(text, lambda: rows, max_columns=delivery.limits.columns)
        request = TableRequest("table", delivery.stem, target, choice=delivery.choices.get(""))
        return (
            PartKind.TABLE,
            "json",
            "application/json",
            (finish_text_table(connection, listed, request, delivery.limits),),
        )
    if found is None:
        return PartKind.FILE, "json", "application/json", ()
    records, place = found
    table, names = read_records(records, text, delivery.limits)
    notes = (Note("records_inside", place, len(records)),) if place else ()
    request = TableRequest("table", delivery.stem, target, names, notes=notes)
    return PartKind.TABLE, "json", "application/json", (finish_text_table(connection, table, request, delivery.limits),)
