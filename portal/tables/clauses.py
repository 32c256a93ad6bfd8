"""Syntax trees into query values, with the place of each in the caller's text, so that errors can point at it."""

from collections.abc import Callable
from math import isfinite
from typing import TypeVar, cast

from lark import Token as Leaf
from lark import Tree
from lark.exceptions import VisitError
from lark.visitors import Transformer_NonRecursive

from portal.kernel.columns import TableSchema
from portal.kernel.errors import InvalidInput
from portal.kernel.vocab import ColumnType
from portal.tables.expressions import (
    Arithmetic,
    Call,
    Constant,
    Expression,
    Field,
    JsonValue,
    Negative,
    Ranges,
    Sign,
)
from portal.tables.functions import DAYS
from portal.tables.grammar import parse_clause
from portal.tables.query import (
    All,
    Compare,
    Comparison,
    Condition,
    Either,
    InBox,
    Intersects,
    IsIn,
    IsNull,
    Not,
    Selected,
    SortKey,
    Subject,
    WithinDistance,
)
from portal.tables.terms import Terms

MAX_DEPTH = 40
_EXPRESSIONS = (Field, Constant, Arithmetic, Negative, Call, Ranges)
_SIGNS = {"==": "=", "<>": "!="}
_MATCHERS = {
    "contains": "contains",
    "starts_with": "starts with",
    "ends_with": "ends with",
    "like": "like",
    "ilike": "ilike",
}
Node = Expression | Condition
Made = Node | Selected | SortKey | str
Child = Made | Leaf | Tree[Leaf]
Noted = TypeVar("Noted")


