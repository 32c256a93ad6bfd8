"""Compare with what is published: a table that lost its rows or changed its columns waits for a person.

What the department closed on purpose is no drift: a column that is still delivered and no longer open just goes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from portal.gate import Reason
from portal.ingest.comparing.profile_drift import compare_profiles
from portal.ingest.staging import StagedPart
from portal.kernel.columns import ColumnOrder
from portal.kernel.vocab import ColumnAction, PartKind
from portal.tables.profiles import TableProfile

ROWS_LOST_SHARE = 0.30


@dataclass(frozen=True, slots=True)
class LivePart:
    """A part of the published version. `columns`: (name, type) and `actions`: (name, what was done)
    in order; `preview`: its
    stored first rows."""

    slug: str
    kind: PartKind
    row_count: int | None
    columns: tuple[tuple[str, str], ...]
    sha256: str | None = None
    preview: tuple[tuple[Any, ...], ...] = ()
    actions: tuple[tuple[str, ColumnOrder], ...] = ()
    profile: TableProfile | None = None


def compare(live: Sequence[LivePart], staged: Sequence[StagedPart]) -> tuple[Reason, ...]:
    """Reasons of severity `hold` for every table or file that is gone, shrank, or changed its columns."""
    by_slug = {part.slug: part for part in staged}
    reasons: list[Reason] = []
    for old in live:
        new = by_slug.get(old.slug)
        if old.kind is PartKind.LINK:
            continue
        if new is None or new.kind is not old.kind:
            reasons.append(Reason("drift_part_missing", "hold", old.slug))
            continue
        if new.is_withheld:
            if any(rule.reason == "column_unannounced" for rule in new.rules):  # nobody decided that
                reasons.append(Reason("drift_part_missing", "hold", old.slug))
            continue
        reasons += _rows_lost(old, new)
        reasons += _columns_changed(old, new)
        reasons += _values_moved(old, new)
    return tuple(reasons)


def _rows_lost(old: LivePart, new: StagedPart) -> list[Reason]:
    before, after = old.row_count or 0, new.row_count or 0
    if before and before - after >= before * ROWS_LOST_SHARE:
        return [Reason("drift_rows_lost", "hold", old.slug, before - after)]
    return []


def _columns_changed(old: LivePart, new: StagedPart) -> list[Reason]:
    if new.schema is None:
        return []
    closed = {rule.name for rule in new.rules if rule.action is ColumnAction.DROP}
    before = {name: kind for name, kind in old.columns if name not in closed}
    after = {column.name: column.type.value for column in new.schema.columns}
    changed = [
        f"+{name}"
        if name not in before
        else f"-{name}"
        if name not in after
        else f"{name} {before[name]} → {after[name]}"
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]
    return [Reason("drift_columns_changed", "hold", ", ".join(changed)[:300], len(changed))] if changed else []


def _values_moved(old: LivePart, new: StagedPart) -> list[Reason]:
    """What the profiles tell, of columns with which the same was done; a version of a time before profiles tells nothing."""
    if old.profile is None or new.profile is None:
        return []
    orders = dict(old.actions)
    same = {r.name for r in new.rules if orders.get(r.name) == ColumnOrder(r.action, r.parameter)}
    return list(compare_profiles(new.slug, old.profile, new.profile, frozenset(same)))
