"""Closing acts at once: what an explicit decision closed leaves the public in the transaction that learns of it.

A refresh that is held, cannot be fetched or cannot be read keeps the last good version serving, but never a column, or a
dataset, that the department or a signed mapping has closed. Absence decides nothing here; see `drift.py`.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from harvesters.records import DatasetRecord, RawRecord
from portal.catalogue.commands import redact_columns, restrict_dataset, withdraw_dataset
from portal.db import Database
from portal.gate import closed_columns, declare, screen
from portal.ingest.comparing.known import Live, find_live
from portal.ingest.harvest import Harvest
from portal.ingest.preparing.assembling import labels_of
from portal.ingest.runs.bookkeeping import of_run
from portal.ingest.staging import StagedPart
from portal.kernel.columns import ColumnOrder, ColumnRule
from portal.kernel.declaration import Declaration
from portal.kernel.vocab import ColumnAction, Openness

CLOSED = "closed_by_source"


def has_closed_column(declaration: Declaration, live: Live | None) -> bool:
    """Whether a column of the live version is closed by decision."""
    return live is not None and any(closed_columns(declaration, part.actions) for part in live.parts)


def close_columns(
    session: Session, harvest: Harvest, dataset_id: str, declaration: Declaration, staged: Sequence[StagedPart] = ()
) -> tuple[int, ...]:
    """Take back the kept versions with a closed column; their numbers.

    `staged`: what was just published. A column that it withholds for whatever reason (closed, unannounced, personal data
    found in it) is withheld from the older versions too; one that is not delivered any more is not.
    """
    rules = {part.slug: part.rules for part in staged}
    if not _withholds(declaration, staged):
        return ()

    def is_closed(slug: str, columns: Mapping[str, ColumnOrder]) -> bool:
        if closed_columns(declaration, columns.items()):
            return True
        every = rules.get(slug, tuple(rule for of_part in rules.values() for rule in of_part))
        return any(_tightens(rule, columns) for rule in every)

    actor = f"source:{harvest.source.name}"
    return redact_columns(session, dataset_id, is_closed, actor=actor, now=harvest.now())


def restrict_if_decided(session: Session, harvest: Harvest, dataset_id: str, declaration: Declaration) -> None:
    """Take what is open to everyone back to applicants where the department says so, whatever else holds the record."""
    if declaration.mapping_signed_by and declaration.openness is Openness.CONDITIONAL:
        restrict_dataset(session, dataset_id, f"source:{harvest.source.name}", harvest.now())


def close_at_once(database: Database, harvest: Harvest, raw: RawRecord) -> bool:
    """What a record that got stuck on its way closes nevertheless; whether the dataset was withdrawn."""
    record = _mapped(harvest, raw)
    if record is None:
        return False
    declaration = declare(harvest.mapping, labels_of(record))
    is_refused = any(reason.severity == "refuse" for reason in screen(declaration))
    with of_run(database, harvest.run_id) as session:
        live = find_live(session, harvest.source_key(record.id))
        if live is None:
            return False
        if is_refused:
            actor = f"source:{harvest.source.name}"
            withdraw_dataset(session, live.dataset_id, CLOSED, actor, harvest.now(), stays=False)
            return True
        restrict_if_decided(session, harvest, live.dataset_id, declaration)
        return live.version in close_columns(session, harvest, live.dataset_id, declaration)


def _mapped(harvest: Harvest, raw: RawRecord) -> DatasetRecord | None:
    """The record, or None when nothing can be understood of it, so that nothing was decided."""
    try:
        return harvest.harvester.map_record(raw)
    except Exception:
        return None


def _withholds(declaration: Declaration, staged: Sequence[StagedPart]) -> bool:
    """Whether anything at all is closed: nearly always not, and then no older version need be looked at."""
    return bool(
        any(rule.action is not ColumnAction.PUBLISH for part in staged for rule in part.rules)
        or any(column.is_secret or column.openness != declaration.openness for column in declaration.columns)
        or declaration.drop_columns
        or declaration.column_actions
        or declaration.drop_sensitive_columns
    )


def _tightens(rule: ColumnRule, columns: Mapping[str, ColumnOrder]) -> bool:
    if rule.name not in columns or rule.action is ColumnAction.PUBLISH:
        return False
    return ColumnOrder(rule.action, rule.parameter) != columns[rule.name]
