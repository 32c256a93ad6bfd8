"""Misbehaviour on request: rules that say which answer is spoiled, how, after how many good ones, and how often."""

import threading
from dataclasses import dataclass
from typing import Any

KINDS = frozenset(
    {
        "error_200", "double_encoded", "empty_page", "expire_secret", "login_page", "slow", "drip", "broken", "reset",
        "repeat_page", "no_identifier", "same_identifier", "not_an_object", "duplicate_columns", "empty_column",
        "long_title", "truncated_file", "bomb", "status", "redirect", "huge", "extra_column", "ragged_row", "gb18030",
        "not_json", "missing_total", "replace", "drop_column",
    }
)  # fmt: skip


@dataclass
class Rule:
    """`place`: list | rows | file | secret | any. `page` and `resource` narrow it. `times` -1: for ever."""

    kind: str
    place: str = "any"
    resource: str = ""
    page: int = 0
    after: int = 0
    times: int = 1
    value: Any = None

    def fits(self, place: str, resource: str, page: int) -> bool:
        return (
            self.place in {"any", place}
            and (not self.resource or self.resource == resource)
            and (not self.page or self.page == page)
        )


class Mischief:
    """The rules in force."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []
        self._lock = threading.Lock()

    def add(self, rule: Rule) -> None:
        """Raises ValueError on a kind that does not exist."""
        if rule.kind not in KINDS:
            raise ValueError(f"There is no misbehaviour {rule.kind!r}; known: {', '.join(sorted(KINDS))}.")
        with self._lock:
            self._rules.append(rule)

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()

    def take(self, place: str, resource: str, page: int) -> Rule | None:
        """The rule that spoils this answer, if any; it counts down."""
        with self._lock:
            for rule in self._rules:
                if not rule.fits(place, resource, page):
                    continue
                if rule.after > 0:
                    rule.after -= 1
                    continue
                if rule.times == 0:
                    continue
                if rule.times > 0:
                    rule.times -= 1
                return rule
        return None
