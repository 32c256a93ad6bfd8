"""No Chinese outside an element that says so, and every fallback marked where a reader sees it."""

import re

import pytest
from flask.testing import FlaskClient

from portal.i18n import translate
from portal.i18n.messages import chinese_catalogue
from portal.kernel.text import Language
from portal.paths import ROOT, TEMPLATES
from tests.web.extraction import extract_messages
from tests.web.reading import read_page
from tests.web.site import Site

HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uff00-\uffef\u3000-\u303f]")
_READ_ALOUD = {"title", "alt", "aria-label", "placeholder", "content"}


def test_english_pages_mark_every_chinese_text(client: FlaskClient, addresses: list[str]) -> None:
    for address in addresses:
        page = read_page(client.get(f"/en/{address}").text)
        unmarked = [text for language, text in page.texts if HAN.search(text) and not language.startswith("zh")]
        assert not unmarked, (address, unmarked[:3])
        spoken = [
            (tag, name, value)
            for tag, name, value, language in page.attributes
            if name in _READ_ALOUD and HAN.search(value) and not language.startswith("zh")
        ]
        assert not spoken, (address, spoken[:3])


def test_a_text_without_english_shows_in_chinese_and_says_so(client: FlaskClient, site: Site) -> None:
    text = client.get(f"/en/dataset/{site.chinese_only}").text
    assert re.search(r'<h1><span lang="zh-CN">[^<]+</span> <span class="mark">in Chinese</span></h1>', text)
    assert re.search(r'<title lang="zh-CN">', text)


def test_a_machine_translation_says_so_only_where_it_is_read(client: FlaskClient, site: Site) -> None:
    assert "machine translation" in client.get(f"/en/dataset/{site.machine}").text
    assert "机器翻译" not in client.get(f"/zh/dataset/{site.machine}").text


def test_a_translation_of_an_older_original_says_so(client: FlaskClient, site: Site) -> None:
    assert "Translation older than the original" in client.get(f"/en/dataset/{site.stale}").text


def test_search_results_and_suggestions_mark_their_language(client: FlaskClient, site: Site) -> None:
    items = client.get("/en/suggest?q=%E7%96%AB%E8%8B%97").get_json()
    assert items
    assert {item["lang"] for item in items} <= {"zh-CN", "en"}
    assert all((item["lang"] == "zh-CN") == bool(HAN.search(item["title"])) for item in items)


def test_every_message_has_chinese() -> None:
    missing = {
        message: place
        for message, place in extract_messages().items()
        if translate(Language.ZH, message) == message
        and not re.fullmatch(r"[A-Z]{3,4}|JSON Lines|Parquet|GeoJSON", message)
    }
    assert not missing


def test_translations_keep_their_placeholders() -> None:
    names = re.compile(r"%\((\w+)\)s")
    for entry in chinese_catalogue():
        if isinstance(entry.id, str) and entry.id:
            assert set(names.findall(entry.id)) == set(names.findall(str(entry.string))), entry.id


def test_chinese_stands_in_translations_and_chinese_prose_alone() -> None:
    switch = "中文"
    for path in sorted(TEMPLATES.rglob("*.html")):
        if not path.name.endswith(".zh.html"):
            assert not HAN.search(path.read_text("utf-8").replace(switch, "")), path.name
    for package in ("web", "http"):
        for path in (ROOT / "portal" / package).glob("*.py"):
            assert not HAN.search(path.read_text("utf-8")), path.name


@pytest.mark.parametrize("page", ["about", "terms"])
def test_prose_has_the_same_headings_in_both_languages(page: str) -> None:
    counts = {
        len(re.findall("<h2", (TEMPLATES / "texts" / f"{page}.{language}.html").read_text("utf-8")))
        for language in ("zh", "en")
    }
    assert len(counts) == 1
