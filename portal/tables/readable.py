"""A table that the caller may read: made by `catalogue.open_version` alone."""

from dataclasses import dataclass
from pathlib import Path

from portal.kernel.columns import TableSchema


@dataclass(frozen=True, slots=True)
class ReadableTable:
    """A published Parquet file and its schema. `version_key` (`k3…@v3/schools`) pins cursors; `digest` is its SHA-256."""

    path: Path
    schema: TableSchema
    row_count: int
    version_key: str
    digest: str
