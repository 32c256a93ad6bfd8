"""Rows of a statement as they come from the server, and an end in every case: the result goes before its connection.

A stream that is left early, fails or loses its line is cut: closing it politely would make PyMySQL read the rest of the table,
however many millions of rows that is, and a cursor whose connection went first cannot close itself.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Select


@contextmanager
def streaming(connection: Connection, statement: Select[Any], batch_rows: int) -> Iterator[Iterator[Sequence[Any]]]:
    """Batches of rows. Leaving the block before the last one ends the connection, which nothing else may use."""
    options = {"stream_results": True, "max_row_buffer": batch_rows}
    streamed = connection.execution_options(**options).execute(statement)
    cursor, is_whole = streamed.cursor, False

    def batches() -> Iterator[Sequence[Any]]:
        nonlocal is_whole
        yield from streamed.partitions(batch_rows)
        is_whole = True

    try:
        yield batches()
    finally:
        if not is_whole and connection.dialect.name != "sqlite":
            _cut(connection, cursor)
        streamed.close()


def _cut(connection: Connection, cursor: object) -> None:
    """Close the line under a result that is not read to its end. Only PyMySQL's must be told that nothing more comes."""
    result = getattr(cursor, "_result", None)
    if result is not None and hasattr(result, "unbuffered_active"):
        result.unbuffered_active = False
    connection.invalidate()
