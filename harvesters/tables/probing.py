"""Cheap questions about a table before it is read: did it change, is it finished, does it stand still?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timezone
from hashlib import blake2b

from sqlalchemy import ColumnElement, Connection, Table, func, or_, select

from harvesters.errors import NotReady, SkipRecord
from harvesters.tables.inspecting import TableShape, inspected, require
from harvesters.tables.marks import mark_of, start_of
from harvesters.tables.options import BatchMarker, Reading
from harvesters.tables.streaming import streaming
from harvesters.texts import stamp_of

_FETCH = 5_000


@dataclass(frozen=True, slots=True)
class Probe:
    """What a table looked like at one moment. `problem`: why it is not to be read now, in a sentence."""

    stamp: str
    row_count: int
    problem: str = ""


def probe(connection: Connection, shape: TableShape, reading: Reading, *, zone: timezone, record_id: str) -> Probe:
    """The table's data stamp and whether its batch is finished. Raises SkipRecord where a name is not in the schema.

    With a mark: rows, the newest mark, and the rows of the overlap window. With a batch marker alone: rows and the newest
    batch. With neither every row is read, for nothing else would tell of a change.
    """
    table = shape.table()
    require_names(shape, reading, record_id)
    batch, problem = _batch(connection, shape, reading, record_id)
    parts: list[object] = [[(name, kind.value) for name, kind in shape.columns], batch]
    if reading.mark_columns:
        mark_column = table.c[reading.mark_columns[0]]
        count, newest = connection.execute(select(func.count(), func.max(mark_column)).select_from(table)).one()
        mark = mark_of(reading, (newest, None), zone)
        start = start_of(reading, mark) if mark else None
        window = select(func.count()).select_from(table).where(mark_column >= start)
        parts += [count, str(newest), connection.scalar(window) if start is not None else None]
    elif reading.batch and reading.batch.table:
        count = connection.scalar(select(func.count()).select_from(table)) or 0
        parts.append(count)
    else:
        count, digest = _content(connection, table)
        parts += [count, digest]
    return Probe(stamp_of(*parts), count, problem)


def require_names(shape: TableShape, reading: Reading, record_id: str) -> None:
    """Every configured column is in the inspected table, or SkipRecord names it."""
    batch_column = reading.batch.column if reading.batch else ""
    require(shape, (*reading.keys, *reading.mark_columns, reading.operation, batch_column), record_id)


def refuse_unfinished(connection: Connection, shape: TableShape, reading: Reading, record_id: str) -> None:
    """Raise NotReady when the batch marker, as this very transaction sees it, does not say "finished"."""
    _, problem = _batch(connection, shape, reading, record_id)
    if problem:
        raise NotReady(problem, record_id=record_id)


def _batch(connection: Connection, shape: TableShape, reading: Reading, record_id: str) -> tuple[str, str]:
    """(what identifies the newest batch, why it is not finished)."""
    marker = reading.batch
    if marker is None:
        return "", ""
    if marker.column:
        column = shape.table().c[marker.column]
        open_rows = select(func.count()).where(or_(column.is_(None), column.not_in(sorted(marker.finished))))
        count = connection.scalar(open_rows) or 0
        said = f"{count:,} rows of {shape.name!r} are of a batch that is not finished; it is read when all are."
        return "", said if count else ""
    return _newest_batch(connection, shape, marker, record_id)


def _newest_batch(connection: Connection, shape: TableShape, marker: BatchMarker, record_id: str) -> tuple[str, str]:
    listed = inspected(connection, (marker.table,), shape.schema).get(marker.table)
    if listed is None:
        raise SkipRecord(f"There is no batch table {marker.table!r} in the database.", record_id=record_id)
    require(listed, (marker.table_column, marker.state_column, marker.order_column), record_id)
    table = listed.table()
    state, order = table.c[marker.state_column], table.c[marker.order_column]
    statement = select(state, order).order_by(order.desc()).limit(1)
    if marker.table_column:
        condition: ColumnElement[bool] = table.c[marker.table_column] == shape.name
        statement = statement.where(condition)
    newest = connection.execute(statement).first()
    if newest is None:
        return "", f"The batch table {marker.table!r} has no line about {shape.name!r} yet."
    found = "" if newest[0] is None else str(newest[0]).strip()
    problem = "" if found in marker.finished else f"The newest batch of {shape.name!r} is not marked as finished."
    return f"{newest[1]} {found}", problem


def _content(connection: Connection, table: Table) -> tuple[int, str]:
    """Rows, and a digest of all of them that does not depend on their order; memory holds some thousand rows."""
    total, count = 0, 0
    with streaming(connection, select(table), _FETCH) as batches:
        for rows in batches:
            count += len(rows)
            for row in rows:
                content = repr(tuple(row)).encode("utf-8", "replace")
                total += int.from_bytes(blake2b(content, digest_size=16).digest(), "big")
    return count, f"{total % (1 << 128):032x}"


def still_moving(first: Mapping[str, Probe], second: Mapping[str, Probe]) -> dict[str, str]:
    """Record → why it is not to be read now: it changed between two looks."""
    return {
        record_id: "The table was written to while it was looked at; it is read when it stands still."
        for record_id, found in second.items()
        if record_id in first and first[record_id].stamp != found.stamp
    }
