"""The second layer: a rule for every delivered column, made before anything is stored in a public place."""

from collections.abc import Iterable
from dataclasses import dataclass

from portal.gate.content import is_sensitive_in_column
from portal.gate.lexicon import sensitive_kind
from portal.gate.names import column_key, column_keys, first_of_its_name
from portal.gate.permissions import find_name_permission, find_permission
from portal.gate.verdicts import Reason, Severity
from portal.kernel.columns import AbsentColumn, ColumnOrder, ColumnRule
from portal.kernel.declaration import Declaration, DeclaredColumn
from portal.kernel.findings import Findings
from portal.kernel.vocab import ColumnAction, Openness

_SEVERITY: dict[str, Severity] = {
    "column_unannounced": "alarm",
    "column_secret": "alarm",
    "column_sensitive_name": "alarm",
    "column_sensitive_content": "alarm",
    "column_unnamed": "alarm",
    "column_undeclared": "alarm",
}
_OPENNESS_CODES = {
    Openness.CLOSED: "column_closed",
    Openness.CONDITIONAL: "column_conditional",
    None: "column_undeclared",
}

_DECISIONS = frozenset(
    {"column_closed", "column_conditional", "column_secret", "column_dropped_by_mapping", "column_sensitive_name"}
)


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """One rule per delivered column, in delivered order; what to tell the publisher; what the public reads as absent.

    The name of a column that is marked secret is withheld in `absent`.
    """

    rules: tuple[ColumnRule, ...]
    reasons: tuple[Reason, ...]
    absent: tuple[AbsentColumn, ...]


def plan_columns(declaration: Declaration, delivered: tuple[str, ...]) -> ColumnPlan:
    """The rules for these delivered columns under this declaration."""
    known = _by_name(declaration.columns)
    dropped = {key for name in declaration.drop_columns for key in column_keys(name)}
    orders = {key: order for name, order in declaration.column_actions for key in column_keys(name)}
    is_covered = declaration.columns_follow_resource and not any(c.openness for c in declaration.columns)
    rules = []
    for name in delivered:
        key = column_key(name)
        like = key if key in known else first_of_its_name(name)
        if key in dropped or like in dropped:
            rules.append(ColumnRule(name, ColumnAction.DROP, "column_dropped_by_mapping"))
            continue
        is_secret = any(column.is_secret for column in (*known.get(key, ()), *known.get(like, ())))
        code = "column_secret" if is_secret else _reason_to_drop(key, known.get(key, ()), declaration, is_covered)
        order = orders.get(key) or orders.get(like)
        if code:
            rules.append(ColumnRule(name, ColumnAction.DROP, code))
        elif order:
            rules.append(ColumnRule(name, order.action, "column_changed_by_mapping", order.parameter))
        elif declaration.drop_sensitive_columns and _is_sensitive(declaration, name):
            rules.append(ColumnRule(name, ColumnAction.DROP, "column_sensitive_name"))
        else:
            reason = "column_open" if known.get(key) and not is_covered else "column_follows_resource"
            rules.append(ColumnRule(name, ColumnAction.PUBLISH, reason))
    return _plan(tuple(rules))


def revise_plan(declaration: Declaration, plan: ColumnPlan, findings: Findings) -> ColumnPlan | None:
    """The plan without the columns in which a scan found personal data, if the signed mapping orders that.

    None: nothing to change, or no such order. The table is then projected by the new plan and scanned again; what a
    second scan still finds holds the record.
    """
    if not declaration.drop_sensitive_columns or not declaration.mapping_signed_by:
        return None
    found = {
        f.column
        for f in findings.findings
        if f.column is not None and is_sensitive_in_column(f.rule) and not find_permission(declaration, f)
    }
    if not any(rule.name in found and rule.action is not ColumnAction.DROP for rule in plan.rules):
        return None
    return _plan(
        tuple(
            ColumnRule(rule.name, ColumnAction.DROP, "column_sensitive_content")
            if rule.name in found and rule.action is not ColumnAction.DROP
            else rule
            for rule in plan.rules
        )
    )


def closed_columns(declaration: Declaration, published: Iterable[tuple[str, ColumnOrder]]) -> frozenset[str]:
    """Those published columns (name, what was done) that an explicit decision closes or changes, delivered again or not.

    A column that is merely no longer announced is none: absence is not a decision. Without a signed mapping nobody knows
    what a label decides, so none is.
    """
    orders = dict(published)
    if not declaration.mapping_signed_by:
        return frozenset()
    return frozenset(
        rule.name
        for rule in plan_columns(declaration, tuple(orders)).rules
        if (rule.action is ColumnAction.DROP and rule.reason in _DECISIONS)
        or (
            rule.action not in (ColumnAction.DROP, ColumnAction.PUBLISH)
            and ColumnOrder(rule.action, rule.parameter) != orders[rule.name]
        )
    )


def _is_sensitive(declaration: Declaration, name: str) -> bool:
    """Whether a name says what may not be public, and no signed permission is about it."""
    kind = sensitive_kind(name)
    return bool(kind) and find_name_permission(declaration, name, str(kind)) is None


def _by_name(columns: tuple[DeclaredColumn, ...]) -> dict[str, tuple[DeclaredColumn, ...]]:
    known: dict[str, tuple[DeclaredColumn, ...]] = {}
    for column in columns:
        for key in column_keys(column.name) | column_keys(column.title):
            known[key] = (*known.get(key, ()), column)
    return known


def _reason_to_drop(
    key: str, declared: tuple[DeclaredColumn, ...], declaration: Declaration, is_covered: bool
) -> str | None:
    """Why a column may not be published; of several declarations under one name, the strictest counts. A column that is
    open on application goes with a resource that is, and with no other."""
    if not key:
        return "column_unnamed"
    if is_covered:
        return None
    if not declared:
        return "column_unannounced"
    is_for_applicants = declaration.openness is Openness.CONDITIONAL
    for openness in (Openness.CLOSED, None) if is_for_applicants else (Openness.CLOSED, Openness.CONDITIONAL, None):
        if any(column.openness is openness for column in declared):
            return _OPENNESS_CODES[openness]
    return None


def _plan(rules: tuple[ColumnRule, ...]) -> ColumnPlan:
    gone = [rule for rule in rules if rule.action is ColumnAction.DROP]
    return ColumnPlan(
        rules=rules,
        reasons=tuple(
            Reason(rule.reason, _SEVERITY.get(rule.reason, "note"), rule.name)
            for rule in rules
            if rule.action is not ColumnAction.PUBLISH
        ),
        absent=tuple(AbsentColumn("" if r.reason == "column_secret" else r.name, r.reason) for r in gone),
    )
