"""The grammar of Solr's standard query parser, and the tree of what it reads. No text of it goes any further than here."""

import re
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput

from portal.ckan.solr.errors import Unreadable

MAX_CHARS: Final = 8_000
MAX_CLAUSES: Final = 500
_MAX_DEPTH: Final = 40

_GRAMMAR = r"""
start: query
query: part (joined)*
?joined: conj part -> with_conj
       | part
conj: AND | OR
part: mod? clause
mod: PLUS | MINUS | BANG | NOT
clause: (field ":")? value boost?
field: TERM | STAR
boost: BOOST
value: TERM fuzzy?     -> term
     | STAR            -> star
     | QUOTED fuzzy?   -> phrase
     | RANGE           -> range
     | "(" query ")"   -> group
fuzzy: FUZZY

AND.3: /(AND|&&)(?![^\s()"+\-!:^\[\]{}~*?\\\/])/
OR.3: /(OR|\|\|)(?![^\s()"+\-!:^\[\]{}~*?\\\/])/
NOT.3: /NOT(?![^\s()"+\-!:^\[\]{}~*?\\\/])/
PLUS: "+"
MINUS: "-"
BANG: "!"
STAR.2: /\*(?=[\s():^]|$)/
RANGE.2: /[\[{]\s*("(\\.|[^"\\])*"|[^\s\]}"]+)\s+TO\s+("(\\.|[^"\\])*"|[^\s\]}"]+)\s*[\]}]/
QUOTED.2: /"(\\.|[^"\\])*"/s
FUZZY: /~[0-9.]*/
BOOST: /\^[0-9.]+/
TERM: /(\\.|[^\s+\-!():^\[\]"{}~\\\/&|]|[&|](?![&|]))(\\.|[^\s!():^\[\]"{}~\\\/])*/s
%ignore /\s+/
"""
_PARSER = Lark(_GRAMMAR, parser="lalr", lexer="basic", maybe_placeholders=False)
_RANGE = re.compile(r'([\[{])\s*("(?:\\.|[^"\\])*"|\S+?)\s+TO\s+("(?:\\.|[^"\\])*"|\S+?)\s*([\]}])', re.DOTALL)

Mod = Literal["", "must", "not"]
Conj = Literal["", "and", "or"]


@dataclass(frozen=True, slots=True)
class Term:
    """A word, its escapes still in it; `*` and `?` without a backslash are wildcards."""

    raw: str

    @property
    def text(self) -> str:
        """The word without escapes."""
        return unescaped(self.raw)

    @property
    def is_pattern(self) -> bool:
        """Whether it has a wildcard."""
        return bool(re.search(r"[*?]", re.sub(r"\\.", "", self.raw, flags=re.DOTALL)))


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in quotation marks. `slop`: they need not stand side by side."""

    text: str
    slop: bool = False


@dataclass(frozen=True, slots=True)
class Range:
    """From one value to another; None: open."""

    low: str | None
    high: str | None
    has_low: bool
    has_high: bool


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing asked for: how it is joined to the one before, whether it must or must not be, in which field."""

    conj: Conj
    mod: Mod
    field: str  # empty: the default field
    value: "Value"


@dataclass(frozen=True, slots=True)
class Group:
    """Clauses in a row."""

    clauses: tuple[Clause, ...]


Value: TypeAlias = Term | Phrase | Range | Group | None  # None: `*`, any value


def parse(text: str) -> Group:
    """The tree of a query. Raises Unreadable that names the place."""
    if len(text) > MAX_CHARS:
        raise Unreadable(f"The query has {len(text):,} characters; at most {MAX_CHARS:,} are read.")
    if _depth(text) > _MAX_DEPTH:
        raise Unreadable(f"The query has more than {_MAX_DEPTH} brackets inside each other.")
    try:
        tree = _PARSER.parse(text)
    except UnexpectedInput as error:
        column = getattr(error, "pos_in_stream", None)
        where = f"at position {column}" if isinstance(column, int) and column >= 0 else "at its end"
        raise Unreadable(f"Cannot parse '{text[:200]}': it is not a query {where}.") from error
    group = _group(tree.children[0])
    if _count(group) > MAX_CLAUSES:
        raise Unreadable(f"The query has more than {MAX_CLAUSES} clauses.")
    return group


def unescaped(raw: str) -> str:
    """A text without the backslashes that make signs literal."""
    return re.sub(r"\\(.)", r"\1", raw, flags=re.DOTALL)


def _depth(text: str) -> int:
    deepest = depth = 0
    for sign in text:
        depth += (sign == "(") - (sign == ")")
        deepest = max(deepest, depth)
    return deepest


def _count(group: Group) -> int:
    return sum(_count(c.value) if isinstance(c.value, Group) else 1 for c in group.clauses)


def _group(query: Tree[Token] | Token) -> Group:
    assert isinstance(query, Tree)
    clauses = []
    for child in query.children:
        assert isinstance(child, Tree)
        conj: Conj = ""
        part = child
        if child.data == "with_conj":
            joined, second = child.children
            assert isinstance(joined, Tree) and isinstance(second, Tree)
            conj = "and" if str(joined.children[0]) in {"AND", "&&"} else "or"
            part = second
        clauses.append(_clause(conj, part))
    return Group(tuple(clauses))


def _clause(conj: Conj, part: Tree[Token]) -> Clause:
    mod: Mod = ""
    field, value = "", None
    for child in part.children:
        assert isinstance(child, Tree)
        if child.data == "mod":
            mod = "must" if str(child.children[0]) == "+" else "not"
            continue
        for piece in child.children:
            assert isinstance(piece, Tree)
            if piece.data == "field":
                field = unescaped(str(piece.children[0]))
            elif piece.data != "boost":
                value = _value(piece)
    return Clause(conj, mod, field, value)


def _value(piece: Tree[Token]) -> Value:
    first = piece.children[0]
    match str(piece.data):
        case "group":
            return _group(first)
        case "phrase":
            return Phrase(unescaped(str(first)[1:-1]), slop=len(piece.children) > 1)
        case "range":
            return _range(str(first))
        case "star":
            return None
        case _:
            return Term(str(first))


def _range(text: str) -> Range:
    found = _RANGE.fullmatch(text)
    if found is None:
        raise Unreadable(f"Cannot parse '{text[:200]}': a range reads [from TO to].")
    opening, low, high, closing = found.groups()
    return Range(_end(low), _end(high), has_low=opening == "[", has_high=closing == "]")


def _end(text: str) -> str | None:
    if text == "*":
        return None
    return unescaped(text[1:-1] if len(text) > 1 and text.startswith('"') else text)
