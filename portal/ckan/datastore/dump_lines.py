"""Lines of csv and tsv for long dumps: the same text as `records.as_text` makes, a batch at a time in Polars."""

from collections.abc import Iterable, Iterator, Sequence

import polars as pl
import pyarrow as pa

from portal.ckan.datastore.fields import NESTED, ROW_ID, Field
from portal.kernel.vocab import ColumnType


def are_flat(fields: Sequence[Field]) -> bool:
    """Whether every field is a text, a number, a truth or a time: nested values are written one by one."""
    return all(field.type not in NESTED for field in fields)


def write_lines(fields: Sequence[Field], batches: Iterable[pa.RecordBatch], delimiter: str) -> Iterator[bytes]:
    """The lines of each batch, whose columns are those of the fields."""
    for batch in batches:
        frame = pl.DataFrame(
            [
                _printed(field, pl.Series(str(place), column))
                for place, (field, column) in enumerate(zip(fields, batch.columns, strict=True))
            ]
        )
        yield frame.write_csv(include_header=False, separator=delimiter, quote_style="necessary").encode()


def _printed(field: Field, column: pl.Series) -> pl.Series:
    if field.id == ROW_ID:
        return column + 1
    if field.column.type is ColumnType.NUMBER:
        return column.cast(pl.String).str.strip_suffix(".0")
    if field.column.type is ColumnType.DATETIME:
        return column.dt.strftime("%Y-%m-%dT%H:%M:%S%.3f")
    if field.column.type is ColumnType.BOOLEAN:
        return column.cast(pl.String).replace({"true": "t", "false": "f"})
    return column
