"""The grammar of the clause language: a caller's text into a syntax tree, or an error that says where and what was expected.

Words are keywords where one may stand, and names everywhere else: a column may be called `date`, `count` or `desc`.
"""

import threading
from collections.abc import Collection
from functools import cache
from typing import Any

from lark import Lark, Tree
from lark import Token as Leaf
from lark.exceptions import UnexpectedToken
from lark.lexer import Lexer
from lark.parsers.lalr_interactive_parser import InteractiveParser

from portal.kernel.errors import InvalidInput
from portal.tables.tokens import Token, tokenize

_GRAMMAR = """
condition: either
selection: selected (COMMA selected)*
grouping: either (COMMA either)*
ordering: ordered (COMMA ordered)*

selected: either (AS NAME)? | STAR -> everything
ordered: either (ASC | DESC)?

?either: both | both (OR both)+ -> any_of
?both: negation | negation (AND negation)+ -> all_of
?negation: test | NOT negation -> denied
?test: sum
     | sum COMPARE sum -> compared
     | sum NOT? IN LPAR value (COMMA value)* RPAR -> is_in
     | sum NOT? BETWEEN sum AND sum -> between
     | sum NOT? matcher sum -> matched
     | sum IS NOT? NULL -> is_null
matcher: LIKE | ILIKE | CONTAINS | STARTS WITH | ENDS WITH

?sum: product | sum (PLUS | MINUS) product -> arithmetic
?product: unary | product (STAR | SLASH) unary -> arithmetic
?unary: atom | (PLUS | MINUS) unary -> signed
?atom: literal
     | NAME -> field
     | FUNCTION LPAR (STAR | either (COMMA either)*)? RPAR -> call
     | LPAR either RPAR -> inside
?value: literal | (PLUS | MINUS) NUMBER -> signed_number
?literal: NUMBER -> number | TEXT -> text | (TRUE | FALSE) -> truth | (DATE | DATETIME) TEXT -> moment

%declare NAME FUNCTION NUMBER TEXT TRUE FALSE DATE DATETIME COMPARE PLUS MINUS STAR SLASH LPAR RPAR COMMA
%declare AND OR NOT IN BETWEEN LIKE ILIKE CONTAINS STARTS ENDS WITH IS NULL AS ASC DESC
"""
_SIGNS = {"(": "LPAR", ")": "RPAR", ",": "COMMA", "+": "PLUS", "-": "MINUS", "*": "STAR", "/": "SLASH"}
_KINDS = {"text": "TEXT", "name": "NAME", "number": "NUMBER"}
_KEYWORDS = frozenset(
    {"AND", "OR", "NOT", "IN", "BETWEEN", "LIKE", "ILIKE", "CONTAINS", "STARTS", "ENDS"}
    | {"WITH", "IS", "NULL", "AS", "ASC", "DESC", "TRUE", "FALSE", "DATE", "DATETIME"}
)
_BEFORE_TEXT = {"DATE", "DATETIME"}
_SAID = {
    "NAME": "a name",
    "FUNCTION": "a function",
    "NUMBER": "a number",
    "TEXT": "a 'text'",
    "COMPARE": "a comparison such as =",
} | {terminal: repr(sign) for sign, terminal in _SIGNS.items()}
_MAKING = threading.Lock()
_VALUES = frozenset({"NUMBER", "TEXT", "TRUE", "FALSE", "DATE", "DATETIME", "PLUS", "MINUS"})
_COMPARISONS = frozenset(["COMPARE", "IN", "BETWEEN", "LIKE", "ILIKE", "CONTAINS", "STARTS", "ENDS", "IS", "NOT"])
MAX_CHARS = 8_000
MAX_PARENTHESES = 20


