"""The site for developers: complete in both languages, written from what is served, with examples that run."""

import re
import shlex
from html import unescape
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from flask.testing import FlaskClient

from portal.api import describe_api
from portal.http.problems import KINDS
from portal.limits import BUDGETS, CONCURRENCY
from portal.paths import TEMPLATES
from portal.settings import Settings
from portal.web.developers import GUIDES, read_operations
from tests.http.site import generous, open_site
from tests.web.reading import read_page
from tests.web.site import Site
from tests.web.test_languages import HAN

_OPERATIONS = read_operations(describe_api())
_LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])


def _page(client: FlaskClient, language: str, rest: str = "") -> str:
    answer = client.get(f"/{language}/developers{rest}")
    assert answer.status_code == 200, rest
    return answer.text


@_LANGUAGES
def test_every_guide_leads_to_all_others_and_says_which_it_is(client: FlaskClient, language: str) -> None:
    for guide in GUIDES:
        rest = f"/{guide}" if guide else ""
        text = _page(client, language, rest)
        for other in GUIDES:
            assert f'href="/{language}/developers{f"/{other}" if other else ""}"' in text
        assert f'href="/{language}/developers{rest}" aria-current="page"' in text


def test_guides_have_the_same_headings_samples_and_links_in_both_languages() -> None:
    for guide in GUIDES:
        both = [
            (TEMPLATES / "developers" / f"{guide or 'start'}.{language}.html").read_text("utf-8")
            for language in ("zh", "en")
        ]
        for pattern in (r'<h2 id="([\w-]+)"', r"{{ (\w+)\(", r'href="([^"]+)"', r"<(ul|li|tr|dl)\b"):
            zh, en = (re.findall(pattern, text) for text in both)
            assert zh == en, (guide, pattern)


@_LANGUAGES
def test_the_entrance_and_the_page_of_errors_explain_every_problem_at_its_anchor(
    client: FlaskClient, language: str
) -> None:
    for rest in ("", "/errors"):
        text = _page(client, language, rest)
        assert all(f'id="problem-{code}"' in text for code in KINDS)
        assert rest or 'id="limits"' in text


def test_links_within_the_site_lead_to_anchors_that_are_there(client: FlaskClient) -> None:
    pages: dict[str, str] = {}
    for guide in GUIDES:
        here = f"/en/developers{f'/{guide}' if guide else ''}"
        text = _page(client, "en", f"/{guide}" if guide else "")
        for link in re.findall(r'href="((?:/en/developers|#)[^"]*)"', text):
            path, _, anchor = link.partition("#")
            path = path or here
            if path not in pages:
                answer = client.get(path)
                assert answer.status_code == 200, link
                pages[path] = answer.text
            assert not anchor or f'id="{anchor}"' in pages[path], link


@_LANGUAGES
def test_the_reference_lists_every_operation_and_each_has_a_page(client: FlaskClient, language: str) -> None:
    listed = _page(client, language, "/reference")
    for name, operation in _OPERATIONS.items():
        assert f'href="/{language}/developers/reference/{name}"' in listed
        text = _page(client, language, f"/reference/{name}")
        shown = unescape(text)
        assert operation.path in shown
        assert all(f"<code>{one.name}</code>" in shown for one in operation.parameters), name
        assert all(f'id="answer-{one.status}"' in text for one in operation.answers), name
        assert all(f"#problem-{code}" in text for one in operation.errors for code in one.problems), name
        assert all(header in text for one in operation.answers for header, _ in one.headers), name
        if language == "en":
            assert not [t for spoken, t in read_page(text).texts if HAN.search(t) and not spoken.startswith("zh")], name


@pytest.mark.parametrize(
    ("language", "words", "found", "not_found"),
    [
        ("en", "Webhook  SECRET", "rotate_webhook_secret", "list_rows"),
        ("zh", "数据行 版本", "compare_rows", "create_my_key"),
        ("zh", "group_by", "list_rows", "get_me"),
    ],
)
def test_operations_are_found_by_words(
    client: FlaskClient, language: str, words: str, found: str, not_found: str
) -> None:
    text = _page(client, language, f"/reference?{urlencode({'q': words})}")
    assert f"/reference/{found}" in text and f"/reference/{not_found}" not in text
    assert f'value="{words.replace("  ", " ")}"' in text
    assert 'role="status"' in _page(client, language, "/reference?q=%3Cnothing%3E")


