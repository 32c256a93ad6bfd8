"""DuckDB as the readers use it: small, and confined to the directories it is given."""

from collections.abc import Iterable
from pathlib import Path

import duckdb

WIDE_COLUMNS = 200
_MEMORY_MB = 256  # enough for tables of any length
_MEMORY_MB_A_WIDE_COLUMN = 0.5  # the Parquet writer holds a block or two for every column, however few its rows


def connect(work_dir: Path, files: Iterable[Path] = (), *, columns: int = 0) -> duckdb.DuckDBPyConnection:
    """An in-memory database that may read and write in `work_dir` and the given files, and nowhere else.

    Its memory depends on the `columns` of the table alone.
    """
    is_wide = columns > WIDE_COLUMNS
    memory_mb = _MEMORY_MB + (int(columns * _MEMORY_MB_A_WIDE_COLUMN) if is_wide else 0)
    spill = work_dir / "spill"
    spill.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(
        config={"threads": 1 if is_wide else 2, "memory_limit": f"{memory_mb}MB", "temp_directory": str(spill)}
    )
    connection.execute("SET allowed_directories = $directories", {"directories": [str(work_dir.resolve())]})
    connection.execute("SET allowed_paths = $paths", {"paths": [str(path.resolve()) for path in files]})
    connection.execute("SET enable_progress_bar = false")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def quoted(name: str) -> str:
    """A name as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as a quoted SQL literal, where the statement takes no parameter."""
    return "'" + text.replace("'", "''") + "'"
