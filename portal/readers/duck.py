"""DuckDB as the readers use it: small, and confined to the directories it is given."""

from collections.abc import Iterable
from pathlib import Path

import duckdb

_MEMORY = "256MB"


def connect(work_dir: Path, files: Iterable[Path] = ()) -> duckdb.DuckDBPyConnection:
    """An in-memory database that may read and write in `work_dir` and the given files, and nowhere else."""
    spill = work_dir / "spill"
    spill.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(config={"threads": 2, "memory_limit": _MEMORY, "temp_directory": str(spill)})
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
