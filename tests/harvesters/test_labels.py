"""Language tags and formats as real catalogues write them."""

import pytest

from harvesters.formats import format_of_name, read_format
from harvesters.languages import pick_texts, read_languages


@pytest.mark.parametrize(
    ("label", "tags"),
    [
        ("en", ("en",)), ("zh-Hant", ("zh-Hant",)), ("zh-Hans", ("zh-Hans",)), ("zh-Hantz", ("zh-Hant",)),
        ("zn-Hant", ("zh-Hant",)), ("zh_hans", ("zh-Hans",)), ("en, zh-Hant", ("en", "zh-Hant")),
        ("en, zh-Hant,zh-Hans", ("en", "zh-Hant", "zh-Hans")), ("en, zh-Hant, zh_hans", ("en", "zh-Hant", "zh-Hans")),
        ("en, tc", ("en", "zh-Hant")), ("en, tc, sc", ("en", "zh-Hant", "zh-Hans")),
        ('"en, tc, sc"', ("en", "zh-Hant", "zh-Hans")), ("EN;zh-CN", ("en", "zh-Hans")), ("繁體中文/英文", ("zh-Hant", "en")),
        ("zh", ("zh",)), ("English and 简体中文", ("en", "zh-Hans")), ("en, en", ("en",)), ("", ()), (" , ", ()),
    ],
)  # fmt: skip
def test_language_labels_become_tags(label: str, tags: tuple[str, ...]) -> None:
    assert read_languages(label).tags == tags
    assert read_languages(label).unknown == ()


def test_a_language_nobody_knows_is_named_not_guessed() -> None:
    found = read_languages("en, klingon")
    assert (found.tags, found.unknown, found.label) == (("en",), ("klingon",), "en, klingon")


def test_simplified_wins_over_traditional_and_other_languages_are_left_out() -> None:
    assert pick_texts({"tc": "學校", "sc": "学校", "en": "Schools", "fr": "Écoles"}) == {"zh": "学校", "en": "Schools"}
    assert pick_texts({"zh_hk": "學校", "en": " "}) == {"zh": "學校"}


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("csv", "CSV"), ("CSV ", "CSV"), ("text/csv", "CSV"), ("text/csv; charset=gbk", "CSV"), (".csv", "CSV"),
        ("XLSX", "XLSX"), ("XSLS", "XLSX"), ("Excel (.xlsx)", "XLSX"), ("xls", "XLS"), ("application/vnd.ms-excel", "XLS"),
        ("json", "JSON"), ("GeoJSON", "GeoJSON"), ("zip", "ZIP"), ("RSS", "RSS"), ("GML", "GML"),
    ],
)  # fmt: skip
def test_format_labels_become_one_name(label: str, name: str) -> None:
    found = read_format(label)
    assert (found.name, found.is_known) == (name, True)


def test_an_unknown_format_keeps_its_label_and_says_so() -> None:
    found = read_format(" dwg-2010 ")
    assert (found.name, found.is_known) == ("DWG-2010", False)
    assert read_format("") == read_format("  ")
    assert not read_format("").is_known


@pytest.mark.parametrize(("file", "name"), [("学校.CSV", "CSV"), ("a.b.xlsx", "XLSX"), ("无后缀", ""), ("a.", "")])
def test_the_end_of_a_file_name_is_a_claim_of_its_format(file: str, name: str) -> None:
    assert format_of_name(file).name == name
