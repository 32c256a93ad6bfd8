"""`filters` of CKAN 2.12 as a tree: field comparisons joined by `$and` and `$or`, echoed to the client as `filterops`.

Rules of CKAN's filter specification: a dictionary joins its keys by AND, a list of dictionaries by OR; a field's value is a
constant (`eq`), a list (`in`), a dictionary of operators (AND), or a list with such dictionaries in it (OR). A field whose
name begins with `$` is written with `$$`.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from portal.ckan.errors import ValidationError
from portal.ckan.values import check_values

AND: Final = "$and"
OR: Final = "$or"
COMPARISONS: Final = frozenset({"eq", "in", "gt", "gte", "lt", "lte"})
MAX_DEPTH: Final = 10
MAX_OPERATIONS: Final = 100
_TOO_MANY = "Maximum number of filter operations exceeded"


@dataclass(frozen=True, slots=True)
class FilterOp:
    """One comparison (`field` and `value`), or `$and` / `$or` of `members`."""

    op: str
    field: str | None = None
    value: object = None
    members: tuple["FilterOp", ...] = ()

    def as_json(self) -> dict[str, object]:
        """As CKAN echoes it."""
        value = [member.as_json() for member in self.members] if self.field is None else self.value
        return {"op": self.op, "field": self.field, "value": value}


def read_filters(given: object) -> object:
    """`filters` as it came, decoded when it is text. Raises ValidationError for what is no JSON."""
    if given is None or isinstance(given, dict | list):
        return given
    try:
        found = json.loads(given) if isinstance(given, str) else _not_json()
    except (ValueError, RecursionError) as error:
        raise ValidationError({"filters": ["Cannot parse JSON"]}) from error
    check_values(found)
    return found


def _not_json() -> object:
    raise ValueError


def parse_filters(given: object, fields: Collection[str]) -> FilterOp | None:
    """The tree of decoded filters, None when they ask nothing. Raises ValidationError (`filters`)."""
    if not given:
        return None
    parser = _Parser(fields)
    found = parser.whole(given)
    if parser.errors:
        raise ValidationError({"filters": parser.errors})
    return found


class _Parser:
    """One parse: counts operations, and gathers what is wrong so that all of it is told at once."""

    def __init__(self, fields: Collection[str]) -> None:
        self._fields, self._count = fields, 0
        self.errors: list[str] = []

    def whole(self, given: object) -> FilterOp | None:
        if isinstance(given, Mapping):
            return self._joined(AND, self._of_mapping(given, 0))
        if isinstance(given, list) and all(isinstance(item, dict) for item in given):
            return self._group(OR, _merged(self._members(given, 0), OR))
        raise ValidationError({"filters": ["Filters must be defined as a dict or a list of dicts"]})

    def _of_mapping(self, given: Mapping[str, object], depth: int) -> list[FilterOp]:
        """One operation a key; nested groups of the same kind are merged into the one around them."""
        if len(given) >= MAX_OPERATIONS:
            raise ValidationError({"filters": [_TOO_MANY]})
        found: list[FilterOp] = []
        for key, value in given.items():
            if key.startswith("$") and not key.startswith("$$"):
                found += self._operator(key, value, depth)
            elif (op := self._field(key.removeprefix("$") if key.startswith("$$") else key, value)) is not None:
                found.append(op)
        return found

    def _operator(self, key: str, value: object, depth: int) -> list[FilterOp]:
        if key not in (AND, OR):
            self.errors.append(f"Unknown operators (must be one of $or, $and): {key[:100]}")
            return []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.errors.append(f"Filter operations must be defined as a list of dicts: {key}")
            return []
        members = _merged(self._members(value, depth), key)
        if depth == 0 and key == AND:
            return members
        group = self._group(key, members)
        return [] if group is None else [group]

    def _members(self, items: Sequence[Mapping[str, object]], depth: int) -> list[FilterOp]:
        if depth + 1 >= MAX_DEPTH:
            raise ValidationError({"filters": ["Maximum nesting depth for filter operations reached"]})
        if len(items) >= MAX_OPERATIONS:
            raise ValidationError({"filters": [_TOO_MANY]})
        found = [self._joined(AND, _merged(self._of_mapping(item, depth + 1), AND)) for item in items]
        return [op for op in found if op is not None]

    def _field(self, name: str, value: object) -> FilterOp | None:
        if isinstance(value, Mapping):
            if not value:
                self.errors.append(f"No operation given for field: {name[:100]}")
                return None
            return self._joined(AND, [op for o, v in value.items() if (op := self._compare(name, o, v)) is not None])
        if not isinstance(value, list):
            return self._compare(name, "eq", value)
        operations = [item for item in value if isinstance(item, dict)]
        constants = [item for item in value if not isinstance(item, dict)]
        if not operations:
            return self._compare(name, "in", constants)
        members = [op for item in operations if (op := self._field(name, item)) is not None]
        if constants and (op := self._compare(name, "in", constants)) is not None:
            members.append(op)
        return self._group(OR, members)

    def _compare(self, name: str, op: str, value: object) -> FilterOp | None:
        if name not in self._fields:
            self.errors.append(f"Unknown field: {name[:100]}")
            return None
        if op not in COMPARISONS:
            self.errors.append(f"Unknown filter operation: {op[:100]!r}")
            return None
        if op == "in" and not isinstance(value, list):
            self.errors.append(f"The operation 'in' takes a list: {name[:100]}")
            return None
        self._counted()
        return FilterOp(op, name, value)

    def _group(self, kind: str, members: Sequence[FilterOp]) -> FilterOp | None:
        if not members:
            return None
        self._counted()
        return FilterOp(kind, members=tuple(members))

    def _joined(self, kind: str, members: Sequence[FilterOp]) -> FilterOp | None:
        """The only member, or a group of them."""
        return members[0] if len(members) == 1 else self._group(kind, members)

    def _counted(self) -> None:
        self._count += 1
        if self._count > MAX_OPERATIONS:
            raise ValidationError({"filters": [_TOO_MANY]})


def _merged(members: Sequence[FilterOp], kind: str) -> list[FilterOp]:
    """Groups of the same kind, opened into the group around them."""
    return [inner for member in members for inner in (member.members if member.op == kind else (member,))]
