"""Requests come in every way that CKAN's clients send them, and errors leave in CKAN's words."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from portal.accounts import create_key
from portal.ckan.actions import ACTIONS
from portal.kernel.vocab import Tier
from portal.limits.budgets import BudgetClass, budget_for
from portal.settings import Settings, site_secret
from tests.http.site import open_site

STATUS = "/api/3/action/status_show"
HELP = "/api/3/action/help_show"


def test_both_addresses_answer_get_and_post_alike(client: FlaskClient) -> None:
    answers = [
        client.get(STATUS),
        client.get("/api/action/status_show"),
        client.post(STATUS),
        client.post(STATUS, json={}),
        client.post(STATUS, content_type="application/json"),
    ]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.get_data() for answer in answers}) == 1
    body = answers[0].get_json()
    assert set(body) == {"help", "success", "result"}
    assert body["help"].endswith("/api/3/action/help_show?name=status_show")
    assert answers[0].content_type == "application/json;charset=utf-8"


@pytest.mark.parametrize(
    "sent",
    [
        {"query_string": {"name": "status_show"}},
        {"method": "POST", "json": {"name": "status_show"}},
        {"method": "POST", "data": {"name": "status_show"}},
        {"method": "POST", "data": '{"name": "status_show"}', "content_type": "application/x-www-form-urlencoded"},
        {"method": "POST", "query_string": {"name": "status_show"}},
    ],
)
def test_parameters_are_read_from_wherever_clients_put_them(client: FlaskClient, sent: dict[str, object]) -> None:
    answer = client.open(HELP, **sent)  # type: ignore[arg-type]
    assert (answer.status_code, answer.get_json()["success"]) == (200, True)


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b'"x"', "application/json", 400),
        (b"null", "application/json", 400),
        (b"{", "application/json", 400),
        (b'{"name": "x"}', "text/plain", 415),
        (b"[" * 100_000, "application/json", 400),
    ],
)
def test_bodies_that_are_no_parameters_are_refused(client: FlaskClient, body: bytes, kind: str, status: int) -> None:
    answer = client.post(HELP, data=body, content_type=kind)
    assert answer.status_code == status
    if status == 400:
        assert answer.get_json().startswith("Bad request: JSON Error: ")


def test_unknown_names_wrong_methods_and_other_addresses(client: FlaskClient) -> None:
    unknown = client.get("/api/3/action/PACKAGE_SEARCH")
    assert (unknown.status_code, unknown.get_json()) == (400, "Bad request: Action name not known: PACKAGE_SEARCH")
    assert client.delete(STATUS).status_code == 405
    assert client.patch(STATUS).status_code == 405
    for path in (f"{STATUS}/", "/api/3/action", "/api/3/action/", "/api/3/rest/dataset", "/api/2/action/status_show"):
        assert client.get(path).status_code == 404, path
    assert set(client.options(STATUS).headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}
    assert client.get("/api/3").get_json() == {"version": 3}


def test_nothing_is_written_through_this_door(client: FlaskClient) -> None:
    answer = client.post("/api/3/action/package_create", json={"name": "x"})
    assert (answer.status_code, answer.get_json()["error"]["__type"]) == (403, "Authorization Error")
    assert client.get("/api/3/action/package_create").status_code == 400


def test_a_page_may_have_the_answer_as_a_call_of_its_function(client: FlaskClient) -> None:
    answer = client.get(STATUS, query_string={"callback": "cb"})
    assert answer.content_type == "application/javascript;charset=utf-8"
    assert answer.text.startswith("cb({") and answer.text.endswith("});")
    assert client.get(STATUS, query_string={"callback": "alert(1)//"}).text.startswith("alert1({")
    failed = client.get(HELP, query_string={"callback": "cb", "name": "nosuch"})
    assert (failed.status_code, failed.get_json()["success"]) == (404, False)


@pytest.mark.parametrize("header", ["X-CKAN-API-Key", "Authorization"])
def test_a_key_that_is_not_valid_is_nobodys(client: FlaskClient, header: str) -> None:
    assert client.get(STATUS, headers={header: "garbage"}).status_code == 200


def test_every_action_says_what_it_does(client: FlaskClient) -> None:
    for name in ACTIONS:
        answer = client.get(HELP, query_string={"name": name})
        assert len(answer.get_json()["result"]) > 10, name


def test_too_many_requests_are_refused_in_plain_text(tmp_path: Path) -> None:
    settings = Settings(var_dir=tmp_path / "var", secret_key="00" * 32)
    with open_site(settings, 1) as site:
        amount = budget_for(BudgetClass.CATALOGUE, Tier.ANONYMOUS).amount
        answers = [site.client.get(STATUS) for _ in range(amount + 1)]
    assert [answer.status_code for answer in answers] == [200] * amount + [429]
    assert answers[-1].content_type == "text/plain; charset=utf-8"
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert "RateLimit" in answers[-1].headers


@pytest.mark.parametrize("value", [{}, {"a": 1}, [], [[]]])
def test_a_sort_that_is_no_text_is_a_validation_error(client: FlaskClient, value: object) -> None:
    answer = client.post("/api/3/action/package_search", json={"sort": value})
    assert answer.status_code == 409
    assert answer.get_json()["error"]["__type"] == "Validation Error"


def test_a_key_is_charged_in_every_header_that_ckans_clients_use(tmp_path: Path) -> None:
    """Each call costs the account of the key one unit, and nobody else anything."""
    with open_site(Settings(var_dir=tmp_path / "var", secret_key="00" * 32), 1) as site:
        with site.parts.database.transaction() as session:
            secret = site_secret(site.parts.settings)
            mine, other = (create_key(session, holder=h, secret=secret, now=datetime.now(UTC)).secret for h in "ab")

        def left(headers: dict[str, str]) -> int:
            told = site.client.get("/api/v1/me/quota", headers=headers).get_json()
            return int(next(one["remaining"] for one in told["budgets"] if one["policy"] == "catalogue"))

        ways: list[dict[str, str]] = [
            {"Authorization": mine}, {"Authorization": f"Bearer {mine}"}, {"X-CKAN-API-Key": mine}, {"X-API-Key": mine}
        ]  # fmt: skip
        callers = [{"X-API-Key": mine}, {"X-API-Key": other}, {}]
        before = [left(caller) for caller in callers]
        answers = [site.client.get(STATUS, headers=way) for way in ways]
        assert [answer.status_code for answer in answers] == [200] * 4
        after = [left(caller) for caller in callers]
    spent = [earlier - later for earlier, later in zip(before, after, strict=True)]
    assert spent[0] - spent[1] == len(ways) and spent[1] == spent[2]


def test_pages_of_other_sites_may_send_ckans_header(client: FlaskClient) -> None:
    asked = {"Origin": "https://example.org", "Access-Control-Request-Headers": "x-ckan-api-key"}
    answer = client.options(STATUS, headers=asked)
    assert "X-CKAN-API-Key" in answer.headers["Access-Control-Allow-Headers"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_the_root_tells_the_version_however_it_is_written(client: FlaskClient) -> None:
    assert [client.get(path).get_json() for path in ("/api", "/api/", "/api/3", "/api/3/")] == [{"version": 3}] * 4
