"""The filter language of rows: text into a condition. A caller's text ends here and never reaches an engine.

condition  = any ; any = all {"or" all} ; all = not {"and" not} ; not = ["not"] simple
simple     = "(" any ")" | column test
test       = ("=" | "!=" | "<>" | "<" | "<=" | ">" | ">=" | "contains" | "starts with") value
           | ["not"] "in" "(" value {"," value} ")" | "between" value "and" value | "is" ["not"] "null"
column     = a word, or any name in "double quotes" ; value = 'text' | number | true | false
"""

from collections.abc import Mapping, Sequence
from typing import cast

from portal.kernel.columns import Column, TableSchema
from portal.kernel.errors import InvalidInput
from portal.kernel.vocab import ColumnType
from portal.tables.conditions import MAX_DEPTH, check_condition
from portal.tables.expressions import JsonValue
from portal.tables.query import All, Compare, Comparison, Condition, Either, IsIn, IsNull, Not, SortKey
from portal.tables.terms import Terms
from portal.tables.tokens import Token, tokenize
from portal.tables.values import check_value as checked_value


def check_value(column: Column, value: JsonValue, *, position: int | None = None) -> None:
    """For now."""
    try:
        checked_value(Terms(TableSchema((column,)), "where"), column.type, value, f"the column {column.name!r}")
    except InvalidInput as error:
        error.position = position
        raise


def find_column(schema: TableSchema, name: str, *, position: int | None = None) -> Column:
    """For now."""
    try:
        return Terms(schema, "where").column(name)
    except InvalidInput as error:
        error.position = position
        raise


