"""The pre-filter may select too much, never too little: what it clears holds nothing for the full rules."""

import random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.gate.rules import RULES
from portal.inspect.cells import examine, findings_of
from portal.inspect.prefilter import HARMLESS, LONG_RUN, selects, suspects
from portal.inspect.readings import read_loose, without_spaces
from tests.gate.corpus.specimens import by_disguise
from tests.inspect.disguises import DISGUISES, card, identity, mobile

_NUMERALS = tuple(
    str.maketrans("0123456789", signs)
    for signs in ("0123456789", "０１２３４５６７８９", "零一二三四五六七八九", "⓪①②③④⑤⑥⑦⑧⑨", "Ol23456789")
)
_GAPS = ("", "", "", " ", "-", "－", "\u3000", ".", "/", "\u200b", "·", ":", ", ", "—", "*", "\n", "(", "）")
_AROUND = ("", "", "证号", "电话：", "a", " ", "2024-05-01 ", "010-65123456/", "①", "0", "+86", "合计12.5", "。住", "E")


def disguised(source: random.Random) -> str:
    """An identifier as somebody might write it, some of them beyond recognition."""
    if source.random() < 0.3:
        return source.choice(list(DISGUISES.values()))[1](source)
    number = source.choice((identity, mobile, card))(source).translate(source.choice(_NUMERALS))
    gaps = source.sample(_GAPS, 2)
    spread = "".join(sign + (source.choice(gaps) if source.random() < 0.3 else "") for sign in number)
    return source.choice(_AROUND) + spread + source.choice(_AROUND)


def found_in(cells: pl.Series) -> set[str]:
    """The rules that find something when every cell is looked at."""
    return {finding.rule for finding in findings_of(examine(cells), "列", "cell", len(cells))}


@given(seed=st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_what_the_full_rules_find_was_selected(seed: int) -> None:
    source = random.Random(seed)
    cells = pl.Series([disguised(source) for _ in range(200)])
    cleared = cells.filter(~cells.is_in(suspects(cells).to_list()))
    assert found_in(cleared) == set(), cleared.to_list()


@given(cells=st.lists(st.from_regex(HARMLESS, alphabet=st.characters(max_codepoint=126)), min_size=1, max_size=200))
@settings(max_examples=40, deadline=None)
def test_the_full_rules_find_nothing_in_what_is_called_harmless(cells: list[str]) -> None:
    texts = pl.Series([cell.rstrip("\n") for cell in cells])
    assert texts.str.contains(HARMLESS).all()
    assert found_in(texts) == set()


@pytest.mark.parametrize(
    "cell",
    [
        "2024-05-01 13812345678",
        "13812345678.0",
        "2024-05-01 12:30:00\n13812345678",
        "2024-05-01 12:30:00 13812345678",
        "0138-12345678",
        "0-13812345678",
        "010-6512345613812345678",
    ],
)
def test_a_number_that_resembles_the_harmless_is_looked_at(cell: str) -> None:
    assert suspects(pl.Series([cell])).to_list() == [cell]


def test_in_a_column_named_for_documents_nothing_with_digits_is_harmless() -> None:
    cells = pl.Series(["010-65123456", "2024-05-01 12:30:00", "无"])
    assert suspects(cells, "护照号码").to_list() == ["010-65123456", "2024-05-01 12:30:00"]


@given(st.lists(st.text(alphabet="aZ09+/=_-é中😀 ", min_size=10, max_size=60), min_size=1, max_size=50))
def test_long_runs_are_selected_whatever_stands_around_them(texts: list[str]) -> None:
    cells = pl.Series(texts)
    long = set(cells.filter(cells.str.contains(LONG_RUN) & ~cells.str.contains(HARMLESS)))
    assert long <= set(suspects(cells).to_list())


def test_empty_cells_are_no_suspects() -> None:
    assert suspects(pl.Series([None, "", None], dtype=pl.String)).to_list() == []


def test_what_a_rule_matches_its_own_words_select() -> None:
    """In every reading: a rule's patterns are tried on nothing that its words and short patterns do not select."""
    cells = [cell for specimen in by_disguise() for row in specimen.delivery.rows for cell in row if cell]
    readings = read_loose(pl.Series(sorted(set(cells))))
    readings = pl.concat([readings, *without_spaces(readings)])
    text = pl.col("text")
    passed_over = {}
    for rule in RULES:
        if rule.patterns and rule.name != "email_address":  # that one is tried on what is spelled out as well
            matched = readings.filter(text.str.contains("|".join(rule.patterns)))
            passed_over[rule.name] = matched.filter(~text.str.contains(selects(rule))).get_column("text").to_list()
    assert not any(passed_over.values()), passed_over
