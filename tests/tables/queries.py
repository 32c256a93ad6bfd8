"""Queries of every shape, made at random for a table of every type."""

from datetime import date, datetime

from hypothesis import strategies as st

from portal.kernel.vocab import ColumnType
from portal.tables import (
    All,
    Arithmetic,
    Call,
    Compare,
    Condition,
    Constant,
    Either,
    Expression,
    Field,
    IsIn,
    IsNull,
    JsonValue,
    Negative,
    Not,
    Ranges,
    RowQuery,
    Selected,
    SortKey,
)

TYPES = {
    "t": ColumnType.TEXT,
    'a-b "x"': ColumnType.TEXT,
    "n": ColumnType.INTEGER,
    "x": ColumnType.NUMBER,
    "count": ColumnType.BOOLEAN,
    "d": ColumnType.DATE,
    "m": ColumnType.DATETIME,
}
TEXTS = ["", "a", "A", "ab", "a%b", "a_b", "a\\b", "东城区", "东", "%", "_", "'", 'q"q', "É", "😀", "2024-02-29"]
PATTERNS = ["%", "_", "东%", "%A%", "\\%", "a\\_b", "a_b", "__", "", "%\\\\%", "É", "'"]
DAYS = [date(2024, 1, 1), date(2024, 2, 29), date(1999, 12, 31)]
MOMENTS = [datetime(2024, 1, 1), datetime(2024, 1, 1, 8, 30, 0, 5), datetime(1970, 1, 1)]
CELLS: dict[str, st.SearchStrategy[object]] = {
    "t": st.sampled_from(TEXTS),
    'a-b "x"': st.sampled_from(["甲", "乙"]),
    "n": st.integers(-3, 5) | st.just(1_000),
    "x": st.sampled_from([-1.5, 0.0, 0.25, 2.0]),
    "count": st.booleans(),
    "d": st.sampled_from(DAYS),
    "m": st.sampled_from(MOMENTS),
}
ROWS = st.lists(st.tuples(*(st.none() | CELLS[name] for name in TYPES)), min_size=1, max_size=30)
_SIGNS = ["=", "!=", "<", "<=", ">", ">="]
_WORDS = ["contains", "starts with", "ends with"]


