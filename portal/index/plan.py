"""From a parsed query to clauses: which fields count how much, and the steps by which a fruitless query is widened."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from portal.index import tokens
from portal.index.clauses import All, AnyOf, Clause, Everything, Match, OneOf
from portal.index.facets import NAMES
from portal.index.query import Query, Term

BOOSTS: Final = {"title": 8.0, "keywords": 4.0, "description": 1.5, "publisher": 1.0, "columns": 0.5}
"""Text field → weight of a match there. Where a word stands tells more than how often."""

FRAGMENTS: Final = "title_fragments"
EDGES: Final = "title_edges"
STARTS: Final = "title_starts"
THEME_NAMES: Final = "theme_names"
_FRAGMENT_BOOST: Final = 0.5
MAX_UNITS: Final = 60
"""Parts of a query that later steps look at; engines count clauses."""


@dataclass(frozen=True, slots=True)
class Step:
    """One way to read the query. `is_relaxed`: not every word is required any more, which the reader is told."""

    clause: Clause
    is_relaxed: bool = False


def plan(query: Query) -> Iterator[Step]:
    """The steps, strictest first; the first one that finds anything (without facets) is the answer.

    1. Every word, a Chinese word being its characters side by side. 2. Long Chinese words cut into dictionary words, every
    one still required. 3. Most of the words, a long Chinese word being its pairs of characters, down to any of them.
    What is excluded stays out, and phrases and field:value stay required, in every step.
    """
    if not query.required:
        yield Step(Everything())
        return
    yield Step(_all(query, tuple(_term_clause(term) for term in query.required)))
    loose = [term for term in query.required if not term.field and not term.is_phrase]
    kept = tuple(_term_clause(term) for term in query.required if term not in loose)
    pieces = tuple(dict.fromkeys(piece for term in loose for piece in term.pieces))
    units = tuple(dict.fromkeys(unit for piece in pieces for unit in _units(piece)))[:MAX_UNITS]
    parts = tuple(dict.fromkeys(part for piece in pieces for part in _parts(piece)))
    if parts != pieces and len(parts) <= MAX_UNITS:
        yield Step(_all(query, (*kept, *(_word(part) for part in parts)), prefer=tuple(_word(unit) for unit in units)))
    for at_least in _relaxations(len(units)):
        some = AnyOf(tuple(_word(unit) for unit in units), at_least=at_least)
        yield Step(_all(query, (*kept, some)), is_relaxed=True)


def plan_suggestion(prefix: str) -> tuple[Clause, Clause] | None:
    """(titles that begin so, titles that contain it) for what was typed so far; None when nothing searchable was."""
    pieces = tokens.pieces(tokens.fold(prefix[:200]))[:10]
    if not pieces:
        return None
    runs = [run for piece in pieces for run in tokens.runs(piece)]
    contains = All(
        tuple(
            Match("title", tokens.run_tokens(run))
            if tokens.is_unspaced(run)
            else Match(EDGES, (run[: tokens.EDGE_CHARS],))
            for run in runs
        )
    )
    starts = Match(STARTS, ("".join(pieces)[: tokens.START_CHARS],))
    return All((contains, starts)), All((contains,), without=(starts,))


def _all(query: Query, clauses: tuple[Clause, ...], prefer: tuple[Clause, ...] = ()) -> All:
    """All clauses without the excluded terms; a title that has the whole query as one phrase is preferred."""
    whole = tuple(
        token
        for term in query.required
        if not term.field
        for piece in term.pieces
        for run in tokens.runs(piece)
        for token in tokens.run_tokens(run)
    )
    if len(clauses) > 1 and len(whole) > 1:
        prefer = (Match("title", whole, BOOSTS["title"]), *prefer)
    return All(clauses, prefer=prefer, without=tuple(_term_clause(term) for term in query.excluded))


def _relaxations(count: int) -> tuple[int, ...]:
    """How many of so many are asked for, step by step, once all of them find nothing."""
    return tuple(k for k in dict.fromkeys((count - 1, 2 * count // 3, count // 2, 1)) if 1 <= k < count)


def _term_clause(term: Term) -> Clause:
    if term.field in NAMES:
        return _code(term)
    if term.is_phrase and len(term.pieces) > 1:
        return _phrase(term)
    words = tuple(_word(piece, term.field) for piece in term.pieces)
    return words[0] if len(words) == 1 else All(words)


def _code(term: Term) -> Clause:
    """A facet's code; for themes the theme's name as well."""
    assert term.field is not None
    exact = OneOf(term.field, (term.code,))
    if term.field != "theme":
        return exact
    names = tuple(Match(THEME_NAMES, tokens.run_tokens(run)) for piece in term.pieces for run in tokens.runs(piece))
    return AnyOf((exact, All(names)))


def _phrase(term: Term) -> Clause:
    """Runs in order in one field. A single Chinese character at an end is required apart: its bigram is not known."""
    runs = [run for piece in term.pieces for run in tokens.runs(piece)]
    loose = [runs.pop(at) for at in (-1, 0) if len(runs) > 1 and len(runs[at]) == 1 and tokens.is_unspaced(runs[at])]
    together = tuple(token for run in runs for token in tokens.run_tokens(run))
    return All((_in_fields(together, term.field), *(_word(run, term.field) for run in loose)))


def _word(piece: str, field: str | None = None) -> Clause:
    """One piece anywhere or in one field; one or two letters or digits, and mixtures, also inside words of a title."""
    whole = tuple(_in_fields(tokens.run_tokens(run), field) for run in tokens.runs(piece))
    found: Clause = whole[0] if len(whole) == 1 else All(whole)
    is_fragment = tokens.needs_fragments(piece) and (len(whole) > 1 or len(piece) <= 2)
    if is_fragment and field in {None, "title"}:
        return AnyOf((found, Match(FRAGMENTS, tuple(tokens.grams(piece)), _FRAGMENT_BOOST)), is_best=True)
    return found


def _in_fields(wanted: tuple[str, ...], field: str | None) -> Clause:
    fields = BOOSTS if field is None else {field: BOOSTS[field]}
    return AnyOf(tuple(Match(name, wanted, boost) for name, boost in fields.items()), is_best=True)


def _parts(piece: str) -> tuple[str, ...]:
    """The piece itself, or its words where it holds a long Chinese run."""
    cut = tuple(word for run in tokens.runs(piece) for word in tokens.words(run))
    return cut if len(cut) > len(tokens.runs(piece)) else (piece,)


def _units(piece: str) -> tuple[str, ...]:
    """What of a piece can be given up singly: pairs of characters of a Chinese run of three or more, or all of it."""
    runs = tokens.runs(piece)
    if not any(tokens.is_unspaced(run) and len(run) > 2 for run in runs):
        return (piece,)
    return tuple(unit for run in runs for unit in (tokens.grams(run) if tokens.is_unspaced(run) else [run]))
