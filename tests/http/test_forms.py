"""Every form of a page that changes something is taken from our own pages alone: one test goes over all of them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from portal.accounts.directory import set_roles
from portal.kernel.vocab import StaffRole
from portal.settings import Settings
from tests.accounts.people import make_person, sign_in, token_of
from tests.http.site import Site, counted_statements, open_site

# Objecting is everybody's right, also without cookies. These act with nobody's authority; of other sites they take nothing.
WITHOUT_TOKEN = frozenset({"web.send_objection", "web.show_answer"})
WRITES = ("INSERT", "UPDATE", "DELETE")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    var = Path(tmp_path_factory.mktemp("forms"))
    with open_site(Settings(var_dir=var, secret_key="00" * 32, limit_factor=1_000), 1, is_indexed=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def staff(site: Site) -> FlaskClient:
    """A browser of somebody who may do everything, so that nothing but the token stands in the way."""
    person, client = make_person(site.parts.database), site.client
    with site.parts.database.transaction() as session:
        set_roles(session, person.id, frozenset(StaffRole), person="operator", now=datetime.now(UTC))
    sign_in(client, person.email)
    assert client.get("/en/accounts").status_code == 200
    return client


def _forms(site: Site) -> list[Rule]:
    """Routes of pages that take a POST."""
    rules = [rule for rule in site.app.url_map.iter_rules() if "POST" in (rule.methods or ())]
    return [rule for rule in rules if rule.endpoint.startswith("web.")]


def _address(site: Site, rule: Rule) -> str:
    """The address of a route, about what there is."""
    values = dict.fromkeys(rule.arguments, site.ids[0]) | {"lang": "en", "slug": "data", "form": "csv"}
    with site.app.test_request_context():
        built = site.app.url_map.bind("localhost").build(rule.endpoint, values, "POST")
    return built.partition("?")[0]


def test_no_form_is_taken_without_its_token(site: Site, staff: FlaskClient) -> None:
    rules = _forms(site)
    assert {"web.make_key", "web.decide_about_account", "web.send_application"} < {rule.endpoint for rule in rules}
    taken = {}
    for rule in rules:
        for token in ("", "0" * 43, "文"):
            with counted_statements(site) as statements:
                answer = staff.post(_address(site, rule), data={"form_token": token})
            changed = [line for line in statements if line.startswith(WRITES)]
            if answer.status_code != 403 or changed:
                taken[rule.endpoint] = (answer.status_code, changed)
    assert set(taken) == WITHOUT_TOKEN
    assert all(400 <= status < 500 and not changed for status, changed in taken.values())


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://other.example"}]
)
def test_no_form_of_another_site_is_taken(site: Site, staff: FlaskClient, headers: dict[str, str]) -> None:
    answers = {rule.endpoint: staff.post(_address(site, rule), headers=headers).status_code for rule in _forms(site)}
    assert set(answers.values()) == {403}


def test_the_token_of_another_browser_is_worth_nothing(site: Site, staff: FlaskClient) -> None:
    somebody, other = make_person(site.parts.database, "other@example.cn"), site.client
    sign_in(other, somebody.email)
    stolen = token_of(other.get("/en/account/keys"))
    assert other.post("/en/account/keys", data={"form_token": stolen, "name": "x", "scope": "rows"}).status_code == 200
    assert staff.post("/en/account/keys", data={"form_token": stolen, "name": "x", "scope": "rows"}).status_code == 403
