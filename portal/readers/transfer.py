"""A reading as JSON, on its way from the child process to its parent."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from portal.kernel.columns import Column
from portal.kernel.text import Text
from portal.kernel.vocab import ColumnType, PartKind
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
    )


def _table_to_json(table: TableReading) -> dict[str, Any]:
    return {
        "key": table.key,
        "name": table.name,
        "path": table.path.name,
        "columns": [
            [column.name, column.type.value, column.source_name, column.null_count, column.failed_casts]
            for column in table.columns
        ],
        "rows_read": table.rows_read,
        "rows_lost": table.rows_lost,
        "notes": [asdict(note) for note in table.notes],
        "titles": list(table.titles),
    }


def _table_from_json(value: dict[str, Any], work_dir: Path) -> TableReading:
    return TableReading(
        key=value["key"],
        name=value["name"],
        path=work_dir / Path(value["path"]).name,
        columns=tuple(_column(*cells) for cells in value["columns"]),
        rows_read=value["rows_read"],
        rows_lost=value["rows_lost"],
        notes=tuple(Note(**note) for note in value["notes"]),
        titles=tuple(value["titles"]),
    )


def _column(name: str, type_: str, source_name: str, null_count: int, failed_casts: int) -> Column:
    return Column(name, ColumnType(type_), title_of(source_name), Text(), source_name, null_count, failed_casts)
