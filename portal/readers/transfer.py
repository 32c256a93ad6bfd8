"""A reading as JSON, on its way from the child process to its parent."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from portal.kernel.columns import Column
from portal.kernel.text import Text
from portal.kernel.vocab import ColumnType, PartKind
from portal.readers.headers.proof import HeaderReading
from portal.readers.layers.words import GEOMETRY_TITLE, geometry_description
from portal.readers.reading import FileReading, Note, TableReading
from portal.readers.typed_table import title_of


def reading_to_json(reading: FileReading) -> dict[str, Any]:
    """A JSON-like object; paths as file names, for they all lie in the work directory."""
    return {
        "kind": reading.kind.value,
        "real_format": reading.real_format,
        "media_type": reading.media_type,
        "encoding": reading.encoding,
        "tables": [_table_to_json(table) for table in reading.tables],
        "hidden_texts": {place: list(texts) for place, texts in reading.hidden_texts.items()},
        "has_hidden_content": reading.has_hidden_content,
        "original_text": reading.original_text.name if reading.original_text else None,
        "notes": [asdict(note) for note in reading.notes],
        "uninspected": [asdict(note) for note in reading.uninspected],
    }


def reading_from_json(value: dict[str, Any], work_dir: Path) -> FileReading:
    """The reading again, with paths in `work_dir`."""
    return FileReading(
        kind=PartKind(value["kind"]),
        real_format=value["real_format"],
        media_type=value["media_type"],
        encoding=value["encoding"],
        tables=tuple(_table_from_json(table, work_dir) for table in value["tables"]),
        hidden_texts={place: tuple(texts) for place, texts in value["hidden_texts"].items()},
        has_hidden_content=value["has_hidden_content"],
        original_text=work_dir / Path(value["original_text"]).name if value["original_text"] else None,
        notes=tuple(Note(**note) for note in value["notes"]),
        uninspected=tuple(Note(**note) for note in value["uninspected"]),
    )


def _table_to_json(table: TableReading) -> dict[str, Any]:
    return {
        "key": table.key,
        "name": table.name,
        "path": table.path.name,
        "columns": [
            [
                column.name,
                column.type.value,
                column.source_name,
                column.null_count,
                column.failed_casts,
                column.delivered_crs,
            ]
            for column in table.columns
        ],
        "rows_read": table.rows_read,
        "rows_lost": table.rows_lost,
        "notes": [asdict(note) for note in table.notes],
        "titles": list(table.titles),
        "sheet": table.sheet,
        "header": asdict(table.header) if table.header else None,
        "footers": list(table.footers),
    }


def _table_from_json(value: dict[str, Any], work_dir: Path) -> TableReading:
    return TableReading(
        key=value["key"],
        name=value["name"],
        path=work_dir / Path(value["path"]).name,
        columns=tuple(_column(cells) for cells in value["columns"]),
        rows_read=value["rows_read"],
        rows_lost=value["rows_lost"],
        notes=tuple(Note(**note) for note in value["notes"]),
        titles=tuple(value["titles"]),
        sheet=value["sheet"],
        header=_header_from_json(value["header"]),
        footers=tuple(value["footers"]),
    )


def _header_from_json(value: dict[str, Any] | None) -> HeaderReading | None:
    return HeaderReading(**(value | {"names": tuple(value["names"])})) if value else None


def _column(cells: list[Any]) -> Column:
    name, type_, source_name, null_count, failed_casts, delivered_crs = cells
    kind = ColumnType(type_)
    is_place = kind is ColumnType.GEOMETRY
    return Column(
        name=name,
        type=kind,
        title=GEOMETRY_TITLE if is_place else title_of(source_name),
        description=geometry_description(delivered_crs) if is_place else Text(),
        source_name=source_name,
        null_count=null_count,
        failed_casts=failed_casts,
        delivered_crs=delivered_crs,
    )
