"""The tokenizer's rules, one by one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.index import tokens

titles = st.text(alphabet="停车场公園實時、，（）2023年a级PM.5 -AirQuality①㎡", min_size=2, max_size=30)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("停车场", ["停车", "车场"]),
        ("停", ["停"]),
        ("停車場", ["停车", "车场"]),
        ("ＰＭ２．５", ["pm2", "5"]),
        ("Schools & parking", ["school", "park"]),
        ("2023年停车", ["2023", "年停", "停车"]),
        ("停车、公交", ["停车", "公交"]),
        ("GB/T 43697-2024", ["gb", "t", "43697", "2024"]),
        ("ﬁsh①㎡", ["fish1m2"]),
        ("零\u200b宽", ["零宽"]),
        ("—— “”", []),
        ("バス停", ["バス", "ス停"]),
    ],
)
def test_text_becomes_these_tokens(text: str, expected: list[str]) -> None:
    assert tokens.tokens(tokens.fold(text)) == expected


def test_a_field_keeps_texts_apart_and_adds_single_characters() -> None:
    assert tokens.field_stream(["停车", "车 park"]) == "停车 ¶ 车 park ¶ 停 车"


def test_no_token_is_long_enough_to_be_split_or_refused_by_an_engine() -> None:
    for stream in (tokens.field_stream, tokens.fragment_stream, tokens.edge_stream, tokens.start_stream):
        assert all(len(token) <= 64 for token in stream(["x" * 10_000 + " 停" * 10 + "é" * 300]).split())


@given(titles)
def test_a_cut_folds_to_a_cut_of_the_folded_whole(title: str) -> None:
    """Otherwise a part of a title would not find it: why the Traditional table works character by character."""
    for start in range(len(title) - 1):
        assert tokens.fold(title[start : start + 2]) in tokens.fold(title)


@given(st.text(max_size=60))
def test_any_text_is_tokenised_without_white_space_in_tokens(text: str) -> None:
    assert all(token and not any(c.isspace() for c in token) for token in tokens.tokens(tokens.fold(text)))
    assert tokens.GAP not in tokens.tokens(tokens.fold(text))


def test_long_chinese_words_are_cut_into_dictionary_words_without_particles() -> None:
    assert tokens.words("西湖区停车场的收费标准") == ("西湖区", "停车场", "收费", "标准")
    assert tokens.words("停车场") == ("停车场",)
    assert tokens.words("parking") == ("parking",)
