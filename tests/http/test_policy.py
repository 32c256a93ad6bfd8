"""Every route names its permission and its budget; one place enforces them."""

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.access import Permission
from portal.http.policy import PolicyMissing, enforce, list_policies, policy
from portal.kernel.vocab import Tier
from portal.limits import BudgetClass, budget_for
from portal.settings import Settings
from tests.http.site import Site, generous, open_site
from tests.limits.clock import stop_clock


def test_every_route_names_its_permission_and_budget(site: Site) -> None:
    assert set(list_policies(site.app)) == set(site.app.view_functions)


def test_routes_that_give_data_ask_for_the_right_to_it(site: Site) -> None:
    policies = list_policies(site.app)
    for endpoint in ("api.list_rows", "downloads.file"):
        assert policies[endpoint].permission is Permission.READ_DATA


def test_nothing_but_named_routes_is_free_of_charge(site: Site) -> None:
    free = {endpoint for endpoint, asked in list_policies(site.app).items() if asked.budget is None}
    assert not any(endpoint.startswith(("api.", "downloads.")) for endpoint in free)


def test_a_route_without_a_policy_fails_the_start() -> None:
    app = Flask("forgetful")
    app.add_url_rule("/open", "open_door", lambda: "secret")
    with pytest.raises(PolicyMissing, match="open_door"):
        enforce(app)


def test_an_undeclared_budget_or_permission_fails_at_import() -> None:
    with pytest.raises(ValueError, match="plenty"):
        policy(permission="none", budget="plenty")
    with pytest.raises(ValueError, match="everything"):
        policy(permission="everything", budget=None)


def test_every_answer_tells_the_budget_and_what_is_left(client: FlaskClient) -> None:
    amount = budget_for(BudgetClass.CATALOGUE, Tier.ANONYMOUS).amount
    first = client.get("/api/v1/themes")
    assert first.headers["RateLimit-Policy"] == f'"catalogue";q={amount};w=60'
    assert first.headers["RateLimit"].startswith(f'"catalogue";r={amount - 1};t=')


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """No window rolls over while a test uses up a budget."""
    stop_clock(monkeypatch)


@pytest.mark.usefixtures("still")
def test_over_budget_is_429_with_the_time_to_wait(client: FlaskClient) -> None:
    amount = budget_for(BudgetClass.CATALOGUE, Tier.ANONYMOUS).amount
    for _ in range(amount):
        assert client.get("/api/v1/themes").status_code == 200
    refused = client.get("/api/v1/themes")
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert '"catalogue";r=0;' in refused.headers["RateLimit"]
    told = refused.get_json()
    assert (told["policy"], told["limit"], told["tier"]) == ("catalogue", amount, "anonymous")


@pytest.mark.usefixtures("still")
@pytest.mark.parametrize("path", ["/api/v1/themes", "/api/v1/THEMES", "/api/v1/%74hemes", "/api/v1/themes?x=1"])
def test_a_used_up_budget_cannot_be_walked_round(client: FlaskClient, path: str) -> None:
    while client.get("/api/v1/themes").status_code != 429:
        pass
    walked = client.get(
        path, headers={"X-Forwarded-For": "198.51.100.7", "Host": "other.example", "X-Real-IP": "198.51.100.7"}
    )
    assert walked.status_code in {404, 429}
    assert client.head("/api/v1/themes").status_code == 429


@pytest.mark.usefixtures("still")
def test_unknown_keys_do_not_open_new_budgets(client: FlaskClient) -> None:
    statuses = [
        client.get("/api/v1/themes", headers={"X-API-Key": f"odp_aaaaaaaa_{i:032d}"}).status_code for i in range(130)
    ]
    assert set(statuses) == {401, 429}
    assert statuses[-1] == 429


@pytest.mark.usefixtures("still")
def test_trusted_proxies_make_callers_distinct(settings: Settings) -> None:
    with open_site(replace(settings, trusted_proxies=1)) as site:
        one = site.client.get("/api/v1/themes", headers={"X-Forwarded-For": "198.51.100.7"})
        two = site.client.get("/api/v1/themes", headers={"X-Forwarded-For": "198.51.100.8"})
        forged = site.client.get("/api/v1/themes", headers={"X-Forwarded-For": "203.0.113.1, 198.51.100.8"})
    assert one.headers["RateLimit"] == two.headers["RateLimit"]
    assert forged.headers["RateLimit"] != two.headers["RateLimit"]


@pytest.mark.usefixtures("still")
def test_one_ipv6_network_is_one_caller(settings: Settings) -> None:
    with open_site(settings) as site:
        client = site.client
        left = [
            client.get("/api/v1/themes", environ_base={"REMOTE_ADDR": address}).headers["RateLimit"].split(";")[1]
            for address in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1")
        ]
    assert left == ["r=119", "r=118", "r=119"]


def test_options_tell_the_methods_and_cost_nothing(client: FlaskClient) -> None:
    answer = client.options("/api/v1/themes")
    assert answer.status_code == 200
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert "RateLimit" not in answer.headers


def test_head_has_the_headers_of_get_and_no_body(settings: Settings) -> None:
    with open_site(generous(settings)) as site:
        got, head = site.client.get("/api/v1/themes"), site.client.head("/api/v1/themes")
    assert head.data == b""
    for name in ("ETag", "Content-Type", "Content-Length", "Cache-Control"):
        assert head.headers[name] == got.headers[name]


def test_any_page_may_read_data_and_send_no_credentials(client: FlaskClient) -> None:
    answer = client.get("/api/v1/themes", headers={"Origin": "https://elsewhere.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "ETag" in answer.headers["Access-Control-Expose-Headers"]
    preflight = client.options(
        "/api/v1/themes", headers={"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "GET"}
    )
    assert "Authorization" in preflight.headers["Access-Control-Allow-Headers"]
    assert client.get("/en/").headers.get("Access-Control-Allow-Origin") is None