def test_an_operation_that_is_not_there_is_not_found(client: FlaskClient) -> None:
    assert client.get("/en/developers/reference/nothing").status_code == 404
    assert client.get("/en/developers/nothing").status_code == 404


def test_every_page_is_there_while_there_is_no_dataset(tmp_path: Path) -> None:
    with open_site(generous(Settings(var_dir=tmp_path / "var"))) as empty:
        for rest in (*(f"/{guide}".rstrip("/") for guide in GUIDES), "/reference", "/reference/list_rows"):
            assert empty.client.get(f"/en/developers{rest}").status_code == 200, rest


def test_limits_are_those_that_the_limiter_counts_by(client: FlaskClient) -> None:
    rows = read_page(_page(client, "en", "/keys")).texts
    words = " ".join(text for _, text in rows)
    for tiers in BUDGETS.values():
        assert all(f"{budget.amount:,}" in words for budget in tiers.values() if budget.amount < 10**6)
    assert all(str(places) in words for tiers in CONCURRENCY.values() for places in tiers.values())


def test_examples_that_need_no_key_answer(client: FlaskClient, site: Site) -> None:
    refused = []
    for name, operation in _OPERATIONS.items():
        code = re.search(r"<pre[^>]*><code[^>]*>(curl.*?)</code>", _page(client, "en", f"/reference/{name}"), re.S)
        assert code is not None, name
        status = _run(client, unescape(code[1]))
        if status not in _EXPECTED.get(name, {401} if operation.needs_key else {200, 202, 303}):
            refused.append((name, status, unescape(code[1])))
    assert not refused


@_LANGUAGES
def test_calls_in_the_guides_answer(client: FlaskClient, site: Site, language: str) -> None:
    asked, refused = 0, []
    for guide in GUIDES:
        text = _page(client, language, f"/{guide}" if guide else "")
        for code in re.findall(r"<pre[^>]*><code[^>]*>(curl.*?)</code>", text, re.S):
            for call in re.split(r"\n(?=curl )", unescape(code)):
                if "YOUR_KEY" in call:
                    continue
                asked += 1
                if (status := _run(client, call.partition("\nckanapi")[0])) >= 400:
                    refused.append((guide, status, call))
    assert asked >= 20
    assert not refused


_EXPECTED = {
    **{name: {404} for name in ("get_export", "get_export_file", "cancel_export", "compare_versions", "compare_rows")},
    **{f"ckan_{name}{post}": {404} for name in ("user_show", "vocabulary_show") for post in ("", "_by_post")},
    **{
        f"ckan_{name}{post}": {403, 409}
        for name in (
            "package_collaborator_list",
            "am_following_dataset",
            "am_following_group",
            "dataset_follower_list",
            "group_follower_list",
            "datastore_search_sql",
        )
        for post in ("", "_by_post")
    },
}
"""Operations that answer so whatever is asked, or that need something which is made first."""


def _run(client: FlaskClient, code: str) -> int:
    """The status of what curl would ask."""
    words = shlex.split(code)
    address = urlsplit(next(word for word in words if word.startswith("http")))
    data = [word for flag, word in pairwise(words) if flag == "--data-urlencode"]
    body = next((word for flag, word in pairwise(words) if flag == "-d"), None)
    headers = [word.partition(": ") for flag, word in pairwise(words) if flag == "-H"]
    method = next((word for flag, word in pairwise(words) if flag == "-X"), "GET")
    encoded = urlencode([(name, value) for name, _, value in (one.partition("=") for one in data)])
    if body is not None or (data and "-G" not in words):
        form = "application/x-www-form-urlencoded"
        kind = next((value for name, _, value in headers if name == "Content-Type"), form)
        return client.post(address.path, data=body or encoded, content_type=kind, buffered=True).status_code
    return client.open(f"{address.path}?{encoded or address.query}", method=method, buffered=True).status_code
