"""Project one table under its plan, inspect what came out, and again where what was found must go as well.

What is left is exactly what would be published: the columns that the rules let out, without the rows whose day has come or
that a person withdrew. A table of which no column is open is staged as withheld: known, and nowhere shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from harvesters.records import DatasetRecord
from portal.gate import ColumnPlan, Reason, plan_columns, revise_plan
from portal.gate.names import column_key
from portal.ingest.harvest import Harvest
from portal.ingest.preparing.reading_plans import Choices
from portal.ingest.staging import StagedPart
from portal.ingest.texts import described
from portal.inspect import scan_table
from portal.kernel.columns import Column
from portal.kernel.declaration import Declaration, RowEnds
from portal.kernel.findings import Findings
from portal.kernel.ids import new_id
from portal.kernel.vocab import ColumnAction
from portal.tables import Projection, project
from portal.tables.row_cuts import RowCut, WithdrawnCell


@dataclass(frozen=True, slots=True)
class Work:
    """One record under preparation: what it says, what its department declared, and which of its rows were withdrawn."""

    harvest: Harvest
    record: DatasetRecord
    declaration: Declaration
    withdrawn: tuple[WithdrawnCell, ...] = ()
    choices: Choices = field(default_factory=dict)


def project_staged(work: Work, staged: StagedPart, table: Path, columns: Sequence[Column]) -> StagedPart:
    """The stage with its projection, its rules and what was found in it."""
    titled = described(columns, work.record.fields)
    plan = final = plan_columns(work.declaration, tuple(column.name for column in columns))
    ends, column = ends_of(work.declaration, titled)
    base = replace(staged, planned=plan.rules, is_withheld=not _shows_any(plan))
    if base.is_withheld:
        return _withheld(base, plan)
    projection, findings = _cut(work, table, titled, plan, ends)
    revised = revise_plan(work.declaration, plan, findings)
    if revised is not None and not _shows_any(revised):
        return _withheld(replace(base, is_withheld=True), revised)
    if revised is not None:
        final = revised
        projection, findings = _cut(work, table, titled, revised, ends)
    cut = projection.rows_cut
    return replace(
        base,
        rules=final.rules,
        plan_reasons=final.reasons,
        quality=_without_dropped(staged.quality, final),
        schema=projection.schema,
        preview=projection.preview,
        row_count=projection.row_count,
        sha256=projection.sha256,
        size_bytes=projection.size_bytes,
        findings=findings,
        profile=projection.profile,
        row_ends=ends,
        next_end_on=cut.next_end_on,
        rows_withdrawn=len(work.withdrawn),
        row_reasons=_row_reasons(final, column, projection, is_blank_forever=bool(ends and ends.is_blank_forever)),
    )


def ends_of(declaration: Declaration, columns: Sequence[Column]) -> tuple[RowEnds | None, str]:
    """The order about rows that end, by the table's own name of the column, and that name; both empty where it has none."""
    if declaration.row_ends is None:
        return None, ""
    key = column_key(declaration.row_ends.column)
    for column in columns:
        titles = [w.value for w in (column.title.zh, column.title.en) if w]
        if key in {column_key(name) for name in (column.name, column.source_name, *titles)}:
            return replace(declaration.row_ends, column=column.name), column.name
    return None, ""


def _row_reasons(plan: ColumnPlan, column: str, made: Projection, *, is_blank_forever: bool) -> tuple[Reason, ...]:
    """Why rows that end could stay: held until somebody looks. Rows that were left out are told in a note."""
    if not column:
        return ()
    action = next((rule.action for rule in plan.rules if rule.name == column), ColumnAction.DROP)
    if action is not ColumnAction.PUBLISH:
        return (Reason("row_ends_not_published", "hold", column),)
    cut, reasons = made.rows_cut, []
    if cut.blank_ends and not is_blank_forever:
        reasons.append(Reason("row_end_blank", "hold", column, cut.blank_ends))
    if cut.unreadable_ends:
        reasons.append(Reason("row_end_unreadable", "hold", column, cut.unreadable_ends))
    if cut.ended:
        reasons.append(Reason("rows_ended", "note", column, cut.ended))
    return tuple(reasons)


def _cut(
    work: Work, table: Path, columns: Sequence[Column], plan: ColumnPlan, ends: RowEnds | None
) -> tuple[Projection, Findings]:
    """Project under a plan and scan every row of what came out; the file stays in the work directory by its digest."""
    harvest = work.harvest
    beside = harvest.work_dir / f"{new_id()}.parquet"
    key = harvest.rows.key() if work.withdrawn else b""
    cut = RowCut(harvest.rows.today(harvest.now()), ends, work.withdrawn, key)
    projection = project(table, columns, plan.rules, beside, absent=plan.absent, cut=cut)
    path = beside.replace(harvest.work_dir / projection.sha256)
    return replace(projection, path=path), scan_table(path, digest=projection.sha256)


def _shows_any(plan: ColumnPlan) -> bool:
    return any(rule.action is not ColumnAction.DROP for rule in plan.rules)


def _withheld(staged: StagedPart, plan: ColumnPlan) -> StagedPart:
    return replace(staged, rules=plan.rules, plan_reasons=plan.reasons, quality={})


def _without_dropped(quality: Mapping[str, Any], plan: ColumnPlan) -> dict[str, Any]:
    """The quality report without notes about columns that are not public: a secret one's name is withheld, too."""
    dropped = {rule.name for rule in plan.rules if rule.action is ColumnAction.DROP}
    notes = [note for note in quality.get("notes", ()) if note["subject"] not in dropped]
    return {**quality, "notes": notes}
