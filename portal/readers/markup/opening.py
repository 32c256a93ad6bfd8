"""Open XML and HTML: as tables where they are tables, else as files with all their text. Runs in the child process."""

from pathlib import Path

import duckdb

from portal.kernel.vocab import PartKind
from portal.readers.delivery import Delivery
from portal.readers.errors import FileRefused
from portal.readers.markup.html_tables import HtmlTable, read_html
from portal.readers.markup.xml_tables import read_xml
from portal.readers.reading import Note, TableReading
from portal.readers.spreadsheets.merged_cells import fill_merged, seen_merges
from portal.readers.tables import TableRequest, finish_text_table
from portal.readers.text_table import write_text_table

Opened = tuple[PartKind, str, str, tuple[TableReading, ...]]
_HTML = ("<html", "<!doctype html", "<table", "<body", "<head", "<meta")


def tables_of_markup(connection: duckdb.DuckDBPyConnection, delivery: Delivery, utf8: Path, head: str) -> Opened:
    """Kind, format, media type and tables of a document that starts with `head`. Raises FileRefused."""
    if any(tag in head.lower() for tag in _HTML):
        tables = _tables_of_html(connection, delivery, utf8)
        return (PartKind.TABLE if tables else PartKind.FILE), "html", "text/html", tables
    text = delivery.work_dir / "table.text.parquet"
    found = read_xml(utf8, text, delivery.limits)
    if found is None:
        return PartKind.FILE, "xml", "application/xml", ()
    notes = [Note("records_inside", found.place, found.table.row_count)]
    if found.outside:
        notes.append(Note("values_outside_rows", count=found.outside))
    target = delivery.work_dir / "table.parquet"
    request = TableRequest("table", delivery.stem, target, found.names, notes=tuple(notes))
    reading = finish_text_table(connection, found.table, request, delivery.limits)
    return PartKind.TABLE, "xml", "application/xml", (reading,)


def _tables_of_html(connection: duckdb.DuckDBPyConnection, delivery: Delivery, utf8: Path) -> tuple[TableReading, ...]:
    readings: list[TableReading] = []
    found = read_html(utf8, delivery.limits)
    for place, table in enumerate(found, 1):
        try:
            readings.append(
                _read_one(connection, delivery, table, "" if len(found) == 1 else str(place), len(readings) + 1)
            )
        except FileRefused as refusal:
            if refusal.code != "file_empty":
                raise
    return tuple(readings)


def _read_one(
    connection: duckdb.DuckDBPyConnection, delivery: Delivery, table: HtmlTable, sheet: str, number: int
) -> TableReading:
    key = "table" if number == 1 else f"table-{number}"
    width = max(map(len, table.rows))
    rows = [row + [None] * (width - len(row)) for row in table.rows]
    numbers = range(1, len(rows) + 1)
    choice = delivery.choices.get(sheet)
    merges = seen_merges(table.ranges, rows, range(len(rows)), range(width))
    spans, filled = fill_merged(rows, merges, numbers, choice)
    notes = [Note("merged_cells_filled", sheet, filled)] if filled else []
    if table.hidden_rows:
        notes.append(Note("hidden_rows_left_out", sheet, len(table.hidden_rows)))
    text = delivery.work_dir / f"{key}.text.parquet"
    written = write_text_table(text, lambda: rows, max_columns=delivery.limits.columns)
    request = TableRequest(
        key,
        f"{delivery.stem} {sheet}".strip(),
        delivery.work_dir / f"{key}.parquet",
        rows_lost=len(table.hidden_rows),
        notes=tuple(notes),
        sheet=sheet,
        choice=choice,
        spans=spans,
    )
    return finish_text_table(connection, written, request, delivery.limits)
