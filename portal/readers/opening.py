"""Open a file whatever it is: format, tables, hidden texts. Runs in the child process."""

from dataclasses import replace
from itertools import chain
from pathlib import Path

import duckdb

from portal.kernel.vocab import PartKind
from portal.readers.archives import open_archive
from portal.readers.delivery import Delivery
from portal.readers.duck import connect, literal, quoted
from portal.readers.errors import FileRefused
from portal.readers.formats import RealFormat, real_format
from portal.readers.hidden.members import has_unknown_parts, member_lines
from portal.readers.hidden.ods import search_ods
from portal.readers.hidden.parts import HiddenParts, not_seen
from portal.readers.hidden.xls import search_xls
from portal.readers.hidden.xlsx import search_xlsx
from portal.readers.original import write_original_text
from portal.readers.reading import FileReading, Note, TableReading
from portal.readers.spreadsheets.sheets import Workbook, all_texts, read_workbook
from portal.readers.tables import TableRequest, finish_table, finish_text_table
from portal.readers.text.opening import open_text
from portal.readers.text_table import TextTable, write_text_table

__all__ = ["Delivery", "open_file"]

_MOST_ARCHIVES = 2
_SEARCHES = {"xlsx": search_xlsx, "xls": search_xls, "ods": search_ods}


def open_file(delivery: Delivery) -> FileReading:  # noqa: PLR0911 - one return a kind of file
    """What the file is and holds. Raises FileRefused."""
    found = real_format(delivery.path, delivery.limits)
    connection = connect(delivery.work_dir, [delivery.path])
    try:
        if found.way == "sheet":
            return _open_sheets(connection, delivery, found)
        if found.way == "text":
            return open_text(connection, delivery)
        if found.way == "parquet":
            return _open_parquet(connection, delivery, found)
        if found.way == "layers":
            from portal.readers.layers.opening import open_zipped  # noqa: PLC0415 - brings GDAL along

            stated = delivery.coordinate_systems
            return open_zipped(connection, delivery.path, delivery.work_dir, delivery.limits, stated=stated)
    finally:
        connection.close()
    if found.name == "zip" and (inside := _open_members(delivery)):
        return inside
    if found.way == "document":
        from portal.readers.documents.opening import open_document  # noqa: PLC0415 - brings its libraries along

        return open_document(delivery.path, found.name, found.media_type, delivery.work_dir)
    return FileReading(PartKind.FILE, found.name, found.media_type, None, has_hidden_content=True)


def _open_members(delivery: Delivery) -> FileReading | None:
    """The tables inside an archive, each member opened by its content; None when there are none."""
    if delivery.depth >= _MOST_ARCHIVES:
        raise FileRefused("archive_unsafe", "The archive is inside too many others; deliver what is in it.")

    def read(path: Path, name: str, room: Path) -> FileReading:
        choices = {
            "" if key == name else key.removeprefix(f"{name}!"): choice
            for key, choice in delivery.choices.items()
            if key in {"", name} or key.startswith(f"{name}!")
        }
        inner = replace(
            delivery,
            path=path,
            file_name=name,
            work_dir=room,
            encoding=None,
            with_original_text=False,
            choices=choices,
            depth=delivery.depth + 1,
        )
        return open_file(inner)

    return open_archive(delivery.path, delivery.work_dir, delivery.limits, read)


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
    hidden.add("row under the table", (footer for table in tables for footer in table.footers))
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
    reading = finish_text_table(connection, table, request, delivery.limits)
    return FileReading(PartKind.TABLE, found.name, found.media_type, None, (reading,), has_hidden_content=True)
