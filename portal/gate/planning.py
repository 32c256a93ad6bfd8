"""The second layer: a rule for every delivered column, made before anything is stored in a public place."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from portal.gate.content import is_sensitive_in_column
from portal.gate.lexicon import sensitive_kind
from portal.gate.verdicts import Reason, Severity
from portal.kernel.columns import AbsentColumn, ColumnRule
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
_MADE_UNIQUE = re.compile(r"_\d+$")
_LONGEST_NAME = 120
"""Readers call the second column of a name `name_2`, and cut names at this many characters."""
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
    dropped = {key for name in declaration.drop_columns for key in _keys(name)}
    actions = {key: action for name, action in declaration.column_actions for key in _keys(name)}
    is_covered = declaration.columns_follow_resource and not any(c.openness for c in declaration.columns)
    rules = []
    for name in delivered:
        key = column_key(name)
        like = key if key in known else _first_of_its_name(name)
        if key in dropped or like in dropped:
            rules.append(ColumnRule(name, ColumnAction.DROP, "column_dropped_by_mapping"))
            continue
        is_secret = any(column.is_secret for column in (*known.get(key, ()), *known.get(like, ())))
        code = "column_secret" if is_secret else _reason_to_drop(key, known.get(key, ()), is_covered)
        action = actions.get(key) or actions.get(like)
        if code:
            rules.append(ColumnRule(name, ColumnAction.DROP, code))
        elif action:
            rules.append(ColumnRule(name, action, "column_changed_by_mapping"))
        elif declaration.drop_sensitive_columns and sensitive_kind(name):
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
    found = {f.column for f in findings.findings if f.column is not None and is_sensitive_in_column(f.rule)}
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


def closed_columns(declaration: Declaration, published: Iterable[tuple[str, ColumnAction]]) -> frozenset[str]:
    """Those published columns (name, action) that an explicit decision closes or tightens, delivered again or not.

    A column that is merely no longer announced is none: absence is not a decision. Without a signed mapping nobody knows
    what a label decides, so none is.
    """
    actions = dict(published)
    if not declaration.mapping_signed_by:
        return frozenset()
    return frozenset(
        rule.name
        for rule in plan_columns(declaration, tuple(actions)).rules
        if (rule.action is ColumnAction.DROP and rule.reason in _DECISIONS)
        or rule.action not in (ColumnAction.DROP, ColumnAction.PUBLISH, actions[rule.name])
    )


def column_key(name: str) -> str:
    """A column name as it is compared: NFKC, case folded, without white space and invisible characters."""
    normal = unicodedata.normalize("NFKC", name)
    return "".join(sign for sign in normal if not sign.isspace() and unicodedata.category(sign) != "Cf").casefold()


def _keys(name: str) -> set[str]:
    """What a name that somebody wrote may be called in a table: whole, or as short as readers make it."""
    return {column_key(name), column_key(name[:_LONGEST_NAME])} - {""}


def _first_of_its_name(name: str) -> str:
    """The key of the column that a repeated one (`name_2`) repeats: what keeps that in, keeps this in."""
    return column_key(_MADE_UNIQUE.sub("", name))


def _by_name(columns: tuple[DeclaredColumn, ...]) -> dict[str, tuple[DeclaredColumn, ...]]:
    known: dict[str, tuple[DeclaredColumn, ...]] = {}
    for column in columns:
        for key in _keys(column.name) | _keys(column.title):
            known[key] = (*known.get(key, ()), column)
    return known


def _reason_to_drop(key: str, declared: tuple[DeclaredColumn, ...], is_covered: bool) -> str | None:
    """Why a column may not be published; of several declarations under one name, the strictest counts."""
    if not key:
        return "column_unnamed"
    if is_covered:
        return None
    if not declared:
        return "column_unannounced"
    for openness in (Openness.CLOSED, Openness.CONDITIONAL, None):
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
