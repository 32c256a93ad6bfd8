"""Apply column rules to a table that was read: what comes out is exactly what may be published."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from portal.kernel.columns import AbsentColumn, Column, ColumnRule, TableSchema
from portal.tables.query import JsonValue

PREVIEW_ROWS = 20


@dataclass(frozen=True, slots=True)
class Projection:
    """A Parquet file as it would be published. `preview`: the first 20 rows as JSON values in schema order."""

    path: Path
    schema: TableSchema
    row_count: int
    preview: tuple[tuple[JsonValue, ...], ...]
    sha256: str
    size_bytes: int


def project(
    source: Path,
    columns: Sequence[Column],
    rules: Iterable[ColumnRule],
    target: Path,
    *,
    absent: Sequence[AbsentColumn] = (),
) -> Projection:
    """Write the columns that the rules let out to `target`, in the order of `columns`.

    `rules` go by `Column.name`; a column without a rule is dropped. `columns` carry titles and descriptions for the
    data dictionary. `absent` adds columns that were announced and not delivered. Equal input gives equal bytes.
    Raises ProjectionError when a rule names no column or nothing would be left.
    """
    raise NotImplementedError
