"""Open a file whatever it is: format, encoding, tables, hidden texts. Runs in the child process."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

import duckdb

from portal.kernel.vocab import PartKind
from portal.readers.archive import has_unknown_parts, member_lines
from portal.readers.decoded import decoded_lines, has_unreadable
from portal.readers.delimited import read_tolerantly
from portal.readers.duck import connect, literal, quoted
from portal.readers.encodings import decodes, detect_encoding, is_plain_utf8, write_utf8
from portal.readers.errors import FileRefused
from portal.readers.formats import RealFormat, real_format
from portal.readers.header_proof import HeaderChoice
from portal.readers.hidden_ods import search_ods
from portal.readers.hidden_parts import HiddenParts, not_seen
from portal.readers.hidden_xls import search_xls
from portal.readers.hidden_xlsx import search_xlsx
from portal.readers.json_text import (
    find_records,
    is_json_lines,
    load_json,
    looks_like_geojson,
    read_json_lines,
    read_records,
)
from portal.readers.original import file_lines, write_original_text
from portal.readers.reading import FileReading, Note, ReadingLimits, TableReading
from portal.readers.regular_csv import find_regular, is_irregular
from portal.readers.spreadsheets import Workbook, all_texts, read_workbook
from portal.readers.tables import TableRequest, finish_table
from portal.readers.text_table import TextTable, write_text_table

_PEEKED_CHARS = 4_096
_LAYERS = ("geojson", "kml")
_SEARCHES = {"xlsx": search_xlsx, "xls": search_xls, "ods": search_ods}


@dataclass(frozen=True, slots=True)
class Delivery:
    """A file to be opened and how. `choices`: sheet ("" for a file without sheets) → the header that a person confirmed."""

    path: Path
    file_name: str
    work_dir: Path
    limits: ReadingLimits
    encoding: str | None = None
    with_original_text: bool = True
    coordinate_systems: tuple[str, ...] = ()
    choices: Mapping[str, HeaderChoice] = field(default_factory=dict)

    @property
    def stem(self) -> str:
        return Path(self.file_name).stem


def open_file(delivery: Delivery) -> FileReading:
    """What the file is and holds. Raises FileRefused."""
    found = real_format(delivery.path, delivery.limits)
    connection = connect(delivery.work_dir, [delivery.path])
    try:
        if found.way == "sheet":
            return _open_sheets(connection, delivery, found)
        if found.way == "text":
            return _open_text(connection, delivery)
        if found.way == "parquet":
            return _open_parquet(connection, delivery, found)
        if found.way == "layers":
            from portal.readers.layers_opening import open_zipped  # noqa: PLC0415 - brings GDAL along

            stated = delivery.coordinate_systems
            return open_zipped(connection, delivery.path, delivery.work_dir, delivery.limits, stated=stated)
    finally:
        connection.close()
    if found.way == "document":
        from portal.readers.documents_opening import open_document  # noqa: PLC0415 - brings its libraries along

        return open_document(delivery.path, found.name, found.media_type, delivery.work_dir)
    return FileReading(PartKind.FILE, found.name, found.media_type, None, has_hidden_content=True)


def _open_sheets(connection: duckdb.DuckDBPyConnection, delivery: Delivery, found: RealFormat) -> FileReading:
    if found.name not in _SEARCHES:
        raise not_seen(f"{found.name} cannot be looked into")
    hidden = HiddenParts()
    _SEARCHES[found.name](delivery.path, hidden)
    book = _workbook(delivery, found, hidden)
    tables: list[TableReading] = []
    notes: list[Note] = []
    for sheet in book.sheets:
        number = len(tables) + 1
        key = "table" if number == 1 else f"table-{number}"
        text = delivery.work_dir / f"{key}.text.parquet"
        try:
            columns = delivery.limits.columns
            table = write_text_table(text, lambda rows=sheet.rows: rows, max_columns=columns, numbers=sheet.numbers)  # type: ignore[misc]
            request = TableRequest(
                key,
                sheet.name,
                delivery.work_dir / f"{key}.parquet",
                rows_lost=len(sheet.hidden_rows),
                notes=sheet.notes,
                sheet=sheet.name,
                choice=delivery.choices.get(sheet.name),
                spans=sheet.spans,
                damaged=sheet.damaged,
            )
            tables.append(finish_table(connection, table, request, delivery.limits))
        except FileRefused as refusal:
            if refusal.code != "file_empty":
                raise
            notes.append(Note("sheet_without_rows", sheet.name))
        finally:
            text.unlink(missing_ok=True)
        hidden.add("hidden row", iter(sheet.hidden_rows))
        hidden.add("hidden column", iter(sheet.hidden_columns))
    hidden.add("hidden sheet", iter(book.hidden_sheets))
    if not tables:
        raise FileRefused("file_empty", "No visible sheet has a header and rows; deliver a file with data.")
    has_unknown = found.name != "xlsx" or has_unknown_parts(delivery.path)
    has_hidden = hidden.has_opaque_parts or bool(hidden.texts) or has_unknown
    hidden.add("sheet name", iter(book.sheet_names))
    hidden.add("title row", (title for table in tables for title in table.titles))
    original = None
    if delivery.with_original_text:
        told = (text for texts in hidden.texts.values() for text in texts)
        others = member_lines(delivery.path) if found.name == "xlsx" else ()
        original = write_original_text(chain(all_texts(book), told, others), delivery.work_dir / "original.parquet")
    texts = {place: tuple(found_texts) for place, found_texts in hidden.texts.items()}
    return FileReading(
        PartKind.TABLE, found.name, found.media_type, None, tuple(tables), texts, has_hidden, original, tuple(notes)
    )


def _workbook(delivery: Delivery, found: RealFormat, hidden: HiddenParts) -> Workbook:
    """The sheets, read under a name with the suffix of the real format, by which calamine goes."""
    link = delivery.work_dir / f"sheets.{found.name}"
    link.symlink_to(delivery.path.resolve())
    try:
        return read_workbook(link, hidden, delivery.choices)
    finally:
        link.unlink()


def _open_text(connection: duckdb.DuckDBPyConnection, delivery: Delivery) -> FileReading:
    encoding = delivery.encoding or detect_encoding(delivery.path)
    if delivery.encoding and not decodes(delivery.path, delivery.encoding):
        raise FileRefused("file_encoding_unknown", f"The file is not in {delivery.encoding}, which was asked for.")
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
        is_hiding = format_name in _LAYERS or has_unreadable(utf8, format_name)
    finally:
        copy.unlink(missing_ok=True)
    notes = (Note("nul_characters_left_out", count=nuls),) if nuls else ()
    titles = tuple(title for table in tables for title in table.titles)
    hidden = {"title row": titles} if titles else {}
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
        is_html = any(tag in head.lower() for tag in ("<html", "<!doctype html", "<table", "<body"))
        return PartKind.FILE, *(("html", "text/html") if is_html else ("xml", "application/xml")), ()
    if head[0] in "[{":
        return _tables_of_json(connection, delivery, utf8)
    reading = _read_delimited(connection, delivery, utf8)
    return (PartKind.TABLE, "csv", "text/csv", (reading,)) if reading else (PartKind.FILE, "txt", "text/plain", ())


def _layers_of_kml(connection: duckdb.DuckDBPyConnection, delivery: Delivery, utf8: Path) -> tuple[TableReading, ...]:
    from portal.readers.layers_opening import open_kml  # noqa: PLC0415 - brings GDAL along

    room, stated = delivery.work_dir, delivery.coordinate_systems
    return open_kml(connection, utf8, room, delivery.limits, stated=stated, name=delivery.stem)


def _layers_of_json(
    connection: duckdb.DuckDBPyConnection, delivery: Delivery, document: object
) -> tuple[TableReading, ...]:
    from portal.readers.layers_opening import open_geojson  # noqa: PLC0415 - brings GDAL along

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
    return _finished(connection, table, replace(request, notes=notes), delivery.limits)


def _finished(
    connection: duckdb.DuckDBPyConnection, table: TextTable, request: TableRequest, limits: ReadingLimits
) -> TableReading:
    try:
        return finish_table(connection, table, request, limits)
    finally:
        table.path.unlink(missing_ok=True)


def _tables_of_json(
    connection: duckdb.DuckDBPyConnection, delivery: Delivery, utf8: Path
) -> tuple[PartKind, str, str, tuple[TableReading, ...]]:
    text = delivery.work_dir / "table.text.parquet"
    target = delivery.work_dir / "table.parquet"
    if is_json_lines(utf8):
        table, names, notes = read_json_lines(utf8, text, delivery.limits)
        request = TableRequest("table", delivery.stem, target, names, notes=notes)
        return PartKind.TABLE, "jsonl", "application/jsonl", (_finished(connection, table, request, delivery.limits),)
    document = load_json(utf8, delivery.limits)
    if looks_like_geojson(document):
        return PartKind.TABLE, "geojson", "application/geo+json", _layers_of_json(connection, delivery, document)
    found = find_records(document)
    if found is None:
        return PartKind.FILE, "json", "application/json", ()
    records, place = found
    table, names = read_records(records, text, delivery.limits)
    notes = (Note("records_inside", place, len(records)),) if place else ()
    request = TableRequest("table", delivery.stem, target, names, notes=notes)
    return PartKind.TABLE, "json", "application/json", (_finished(connection, table, request, delivery.limits),)


def _open_parquet(connection: duckdb.DuckDBPyConnection, delivery: Delivery, found: RealFormat) -> FileReading:
    """Parquet as delivered is taken apart into text and typed by the same rules as everything else."""
    text = delivery.work_dir / "table.text.parquet"
    try:
        rows = f"read_parquet({literal(str(delivery.path))})"
        names = [str(column[0]) for column in connection.execute(f"SELECT * FROM {rows} LIMIT 0").description or ()]
        if len(names) > delivery.limits.columns:
            raise FileRefused("file_too_wide", f"The table has {len(names)} columns.")
        cells = ", ".join(f"{quoted(name)}::VARCHAR AS c{i}" for i, name in enumerate(names))
        connection.execute(f"COPY (SELECT {cells} FROM {rows}) TO {literal(str(text))} (FORMAT parquet)")
        counted = connection.execute(f"SELECT count(*) FROM {rows}").fetchone()
    except duckdb.Error as error:
        raise FileRefused("file_damaged", "The file starts as Parquet but cannot be read as such.") from error
    assert counted is not None, "an aggregate gives one row"
    table = TextTable(text, len(names), counted[0])
    request = TableRequest("table", delivery.stem, delivery.work_dir / "table.parquet", tuple(names))
    reading = _finished(connection, table, request, delivery.limits)
    return FileReading(PartKind.TABLE, found.name, found.media_type, None, (reading,), has_hidden_content=True)
