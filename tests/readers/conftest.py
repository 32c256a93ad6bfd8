"""Open contents in this process, and look at the rows that come out."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from portal.readers.opening import Delivery, open_file
from portal.readers.reading import FileReading, ReadingLimits, TableReading

Opened = Callable[..., FileReading]


def select(sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        return connection.execute(sql).fetchall()


def rows_of(table: TableReading) -> list[tuple[object, ...]]:
    """All rows of a typed table."""
    return select(f"SELECT * FROM read_parquet('{table.path}')")


def types_of(table: TableReading) -> dict[str, str]:
    return {column.name: column.type.value for column in table.columns}


def notes_of(table: TableReading) -> dict[str, int | None]:
    return {note.code: note.count for note in table.notes}


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    """Open bytes, a text (written as UTF-8) or a path."""

    def open_it(content: bytes | str | Path, file_name: str = "file.csv", **changes: object) -> FileReading:
        path = tmp_path / "delivered"
        if isinstance(content, Path):
            path = content
        else:
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        work_dir = tmp_path / "work"
        work_dir.mkdir(exist_ok=True)
        limits = changes.pop("limits", ReadingLimits())
        return open_file(Delivery(path, file_name, work_dir, limits=limits, **changes))  # type: ignore[arg-type]

    return open_it