def parse_clause(text: str, parameter: str, start: str, names: Collection[str]) -> Tree[Leaf]:
    """The tree of `condition`, `selection`, `grouping` or `ordering`. Raises InvalidInput with the position."""
    tokens = tokenize(text, parameter, MAX_CHARS, names)
    parser = _grammar().parse_interactive("", start=start)
    depth = 0
    for token, following in zip(tokens, [*tokens[1:], tokens[-1]], strict=True):
        if token.kind == "sign":
            depth += {"(": 1, ")": -1}.get(token.text, 0)
            if depth > MAX_PARENTHESES:
                raise InvalidInput(
                    f"{parameter}: more than {MAX_PARENTHESES} parentheses inside one another.",
                    parameter=parameter,
                    position=token.position,
                )
        try:
            leaf = Leaf(_terminal(token, following, parser), token.text, token.position, end_pos=token.end)
            made = parser.feed_token(leaf)
        except UnexpectedToken as error:
            raise _unexpected(parser, token, parameter) from error
    tree: Tree[Leaf] = made
    return tree


class _FedByHand(Lexer):
    """Tokens come from `tokenize`, which knows the columns' names."""

    def __init__(self, _configuration: object) -> None:
        """Nothing to set up."""

    def lex(self, *_: Any) -> Any:
        """Nothing is read here."""
        return iter(())


def _grammar() -> Lark:
    """Made once, by the first who needs it; threads that come meanwhile wait instead of making another."""
    with _MAKING:
        return _made()


@cache
def _made() -> Lark:
    starts = ["condition", "selection", "grouping", "ordering"]
    return Lark(_GRAMMAR, parser="lalr", lexer=_FedByHand, start=starts, maybe_placeholders=False)


def _terminal(token: Token, following: Token, parser: InteractiveParser) -> str:
    """What a token is to the grammar, here."""
    if token.kind == "end":
        return "$END"
    if token.kind == "sign":
        return _SIGNS.get(token.text, "COMPARE")
    if token.kind != "word":
        return _KINDS[token.kind]
    possible = parser.choices()  # type: ignore[no-untyped-call]  # lark leaves it out
    keyword = token.text.upper()
    if keyword == "TIMESTAMP":
        keyword = "DATETIME"
    if keyword in _KEYWORDS and keyword in possible and (keyword not in _BEFORE_TEXT or following.kind == "text"):
        return keyword
    is_called = following.kind == "sign" and following.text == "(" and "FUNCTION" in possible
    return "FUNCTION" if is_called else "NAME"


def _unexpected(parser: InteractiveParser, token: Token, parameter: str) -> InvalidInput:
    possible: set[str] = set(parser.accepts())  # type: ignore[no-untyped-call]  # lark leaves it out
    said = _wanted(possible, is_condition=parameter in {"where", "having"})
    hint = " A null is asked for with 'is null'." if token.kind == "word" and token.lower == "null" else ""
    shown = "the end" if token.kind == "end" else repr(token.text[:50])
    wanted = f"{', '.join(said[:-1])} or {said[-1]}" if len(said) > 1 else said[0]
    return InvalidInput(
        f"{parameter}: {wanted} is expected, not {shown}, at character {token.position + 1}.{hint}",
        parameter=parameter,
        position=token.position,
    )


def _wanted(possible: set[str], *, is_condition: bool) -> list[str]:
    """What may stand there in words, what is alike together."""
    if {"NAME", "FUNCTION"} <= possible:
        return ["a column", "a value", "a function"] + (["'not'"] if is_condition and "NOT" in possible else [])
    said = []
    if {"NUMBER", "TEXT", "TRUE"} <= possible:
        possible -= _VALUES
        said.append("a value")
    if "COMPARE" in possible:
        possible -= _COMPARISONS
        if is_condition:
            said.append("a comparison such as =, <, contains, in or is null")
        else:
            possible -= {"AND", "OR"}
    if {"PLUS", "STAR"} <= possible:
        possible -= {"PLUS", "MINUS", "STAR", "SLASH"}
        said.append("+, -, *, /")
    return (
        said
        + [_SAID.get(terminal, repr(terminal.lower())) for terminal in sorted(possible - {"$END"})]
        + (["the end"] if "$END" in possible else [])
    )
