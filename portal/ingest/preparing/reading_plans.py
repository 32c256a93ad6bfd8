"""Where the header of a delivered table is: what was proposed, and what persons confirmed for which shape of the delivery."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from harvesters.records import FieldRecord
from portal.db import table_of
from portal.gate import Reason
from portal.ingest.models import ReadingPlan
from portal.ingest.staging import StagedPart
from portal.readers import HeaderChoice, TableReading

UNCERTAIN = "header_uncertain"
_SUBJECT_CHARS = 300
_PLAN = table_of(ReadingPlan).c
_FIND = (
    select(table_of(ReadingPlan))
    .where(_PLAN.source_name == bindparam("source"), _PLAN.record_id.in_(bindparam("ids", expanding=True)))
    .order_by(_PLAN.id)
)
Choices = Mapping[tuple[str, str], HeaderChoice]


def choices_of(session: Session, source_name: str, record_ids: Sequence[str]) -> dict[str, Choices]:
    """Record id → (part key, sheet) → the header confirmed last; one statement for all."""
    found: dict[str, dict[tuple[str, str], HeaderChoice]] = {}
    for row in session.execute(_FIND, {"source": source_name, "ids": list(record_ids)}):
        choice = HeaderChoice(row.header_row, row.header_rows, tuple(row.names), row.shape)
        found.setdefault(row.record_id, {})[(row.part_key, row.sheet)] = choice
    return {**found}


def of_part(choices: Choices, part_key: str) -> dict[str, HeaderChoice]:
    """Sheet → the confirmed header of one part's tables."""
    return {sheet: choice for (key, sheet), choice in choices.items() if key == part_key}


def keep_choice(
    session: Session, record: tuple[str, str], place: tuple[str, str], choice: HeaderChoice, *, by: str, now: datetime
) -> None:
    """Note that a person confirmed a header. `record`: source and record id, `place`: part key and sheet."""
    session.add(
        ReadingPlan(
            source_name=record[0],
            record_id=record[1],
            part_key=place[0],
            sheet=place[1],
            header_row=choice.row,
            header_rows=choice.rows,
            names=list(choice.names),
            shape=choice.shape,
            decided_by=by,
            decided_at=now,
        )
    )


def header_of(table: TableReading, fields: Sequence[FieldRecord]) -> dict[str, Any]:
    """The header as a staged part keeps it: place, shape, and whether it is certain; its words are the columns' names.

    A header whose every name the department announced is certain as well.
    """
    if table.header is None:
        return {}
    value = asdict(table.header) | {"sheet": table.sheet}
    names = {name for name in value.pop("names") if name}
    announced = {text for field in fields for text in (field.name, field.title) if text}
    is_announced = bool(names) and names <= announced
    return value | {"is_certain": table.header.is_certain or is_announced}


def proposals(staged: Sequence[StagedPart]) -> tuple[Reason, ...]:
    """A hold for every table whose header is only proposed; names that are not public are not told."""
    reasons = []
    for part in staged:
        if part.header and not part.header["is_certain"]:
            names = " | ".join(column.name for column in part.schema.columns) if part.schema else ""
            subject = f"{part.slug}: {names}"[:_SUBJECT_CHARS] if part.header["rows"] and names else part.slug
            reasons.append(Reason(UNCERTAIN, "hold", subject, part.header["row"]))
    return tuple(reasons)
