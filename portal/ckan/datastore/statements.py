"""A simple SELECT cut into its clauses, as texts. What the clauses mean is for the clause set of the rows to say."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from lark import Lark, Tree
from lark import Token as Leaf
from lark.exceptions import UnexpectedInput, UnexpectedToken

MAX_CHARS: Final = 8_000
_MAX_PARENTHESES = 50
_GRAMMAR = r"""
start: SELECT DISTINCT? selection FROM source clause* SEMICOLON?
selection: piece+
source: (WORD | QUOTED) (AS? (WORD | QUOTED))?
clause: WHERE piece+ -> where
      | GROUP BY piece+ -> group_by
      | HAVING piece+ -> having
      | ORDER BY piece+ -> order_by
      | LIMIT (NUMBER | ALL) -> limit
      | OFFSET NUMBER ROWS? -> offset
?piece: WORD | QUOTED | TEXT | NUMBER | SIGN | AS | BY | ALL | ROWS | LPAR piece* RPAR -> inside

SELECT.2: /select\b/i
DISTINCT.2: /distinct\b/i
FROM.2: /from\b/i
WHERE.2: /where\b/i
GROUP.2: /group\b/i
HAVING.2: /having\b/i
ORDER.2: /order\b/i
BY.2: /by\b/i
LIMIT.2: /limit\b/i
OFFSET.2: /offset\b/i
ALL.2: /all\b/i
AS.2: /as\b/i
ROWS.2: /rows?\b/i
TEXT: /'(?:[^']|'')*'/
QUOTED: /"(?:[^"]|"")+"/
NUMBER: /(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\b/i
WORD: /[^\W\d]\w*/
LPAR: "("
RPAR: ")"
SEMICOLON: ";"
SIGN: /<=|>=|<>|!=|==|[=<>+\-*\/,.]/
%ignore /\s+/
"""
_WHY_NOT: Final = {
    "join": "joins of tables",
    "union": "unions",
    "intersect": "intersections",
    "except": "differences of sets",
    "with": "WITH queries",
    "case": "CASE",
    "over": "window functions",
    "exists": "EXISTS",
    "select": "queries inside a query",
    "from": "queries inside a query, or more than one table",
}


class NotSimple(Exception):
    """The statement is more than one SELECT from one table; the message names what it has or where it stops."""


@dataclass(frozen=True, slots=True)
class Select:
    """Clauses by name, in the words of the statement: `select`, `where`, `group_by`, `having`, `order_by`."""

    table: str
    clauses: dict[str, str] = field(default_factory=dict)
    is_distinct: bool = False
    limit: int | None = None
    offset: int = 0


def parse_select_statement(sql: str) -> Select:
    """Cut a statement. Raises NotSimple."""
    if len(sql) > MAX_CHARS:
        raise NotSimple(f"it has more than {MAX_CHARS} characters")
    if sql.count("(") > _MAX_PARENTHESES:
        raise NotSimple(f"it has more than {_MAX_PARENTHESES} parentheses")
    try:
        tree = _grammar().parse(sql)
    except UnexpectedInput as error:
        is_end = isinstance(error, UnexpectedToken) and error.token.type == "$END"
        raise NotSimple(_told(sql, len(sql) if is_end else error.pos_in_stream or 0)) from error
    return _select(tree)


@cache
def _grammar() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", lexer="basic", maybe_placeholders=False)


def _told(sql: str, place: int) -> str:
    before, rest = sql[:place].split(), sql[place:].split(None, 1)
    for word in (*(w for w in before[-1:] if w.lower() not in {"select", "from"}), *rest[:1]):
        if (known := word.strip("(),;").lower()) in _WHY_NOT:
            return f"it has {_WHY_NOT[known]}"
    return f"it is not understood from character {place + 1}" if rest else "it stops too early"


def _select(tree: Tree[Leaf]) -> Select:
    clauses: dict[str, str] = {}
    numbers = {"limit": "", "offset": ""}
    table, names = "", set[str]()
    is_distinct = any(isinstance(child, Leaf) and child.type == "DISTINCT" for child in tree.children)
    for child in tree.children:
        if isinstance(child, Leaf):
            continue
        leaves = list(_leaves(child))
        if child.data == "source":
            named = [_name(leaf) for leaf in leaves if leaf.type in {"WORD", "QUOTED"}]
            table, names = named[0], set(named)
        elif child.data in numbers:
            numbers[child.data] = str(leaves[1])
        else:
            clauses[str(child.data)] = ""
    for child in tree.children:
        if isinstance(child, Tree) and str(child.data) in clauses:
            skipped = {"selection": 0, "where": 1, "having": 1}.get(str(child.data), 2)
            clauses[str(child.data)] = _text(list(_leaves(child))[skipped:], names)
    chosen = clauses.pop("selection")
    clauses["select"] = "" if chosen == "*" else chosen
    limit = numbers["limit"]
    return Select(
        table,
        clauses,
        is_distinct,
        None if limit.lower() in {"", "all"} else _whole(limit),
        _whole(numbers["offset"] or "0"),
    )


def _whole(number: str) -> int:
    if not number.isdigit() or len(number) > 18:
        raise NotSimple("LIMIT and OFFSET take whole numbers")
    return int(number)


def _leaves(tree: Tree[Leaf]) -> Iterator[Leaf]:
    for child in tree.children:
        if isinstance(child, Leaf):
            yield child
        else:
            yield from _leaves(child)


def _name(leaf: Leaf) -> str:
    return str(leaf)[1:-1].replace('""', '"') if leaf.type == "QUOTED" else str(leaf)


def _text(leaves: list[Leaf], names: set[str]) -> str:
    """The words of a clause, names of the table before a point left out. Raises NotSimple for other points."""
    kept = ""
    place = 0
    while place < len(leaves):
        if place + 1 < len(leaves) and leaves[place + 1] == "." and leaves[place + 1].type == "SIGN":
            if _name(leaves[place]) not in names or place + 2 >= len(leaves):
                raise NotSimple(f"{_name(leaves[place])[:100]!r} is no name of its table")
            place += 2
            continue
        before, here = (leaves[place - 1].type if place else "LPAR"), leaves[place]
        is_joined = (
            before == "LPAR" or here.type in {"RPAR"} or here == "," or (here.type == "LPAR" and before == "WORD")
        )
        kept += f"{'' if is_joined else ' '}{here}"
        place += 1
    return kept.lstrip()