_SIGNS = {"=": "=", "==": "=", "!=": "!=", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
MAX_WHERE_CHARS = 4_000


def parse_where(text: str, schema: TableSchema) -> Condition:
    """Parse for example `区 = '东城区' and (数量 >= 3 or 名称 contains '学校') and not 备注 is null`.

    Raises InvalidInput with parameter `where` and the position of what is wrong.
    """
    parser = _Parser(tokenize(text, "where", MAX_WHERE_CHARS), schema)
    condition = parser.any_of(1)
    parser.expect_end()
    check_condition(condition, schema)
    return condition


def parse_order(text: str, schema: TableSchema) -> tuple[SortKey, ...]:
    """Parse `数量 desc, 名称`. Raises InvalidInput with parameter `order_by`."""
    keys = []
    for part in _split(tokenize(text, "order_by", MAX_WHERE_CHARS), "order_by"):
        name = _named(part[0], schema, "order_by").name
        words = [token.lower for token in part[1:]]
        if words not in ([], ["asc"], ["desc"]):
            raise InvalidInput(
                "order_by: after a column name only asc or desc may follow.",
                parameter="order_by",
                position=part[1].position,
            )
        keys.append(SortKey(name, is_descending=words == ["desc"]))
    return tuple(keys)


def parse_select(text: str, schema: TableSchema) -> tuple[str, ...]:
    """Parse `名称, "column with space"`. Raises InvalidInput with parameter `select`."""
    names = []
    for part in _split(tokenize(text, "select", 4 * MAX_WHERE_CHARS), "select"):
        if len(part) > 1:
            raise InvalidInput(
                "select: column names are parted by commas; put a name with spaces in double quotes.",
                parameter="select",
                position=part[1].position,
            )
        names.append(_named(part[0], schema, "select").name)
    return tuple(names)


def condition_from_filters(filters: Mapping[str, Sequence[str]], schema: TableSchema) -> Condition | None:
    """Form fields into a condition: `f.<column>` contains (text) or equals, `min.<column>` and `max.<column>` ranges.

    Blank fields and unknown names are left out. Raises InvalidInput naming the field whose value does not fit its type.
    """
    found: list[Condition] = []
    for field, texts in filters.items():
        kind, _, name = field.partition(".")
        column = schema.column(name)
        if column is None or kind not in {"f", "min", "max"}:
            continue
        is_text = column.type is ColumnType.TEXT
        operator: Comparison = {"min": ">=", "max": "<="}.get(kind, "contains" if is_text else "=")  # type: ignore[assignment]
        for text in texts:
            if text.strip():
                found.append(Compare(column.name, operator, _field_value(column, text.strip(), field)))
    if not found:
        return None
    condition = found[0] if len(found) == 1 else All(tuple(found))
    check_condition(condition, schema)
    return condition


def _field_value(column: Column, text: str, field: str) -> JsonValue:
    value: JsonValue = text
    try:
        if column.type is ColumnType.INTEGER:
            value = int(text) if text.lstrip("+-").isdigit() else float(text)
        elif column.type is ColumnType.NUMBER:
            value = float(text)
        elif column.type is ColumnType.BOOLEAN:
            value = {"true": True, "false": False, "1": True, "0": False}[text.lower()]
        check_value(column, value)
    except (ValueError, KeyError, InvalidInput) as error:
        raise InvalidInput(
            f"The value of {field!r} does not fit a column of type {column.type}.", parameter=field
        ) from error
    return value


def _split(tokens: Sequence[Token], parameter: str) -> list[list[Token]]:
    """Tokens between commas, no part empty."""
    parts: list[list[Token]] = [[]]
    for token in tokens:
        if token.kind == "sign" and token.text == ",":
            parts.append([])
        elif token.kind != "end":
            parts[-1].append(token)
    if not all(parts):
        raise InvalidInput(f"{parameter}: a column name is missing.", parameter=parameter, position=tokens[-1].position)
    return parts


def _named(token: Token, schema: TableSchema, parameter: str) -> Column:
    column = schema.column(token.text) if token.kind in {"word", "name"} else None
    if column is None:
        raise InvalidInput(
            f"{parameter}: the table has no column {token.text!r}.", parameter=parameter, position=token.position
        )
    return column


class _Parser:
    """Recursive descent over the tokens of one text."""

    def __init__(self, tokens: Sequence[Token], schema: TableSchema) -> None:
        self._tokens, self._schema, self._at = tokens, schema, 0

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self._next
        self._at += token.kind != "end"
        return token

    def _takes_word(self, word: str) -> bool:
        if self._next.kind == "word" and self._next.lower == word:
            self._at += 1
            return True
        return False

    def _fail(self, what: str, token: Token | None = None) -> InvalidInput:
        at = token or self._next
        shown = "the end" if at.kind == "end" else repr(at.text)
        return InvalidInput(
            f"where: {what}, not {shown} at character {at.position + 1}.", parameter="where", position=at.position
        )

    def _expect_sign(self, sign: str) -> None:
        token = self._take()
        if token.kind != "sign" or token.text != sign:
            raise self._fail(f"{sign!r} is needed", token)

    def expect_end(self) -> None:
        """Nothing may follow."""
        if self._next.kind != "end":
            raise self._fail("'and', 'or' or the end is needed")

    def any_of(self, depth: int) -> Condition:
        """Conditions joined by `or`."""
        if depth > MAX_DEPTH:
            raise InvalidInput(
                f"where is nested deeper than {MAX_DEPTH} levels.", parameter="where", position=self._next.position
            )
        found = [self._all_of(depth)]
        while self._takes_word("or"):
            found.append(self._all_of(depth))
        return found[0] if len(found) == 1 else Either(tuple(found))

    def _all_of(self, depth: int) -> Condition:
        found = [self._one(depth)]
        while self._takes_word("and"):
            found.append(self._one(depth))
        return found[0] if len(found) == 1 else All(tuple(found))

    def _one(self, depth: int) -> Condition:
        if self._takes_word("not"):
            if depth > MAX_DEPTH:
                raise InvalidInput(f"where is nested deeper than {MAX_DEPTH} levels.", parameter="where")
            return Not(self._one(depth + 1))
        if self._next.kind == "sign" and self._next.text == "(":
            self._take()
            inner = self.any_of(depth + 1)
            self._expect_sign(")")
            return inner
        token = self._take()
        if token.kind not in {"word", "name"}:
            raise self._fail("a column name is needed", token)
        return self._test(find_column(self._schema, token.text, position=token.position))

    def _test(self, column: Column) -> Condition:  # noqa: PLR0911 - one return a kind of test
        token = self._take()
        if token.kind == "sign" and token.text in _SIGNS:
            return Compare(column.name, cast("Comparison", _SIGNS[token.text]), self._value(column))
        word = token.lower if token.kind == "word" else ""
        if word == "contains":
            return Compare(column.name, "contains", self._value(column))
        if word == "starts" and self._takes_word("with"):
            return Compare(column.name, "starts with", self._value(column))
        if word == "between":
            low = self._value(column)
            if not self._takes_word("and"):
                raise self._fail("'and' is needed")
            return All((Compare(column.name, ">=", low), Compare(column.name, "<=", self._value(column))))
        if word == "is":
            is_not = self._takes_word("not")
            if not self._takes_word("null"):
                raise self._fail("'null' is needed")
            return Not(IsNull(column.name)) if is_not else IsNull(column.name)
        if word == "in":
            return self._in(column)
        if word == "not" and self._takes_word("in"):
            return Not(self._in(column))
        raise self._fail("a comparison such as =, <, contains, in or is null is needed", token)

    def _in(self, column: Column) -> IsIn:
        self._expect_sign("(")
        values = [self._value(column)]
        while self._next.kind == "sign" and self._next.text == ",":
            self._take()
            values.append(self._value(column))
        self._expect_sign(")")
        return IsIn(column.name, tuple(values))

    def _value(self, column: Column) -> JsonValue:
        token = self._take()
        value: JsonValue
        if token.kind == "text":
            value = token.text
        elif token.kind == "number":
            value = float(token.text) if any(char in token.text for char in ".eE") else int(token.text)
        elif token.kind == "word" and token.lower in {"true", "false"}:
            value = token.lower == "true"
        else:
            raise self._fail("a value is needed: 'text', a number, true or false", token)
        check_value(column, value, position=token.position)
        return value
