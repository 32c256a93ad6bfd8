"""What may be public. Pure: no I/O, no database, no clock. The only maker of `Admitted`."""

from portal.gate.content import CONTENT_RULES, is_sensitive_in_column
from portal.gate.declaring import ColumnLabels, DeclaredLabels, declare
from portal.gate.judging import judge, judge_cut, may_offer_original
from portal.gate.lexicon import names_person, sensitive_kind
from portal.gate.mapping import Signature, ValueMapping
from portal.gate.names import is_same_person, person_key
from portal.gate.orders import MappingInvalid
from portal.gate.permissions import find_name_permission, find_permission
from portal.gate.planning import ColumnPlan, closed_columns, plan_columns, revise_plan
from portal.gate.screening import UNRELEASABLE, screen
from portal.gate.second_person import WAITS_FOR_SECOND, asks_for_assessment, asks_for_two
from portal.gate.verdicts import Admitted, Case, CutCase, Held, JudgedPart, Reason, Refused, Release, Verdict
from portal.gate.version import GATE_VERSION

__all__ = [
    "CONTENT_RULES",
    "GATE_VERSION",
    "UNRELEASABLE",
    "WAITS_FOR_SECOND",
    "Admitted",
    "Case",
    "ColumnLabels",
    "ColumnPlan",
    "CutCase",
    "DeclaredLabels",
    "Held",
    "JudgedPart",
    "MappingInvalid",
    "Reason",
    "Refused",
    "Release",
    "Signature",
    "ValueMapping",
    "Verdict",
    "asks_for_assessment",
    "asks_for_two",
    "closed_columns",
    "declare",
    "find_name_permission",
    "find_permission",
    "is_same_person",
    "is_sensitive_in_column",
    "judge",
    "judge_cut",
    "may_offer_original",
    "names_person",
    "person_key",
    "plan_columns",
    "revise_plan",
    "screen",
    "sensitive_kind",
]