def _calls(function: str, *arguments: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    return st.builds(Call, st.just(function), st.tuples(*arguments))


def _fields(*names: str) -> st.SearchStrategy[Expression]:
    return st.sampled_from([Field(name) for name in names])


_texts = _fields("t", 'a-b "x"')
TEXT_TERMS = st.one_of(
    _texts,
    _calls("lower", _texts),
    _calls("upper", _texts),
    _calls("coalesce", _texts, st.sampled_from(TEXTS).map(Constant.of)),
)
DAY_TERMS = st.one_of(_fields("d"), _calls("date", _fields("m", "d", "t")))
_numbers: st.SearchStrategy[Expression] = st.one_of(
    _fields("n", "x"),
    _calls("length", TEXT_TERMS),
    _calls("year", _fields("d", "m")),
    _calls("month", DAY_TERMS),
    _calls("day", DAY_TERMS),
)
_constants = (st.integers(-3, 20) | st.sampled_from([0.5, -2.25])).map(Constant.of)
NUMBER_TERMS: st.SearchStrategy[Expression] = st.recursive(
    _numbers,
    lambda inner: st.one_of(
        st.builds(Arithmetic, st.sampled_from("+-*/"), inner, inner | _constants),
        st.builds(Arithmetic, st.sampled_from("+-*/"), _constants, inner),
        st.builds(Negative, inner),
        _calls("abs", inner),
        _calls("round", inner),
        _calls("round", inner, st.integers(0, 3).map(Constant.of)),
        _calls("coalesce", inner, inner | _constants),
    ),
    max_leaves=4,
)


def _plain(expression: Expression) -> str | Expression:
    """A column that stands alone is its name."""
    return expression.name if isinstance(expression, Field) else expression


def _compare(
    terms: st.SearchStrategy[Expression], signs: list[str], values: st.SearchStrategy[object]
) -> st.SearchStrategy[Condition]:
    return st.builds(Compare, terms.map(_plain), st.sampled_from(signs), values)


def _is_in(terms: st.SearchStrategy[Expression], values: st.SearchStrategy[JsonValue]) -> st.SearchStrategy[Condition]:
    return st.builds(IsIn, terms.map(_plain), st.lists(values, min_size=1, max_size=3).map(tuple))


_plain_numbers = st.integers(-3, 6) | st.sampled_from([0.25, -1.5, 2.0, 2024])
_plain_days, _plain_moments = (st.sampled_from([v.isoformat() for v in values]) for values in (DAYS, MOMENTS))
_one_condition: st.SearchStrategy[Condition] = st.one_of(
    _compare(NUMBER_TERMS, _SIGNS, _plain_numbers),
    _compare(NUMBER_TERMS, _SIGNS, NUMBER_TERMS),
    _compare(_constants, _SIGNS, NUMBER_TERMS),
    _is_in(NUMBER_TERMS, _plain_numbers),
    _compare(TEXT_TERMS, [*_SIGNS, *_WORDS], st.sampled_from(TEXTS)),
    _compare(TEXT_TERMS, [*_SIGNS, *_WORDS], TEXT_TERMS),
    _compare(TEXT_TERMS, ["like", "ilike"], st.sampled_from(PATTERNS)),
    _is_in(TEXT_TERMS, st.sampled_from(TEXTS)),
    _compare(DAY_TERMS, _SIGNS, _plain_days),
    _compare(DAY_TERMS, _SIGNS, _fields("d", "m")),
    _compare(_fields("m"), _SIGNS, _plain_moments),
    _compare(
        _calls("date", _fields("m")), _SIGNS, st.sampled_from(DAYS).map(lambda d: Constant(str(d), ColumnType.DATE))
    ),
    _is_in(_fields("d"), _plain_days),
    _compare(_fields("count"), ["=", "!="], st.booleans()),
    st.builds(IsNull, st.one_of(NUMBER_TERMS, TEXT_TERMS, DAY_TERMS, _fields("count")).map(_plain)),
)
CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    _one_condition,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(All, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(Either, st.lists(inner, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=5,
)
_names = st.sampled_from(list(TYPES))


@st.composite
def row_queries(draw: st.DrawFn) -> RowQuery:
    terms = st.one_of(NUMBER_TERMS, TEXT_TERMS, DAY_TERMS)
    calculated = draw(st.lists(terms, max_size=2))
    plain: list[str | Selected] = list(draw(st.lists(_names, max_size=3, unique=True)))
    select = (*plain, *(Selected(term, f"c{number}") for number, term in enumerate(calculated)))
    subjects = st.one_of(_names, terms.map(_plain), st.sampled_from([f"c{n}" for n in range(len(calculated))] or ["n"]))
    keys = draw(st.lists(subjects, max_size=3, unique=True))
    return RowQuery(
        select=select,
        where=draw(st.none() | CONDITIONS),
        order_by=tuple(SortKey(key, draw(st.booleans())) for key in keys),
    )


_KEYS: list[Expression] = [
    Field("t"),
    Field('a-b "x"'),
    Field("count"),
    Field("x"),
    Field("m"),
    Call("year", (Field("d"),)),
    Call("lower", (Field("t"),)),
    Ranges(Field("n"), (-1.0, 0.5, 3.0)),
]
_EXACT: list[Expression] = [
    Call("count"),
    Call("count", (Field("n"),)),
    Call("count_distinct", (Field("t"),)),
    Call("sum", (Field("n"),)),
    Call("sum", (Field("x"),)),
    Call("sum", (Arithmetic("*", Field("n"), Field("x")),)),
    Call("min", (Field("m"),)),
    Call("max", (Field("t"),)),
    Call("median", (Field("n"),)),
    Arithmetic("-", Call("max", (Field("n"),)), Call("min", (Field("x"),))),
    Arithmetic("*", Call("count"), Constant.of(2)),
]
_ROUNDED: list[Expression] = [
    Call("avg", (Field("n"),)),
    Call("avg", (Field("x"),)),
    Call("stddev", (Field("n"),)),
    Arithmetic("/", Call("sum", (Field("x"),)), Call("count")),
]


@st.composite
def group_queries(draw: st.DrawFn) -> RowQuery:
    keys = draw(st.lists(st.sampled_from(_KEYS), max_size=2, unique=True))
    exact = draw(st.lists(st.sampled_from(_EXACT), min_size=1, max_size=2, unique=True))
    rounded = draw(st.lists(st.sampled_from(_ROUNDED), max_size=1))
    shown = [key for key in keys if draw(st.booleans())]
    select = [
        *(Selected(key, f"k{n}") for n, key in enumerate(shown)),
        *(Selected(total, f"a{n}") for n, total in enumerate([*exact, *rounded])),
    ]
    having = st.one_of(
        _compare(st.sampled_from([Call("count"), Call("count", (Field("x"),))]), _SIGNS, st.integers(0, 3)),
        _compare(st.just(Call("max", (Field("n"),))), _SIGNS, st.just(Call("count"))),
        st.builds(IsNull, st.just("a0")),
    )
    order = [*(f"k{n}" for n in range(len(shown))), *(f"a{n}" for n in range(len(exact))), Call("count"), *exact]
    chosen = draw(st.lists(st.sampled_from(order), max_size=2, unique=True))
    return RowQuery(
        select=tuple(select),
        where=draw(st.none() | CONDITIONS),
        group_by=tuple(
            Field(f"k{n}") if key in shown and draw(st.booleans()) else key for key, n in _numbered(keys, shown)
        ),
        having=draw(st.none() | having | st.builds(Not, having)),
        order_by=tuple(SortKey(key, draw(st.booleans())) for key in chosen),
    )


def _numbered(keys: list[Expression], shown: list[Expression]) -> list[tuple[Expression, int]]:
    return [(key, shown.index(key) if key in shown else -1) for key in keys]
