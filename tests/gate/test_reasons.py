"""Every reason that the gate can give is explained to a publisher."""

import ast
import re
from pathlib import Path

from portal.gate import CONTENT_RULES, UNRELEASABLE
from portal.i18n.reasons import REASONS as WORDED_REASONS
from portal.i18n.reasons import RULE_MESSAGES

REASONS = {**WORDED_REASONS, **{code: message.en for code, message in RULE_MESSAGES.items()}}

_NOTES = {f"found_{rule}" for rule, weight in CONTENT_RULES.items() if weight == "note"} | {"found_unknown"}
GATE = Path(__file__).resolve().parents[2] / "portal" / "gate"


def codes() -> set[str]:
    """Codes in the gate's own source: strings that look like one, where a reason, a rule or a contradiction is made."""
    found = set(UNRELEASABLE) | {f"found_{rule}" for rule in CONTENT_RULES} | {"found_unknown"}
    for path in GATE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                position = {"Reason": 0, "append": 0, "ColumnRule": 2}.get(name)
                if position is not None and len(node.args) > position:
                    argument = node.args[position]
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        found.add(argument.value)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("column_"):
                found.add(node.value)
    not_codes = {"column_actions"}
    return {code for code in found if re.fullmatch(r"[a-z_0-9]+", code)} - not_codes


def test_the_search_finds_codes() -> None:
    assert {"closed", "column_unannounced", "open_but_not_shared", "found_mobile_number", "table_empty"} <= codes()


def test_every_code_has_a_message() -> None:
    assert sorted(codes() - set(REASONS)) == []


def test_messages_about_held_records_say_what_to_do() -> None:
    for code in codes() & set(REASONS):
        if code.startswith("found_") and code not in _NOTES:
            assert REASONS[code].count(". ") >= 1, code