class Reader(Transformer_NonRecursive[Leaf, object]):
    """Reads the clauses of one query on one table. `places`: where everything it made stands, as `terms.Places` has it;
    `asked`: what is selected, columns as expressions, which have a place."""

    def __init__(self, schema: TableSchema) -> None:
        super().__init__(visit_tokens=False)
        self._schema = schema
        self._names = frozenset(column.name for column in schema.columns)
        self._parameter = ""
        self.places: dict[tuple[int, str], int] = {}
        self.asked: list[Selected] = []
        self._ends: dict[int, int] = {}
        self._depths: dict[int, int] = {}
        self._kept: list[object] = []  # so that no id is given twice

    def read(self, text: str, parameter: str, start: str) -> object:
        """A condition, or a list of what is selected, grouped by or ordered by. Raises InvalidInput with the position."""
        self._parameter = parameter
        try:
            return self.transform(parse_clause(text, parameter, start, self._names))
        except VisitError as error:
            if isinstance(error.orig_exc, InvalidInput):
                raise error.orig_exc from error
            raise

    def condition(self, children: list[Child]) -> Condition:
        return self._condition(children[0])

    def selection(self, children: list[Child]) -> list[str | Selected]:
        found: list[str | Selected] = []
        for child in _nodes(children):
            if isinstance(child, Tree):
                found += [column.name for column in self._schema.columns]
            else:
                found.append(cast("str | Selected", child))
        return found

    def everything(self, children: list[Child]) -> Tree[Leaf]:
        place = _start(children[0])
        self.asked += [self._noted(Selected(Field(column.name)), place) for column in self._schema.columns]
        return Tree("everything", [])

    def selected(self, children: list[Child]) -> str | Selected:
        expression = self._expression(children[0])
        name = str(children[2]) if len(children) > 1 else ""
        if len(children) > 1 and not name.strip():
            raise self._wrong("a name has at least one character", _start(children[2]))
        made = self._noted(Selected(expression, name), self._place(expression), expression)
        self.asked.append(made)
        if isinstance(expression, Field) and name in {"", expression.name}:
            Terms(self._schema, self._parameter, places=self.places).column(expression.name, expression)
            return expression.name
        return made

    def grouping(self, children: list[Child]) -> list[Subject]:
        return [self._expression(child) for child in _nodes(children)]

    def ordering(self, children: list[Child]) -> list[SortKey]:
        return [cast("SortKey", child) for child in _nodes(children)]

    def ordered(self, children: list[Child]) -> SortKey:
        expression = self._expression(children[0])
        is_descending = len(children) > 1 and str(children[1]).lower() == "desc"
        return self._noted(SortKey(self._subject(expression), is_descending), self._place(expression), expression)

    def any_of(self, children: list[Child]) -> Condition:
        found = tuple(self._condition(child) for child in _nodes(children))
        return self._noted(Either(found), self._place(found[0]), *found)

    def all_of(self, children: list[Child]) -> Condition:
        found = tuple(self._condition(child) for child in _nodes(children))
        return self._noted(All(found), self._place(found[0]), *found)

    def denied(self, children: list[Child]) -> Condition:
        condition = self._condition(children[1])
        return self._noted(Not(condition), _start(children[0]), condition)

    def compared(self, children: list[Child]) -> Condition:
        sign = str(children[1])
        operator = cast("Comparison", _SIGNS.get(sign, sign))
        return self._compare(children[0], operator, children[2], _start(children[1]))

    def matched(self, children: list[Child]) -> Condition:
        *_, matcher, value = children
        words = [str(word).lower() for word in cast("Tree[Leaf]", matcher).children]
        place = _start(cast("Tree[Leaf]", matcher).children[0])
        made = self._compare(children[0], cast("Comparison", " ".join(words)), value, place)
        return self._perhaps_not(made, children)

    def matcher(self, children: list[Child]) -> Tree[Leaf]:
        return Tree("matcher", cast("list[Leaf | Tree[Leaf]]", children))

    def between(self, children: list[Child]) -> Condition:
        subject, low, high = _nodes(children)
        place = next(_start(child) for child in children if isinstance(child, Leaf))
        ends = (self._compare(subject, ">=", low, place), self._compare(subject, "<=", high, place))
        return self._perhaps_not(self._noted(All(ends), self._place(ends[0]), *ends), children)

    def is_in(self, children: list[Child]) -> Condition:
        subject, *values = (self._expression(child) for child in _nodes(children))
        constants = [cast("Constant", value) for value in values]
        made = IsIn(self._subject(subject), tuple(constant.value for constant in constants))
        self._noted(made, self._place(subject), subject)
        for number, constant in enumerate(constants):
            self.places[id(made), f"value {number}"] = self._place(constant)
        return self._perhaps_not(made, children)

    def is_null(self, children: list[Child]) -> Condition:
        subject = self._expression(children[0])
        return self._perhaps_not(self._noted(IsNull(self._subject(subject)), self._place(subject), subject), children)

    def arithmetic(self, children: list[Child]) -> Expression:
        left, right = self._expression(children[0]), self._expression(children[2])
        made = Arithmetic(cast("Sign", str(children[1])), left, right)
        return self._noted(made, self._place(left), left, right)

    def signed(self, children: list[Child]) -> Expression:
        operand = self._expression(children[1])
        place = _start(children[0])
        is_number = isinstance(operand, Constant) and not isinstance(operand.value, str | bool)
        if str(children[0]) == "+":
            return operand
        if is_number:
            value = cast("int | float", cast("Constant", operand).value)
            return self._noted(Constant.of(-value), place, operand)
        return self._noted(Negative(operand), place, operand)

    def signed_number(self, children: list[Child]) -> Expression:
        return self.signed([children[0], self.number([children[1]])])

    def inside(self, children: list[Child]) -> Child:
        return children[1]

    def field(self, children: list[Child]) -> Expression:
        return self._leaf(Field(str(children[0])), children[0])

    def number(self, children: list[Child]) -> Expression:
        text = str(children[0])
        value = int(text) if text.isdigit() else float(text)
        if not isfinite(value):
            raise self._wrong("a number is too large", _start(children[0]))
        return self._leaf(Constant.of(value), children[0])

    def text(self, children: list[Child]) -> Expression:
        return self._leaf(Constant.of(str(children[0])), children[0])

    def truth(self, children: list[Child]) -> Expression:
        return self._leaf(Constant.of(str(children[0]).lower() == "true"), children[0])

    def moment(self, children: list[Child]) -> Expression:
        type_ = ColumnType.DATE if cast("Leaf", children[0]).type == "DATE" else ColumnType.DATETIME
        return self._leaf(Constant(str(children[1]), type_), children[0])

    def call(self, children: list[Child]) -> Node:
        name = str(children[0]).lower()
        arguments = _nodes(children)
        is_star = any(isinstance(child, Leaf) and child.type == "STAR" for child in children)
        if is_star and name != "count":
            raise self._wrong("only count takes *", _start(children[0]))
        if (operator := _MATCHERS.get(name)) is not None and len(arguments) == 2:
            return self._compare(arguments[0], cast("Comparison", operator), arguments[1], _start(children[0]))
        if name in _SPATIAL:
            return self._spatial(name, children[0], arguments)
        expressions = tuple(self._expression(argument) for argument in arguments)
        if name == "range":
            if len(expressions) < 2:
                raise self._wrong("it is written range(column, 0, 10, 100)", _start(children[0]))
            edges = tuple(self._edge(edge) for edge in expressions[1:])
            made: Expression = Ranges(expressions[0], edges)
        else:
            made = Call(name, expressions)
        return self._noted(made, _start(children[0]), *expressions)

    def _spatial(self, name: str, at: Child, arguments: list[Child]) -> Condition:
        column, *rest = (self._expression(argument) for argument in arguments) if arguments else (Constant.of(0),)
        types, form, make = _SPATIAL[name]
        given = [value.value for value in rest if isinstance(value, Constant)]
        fits = len(given) == len(rest) == len(types) and all(map(isinstance, given, types))
        if not isinstance(column, Field) or not fits or any(isinstance(value, bool) for value in given):
            raise self._wrong(f"it is written {form}", _start(at))
        made = make(column.name, list(given))
        self._noted(made, self._place(column), *rest)
        if rest:
            self.places[id(made), "value"] = self._place(rest[0])
        return made

    def _edge(self, edge: Expression) -> float:
        if not isinstance(edge, Constant) or isinstance(edge.value, str | bool):
            raise self._wrong("range takes a column and numbers", self._place(edge))
        return float(edge.value)

    def _compare(self, left: Child, operator: Comparison, right: Child, operator_place: int) -> Condition:
        subject, value = self._expression(left), self._expression(right)
        plain: JsonValue | Expression = value
        if isinstance(value, Constant) and not isinstance(subject, Constant):
            plain = value.value if self._is_plain(value, subject) else value
        made = self._noted(Compare(self._subject(subject), operator, plain), self._place(subject), subject, value)
        self.places[id(made), "operator"] = operator_place
        self.places[id(made), "value"] = self._place(value)
        return made

    def _is_plain(self, value: Constant, subject: Expression) -> bool:
        """Whether a value says all without its type: a text that is said to be a date needs a column of dates."""
        if value.type not in DAYS:
            return True
        column = self._schema.column(subject.name) if isinstance(subject, Field) else None
        return column is not None and column.type in DAYS

    def _perhaps_not(self, made: Condition, children: list[Child]) -> Condition:
        if any(isinstance(child, Leaf) and child.type == "NOT" for child in children):
            return self._noted(Not(made), self._place(made), made)
        return made

    def _condition(self, child: Child) -> Condition:
        """A condition; a column of true and false is one by itself."""
        if not isinstance(child, _EXPRESSIONS):
            return cast("Condition", child)
        if isinstance(child, Field):
            column = Terms(self._schema, self._parameter, places=self.places).column(child.name, child)
            if column.type is ColumnType.BOOLEAN:
                return self._noted(Compare(child.name, "=", value=True), self._place(child), child)
        if isinstance(child, Call):
            Terms(self._schema, self._parameter, places=self.places).function(child)
        raise self._wrong("a comparison such as =, <, contains, in or is null is expected", self._ends[id(child)])

    def _expression(self, child: Child) -> Expression:
        if isinstance(child, _EXPRESSIONS):
            return child
        raise self._wrong("a condition cannot stand here; a column or a calculation can", self._place(child))

    @staticmethod
    def _subject(expression: Expression) -> Subject:
        return expression.name if isinstance(expression, Field) else expression

    def _leaf(self, made: Expression, leaf: Child) -> Expression:
        self._noted(made, _start(leaf))
        self._ends[id(made)] = cast("Leaf", leaf).end_pos or 0
        return made

    def _noted(self, made: Noted, place: int, *inner: object) -> Noted:
        self._kept += [made, *inner]
        self.places[id(made), ""] = place
        self._ends[id(made)] = max((self._ends.get(id(part), 0) for part in inner), default=place)
        self._depths[id(made)] = 1 + max((self._depths.get(id(part), 0) for part in inner), default=0)
        if self._depths[id(made)] > MAX_DEPTH:
            raise self._wrong(f"nested deeper than {MAX_DEPTH} levels", place)
        return made

    def _place(self, node: object) -> int:
        return self.places.get((id(node), ""), 0)

    def _wrong(self, what: str, position: int) -> InvalidInput:
        return InvalidInput(
            f"{self._parameter}: {what}, at character {position + 1}.", parameter=self._parameter, position=position
        )


_NUMBER = (int, float)
_SPATIAL: dict[str, tuple[list[type | tuple[type, ...]], str, Callable[[str, list[JsonValue]], Condition]]] = {
    "within_distance": (
        [_NUMBER] * 3,
        "within_distance(column, longitude, latitude, metres)",
        lambda column, given: WithinDistance(column, *map(float, cast("list[float]", given))),
    ),
    "intersects": (
        [str],
        "intersects(column, 'POLYGON ((…))')",
        lambda column, given: Intersects(column, str(given[0])),
    ),
    "bbox": (
        [_NUMBER] * 4,
        "bbox(column, west, south, east, north)",
        lambda column, given: InBox(column, *map(float, cast("list[float]", given))),
    ),
}


def _nodes(children: list[Child]) -> list[Child]:
    """Children without the keywords and signs between them."""
    return [child for child in children if not isinstance(child, Leaf)]


def _start(leaf: object) -> int:
    return cast("Leaf", leaf).start_pos or 0
