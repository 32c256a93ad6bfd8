"""Which calculation gave a whole number that does not fit in 64 bits: the engine says that one did, not which."""

from collections.abc import Iterator

from portal.kernel.columns import TableSchema
from portal.kernel.errors import InvalidInput
from portal.kernel.vocab import ColumnType
from portal.tables.expressions import Arithmetic, Call, Constant, Expression, Field, Negative, inner_expressions
from portal.tables.plans import given_names
from portal.tables.query import All, Compare, Condition, Either, IsIn, IsNull, Not, RowQuery, Selected, Subject

_ALWAYS_WHOLE = frozenset({"count", "count_distinct", "length", "year", "month", "day"})
_AS_ARGUMENTS = frozenset({"sum", "abs", "round", "min", "max", "coalesce"})
_GROWING = frozenset({"sum", "abs"})
_EXPRESSIONS = (Field, Constant, Arithmetic, Negative, Call)


def too_large(schema: TableSchema, query: RowQuery) -> InvalidInput:
    """What to raise: names the clauses that calculate with whole numbers, and the place of the first such calculation."""
    found = [(parameter, node) for parameter, node in _calculations(query) if _may_overflow(node, schema, query)]
    parameters = list(dict.fromkeys(parameter for parameter, _ in found)) or ["select"]
    position = query.places.get((id(found[0][1]), "")) if found else None
    return InvalidInput(
        f"{' or '.join(parameters)}: a whole number of the calculation is beyond 9,223,372,036,854,775,807; multiply by 1.0 "
        "first to calculate with fractions.",
        parameter=parameters[0],
        position=position,
    )


def _calculations(query: RowQuery) -> Iterator[tuple[str, Expression]]:
    """Every expression of the query with its parameter, what is in it as well."""
    subjects: list[tuple[str, Subject]] = []
    subjects += [("where", subject) for subject in _compared(query.where)]
    subjects += [("group_by", key) for key in query.group_by]
    subjects += [("select", item.expression) for item in query.select if isinstance(item, Selected)]
    subjects += [("having", subject) for subject in _compared(query.having)]
    subjects += [("order_by", key.column) for key in query.order_by]
    for parameter, subject in subjects:
        waiting = [Field(subject) if isinstance(subject, str) else subject]
        while waiting:
            node = waiting.pop(0)
            yield parameter, node
            waiting += inner_expressions(node)


def _compared(condition: Condition | None) -> Iterator[Subject]:
    if isinstance(condition, All | Either):
        for inner in condition.conditions:
            yield from _compared(inner)
    elif isinstance(condition, Not):
        yield from _compared(condition.condition)
    elif isinstance(condition, Compare | IsIn | IsNull):
        yield condition.column
        if isinstance(condition, Compare) and isinstance(condition.value, _EXPRESSIONS):
            yield condition.value


def _may_overflow(node: Expression, schema: TableSchema, query: RowQuery) -> bool:
    grows = isinstance(node, Arithmetic | Negative) or (isinstance(node, Call) and node.function in _GROWING)
    return grows and _is_whole(node, schema, query)


def _is_whole(node: Expression, schema: TableSchema, query: RowQuery) -> bool:
    if isinstance(node, Field):
        column = schema.column(node.name)
        named = given_names(query).get(node.name)
        if column is None and named is not None and named != node:
            return _is_whole(named, schema, query)
        return column is not None and column.type is ColumnType.INTEGER
    if isinstance(node, Constant):
        return node.type is ColumnType.INTEGER
    if isinstance(node, Call) and node.function not in _AS_ARGUMENTS:
        return node.function in _ALWAYS_WHOLE
    if isinstance(node, Arithmetic) and node.sign == "/":
        return False
    inner = inner_expressions(node)
    return bool(inner) and all(_is_whole(part, schema, query) for part in inner)
