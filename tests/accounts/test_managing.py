"""Staff looks after accounts at a page: finds, sets tiers, closes and opens, and every decision is kept with a name."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from portal.accounts import create_own_key
from portal.accounts.acts import list_acts
from portal.accounts.directory import AccountView, get_account, set_roles
from portal.accounts.leaving import delete_account
from portal.accounts.managing import MOST_FOUND, find_accounts
from portal.kernel.ids import new_id
from portal.kernel.vocab import Scope, StaffRole, Tier
from portal.settings import Settings, site_secret
from tests.accounts.people import make_person, send_form, sign_in
from tests.http.site import Site, counted_statements, open_site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    var = Path(tmp_path_factory.mktemp("managing"))
    with open_site(Settings(var_dir=var, secret_key="00" * 32, limit_factor=100)) as opened:
        yield opened


def _with_role(site: Site, role: StaffRole) -> tuple[AccountView, FlaskClient]:
    person, client = make_person(site.parts.database, f"{new_id()}@example.cn", name="管理员"), site.client
    with site.parts.database.transaction() as session:
        set_roles(session, person.id, frozenset({role}), person="operator", now=datetime.now(UTC))
    sign_in(client, person.email)
    return person, client


@pytest.fixture(scope="module")
def staff(site: Site) -> tuple[AccountView, FlaskClient]:
    return _with_role(site, StaffRole.ACCOUNT_MANAGER)


@pytest.fixture
def manager(staff: tuple[AccountView, FlaskClient]) -> FlaskClient:
    return staff[1]


@pytest.fixture
def person(site: Site) -> AccountView:
    return make_person(site.parts.database, f"{new_id()}@example.cn", name="李 Reader")


def _decide(client: FlaskClient, account_id: str, **fields: str) -> int:
    return send_form(client, f"/en/accounts/{account_id}", page="/en/accounts", **fields).status_code


def _somebody(site: Site) -> FlaskClient:
    """A person without a role, signed in."""
    somebody, client = make_person(site.parts.database, f"{new_id()}@example.cn"), site.client
    sign_in(client, somebody.email)
    return client


@pytest.mark.parametrize("which", ["address", "part of address", "name", "id"])
def test_an_account_is_found_by_address_name_and_number(
    site: Site, manager: FlaskClient, person: AccountView, which: str
) -> None:
    words = {"address": person.email.upper(), "part of address": person.email[:8], "name": "李 rEADER", "id": person.id}
    for language in ("zh", "en"):
        page = manager.get(f"/{language}/accounts", query_string={"q": words[which]})
        assert page.status_code == 200
        assert f"/{language}/accounts/{person.id}" in page.text
    assert person.id not in manager.get("/en/accounts?q=nobody-has-this").text


@pytest.mark.parametrize("words", ["%", "_", "\\", "' OR 1=1 --", "\x00", "%\x00%", "a" * 5_000])
def test_signs_of_patterns_are_words_like_others(manager: FlaskClient, person: AccountView, words: str) -> None:
    page = manager.get("/en/accounts", query_string={"q": words})
    assert page.status_code == 200
    assert (person.id in page.text) == (words == "\x00")  # nothing to look for: the newest


def test_finding_costs_the_same_however_many_there_are(site: Site, manager: FlaskClient) -> None:
    with counted_statements(site) as few:
        manager.get("/en/accounts?q=nobody-has-this")
    for number in range(MOST_FOUND + 2):
        make_person(site.parts.database, f"many{number}-{new_id()}@example.cn")
    with counted_statements(site) as many:
        page = manager.get("/en/accounts?q=many")
    assert len(many) == len(few)
    assert page.text.count("<tr>") == MOST_FOUND + 1
    assert "There are more" in page.text
    with site.parts.database.reading() as session:
        assert len(find_accounts(session, "many")) == MOST_FOUND + 1


def test_a_tier_set_at_the_page_counts_at_once_and_is_kept_with_the_name(
    site: Site, staff: tuple[AccountView, FlaskClient], person: AccountView
) -> None:
    decider, client = staff
    with site.parts.database.transaction() as session:
        secret = site_secret(site.parts.settings)
        key = create_own_key(
            session, person.id, holder="k", scopes=frozenset(Scope), secret=secret, now=datetime.now(UTC)
        )
    assert _decide(client, person.id, act="tier", tier="partner") == 303
    assert site.client.get("/api/v1/me", headers={"X-API-Key": key.secret}).get_json()["tier"] == "partner"
    with site.parts.database.reading() as session:
        act = list_acts(session, person.id)[0]
        assert (act.act, act.detail) == ("tier_set", {"from": "registered", "to": "partner"})
        assert act.actor == f"staff:管理员 ({decider.id})"
    shown = client.get(f"/zh/accounts/{person.id}").text
    assert decider.id in shown
    assert key.secret not in shown
    assert _decide(client, person.id, act="tier", tier="registered") == 303
    with site.parts.database.reading() as session:
        assert get_account(session, person.id).tier is Tier.REGISTERED


def test_a_closed_account_opens_nothing_until_it_is_opened_again(
    site: Site, manager: FlaskClient, person: AccountView
) -> None:
    browser = site.client
    sign_in(browser, person.email)
    assert browser.get("/en/account").status_code == 200
    assert _decide(manager, person.id, act="close") == 303
    assert browser.get("/en/account").status_code == 303
    assert sign_in(site.client, person.email).status_code == 400
    assert _decide(manager, person.id, act="reopen") == 303
    assert sign_in(site.client, person.email).status_code == 303
    with site.parts.database.reading() as session:
        done = [act.act for act in list_acts(session, person.id)]
    assert done[:4] == ["signed_in", "enabled", "sign_in_failed", "disabled"]


def test_what_cannot_be_decided_changes_nothing(
    site: Site, staff: tuple[AccountView, FlaskClient], person: AccountView
) -> None:
    decider, client = staff
    for fields in ({"act": "tier", "tier": "anonymous"}, {"act": "tier", "tier": "king"}, {"act": "burn"}, {}):
        assert _decide(client, person.id, **fields) == 400
    for act in ("close", "reopen", "tier"):
        assert _decide(client, decider.id, act=act, tier="partner") == 400
    other, _ = _with_role(site, StaffRole.APPLICATION_REVIEWER)
    assert _decide(client, other.id, act="close") == 400
    assert _decide(client, new_id(), act="close") == 404
    with site.parts.database.reading() as session:
        for account_id in (person.id, decider.id, other.id):
            found = get_account(session, account_id)
            assert (found.tier, found.disabled_at) == (Tier.REGISTERED, None)


def test_a_deleted_account_is_listed_nameless_and_decided_about_by_nobody(site: Site, manager: FlaskClient) -> None:
    gone = make_person(site.parts.database, f"{new_id()}@example.cn", name="消失的人")
    with site.parts.database.transaction() as session:
        delete_account(session, gone.id, now=datetime.now(UTC))
    page = manager.get("/en/accounts", query_string={"q": gone.id})
    assert gone.id in page.text
    assert "消失的人" not in page.text
    assert manager.get(f"/en/accounts/{gone.id}").status_code == 404
    assert _decide(manager, gone.id, act="tier", tier="partner") == 404


def test_only_the_role_opens_these_pages(site: Site, person: AccountView) -> None:
    _, reviewer = _with_role(site, StaffRole.APPLICATION_REVIEWER)
    with site.parts.database.transaction() as session:
        secret = site_secret(site.parts.settings)
        key = create_own_key(
            session, person.id, holder="k", scopes=frozenset(Scope), secret=secret, now=datetime.now(UTC)
        )
    page = f"/en/accounts/{person.id}"
    for client in (reviewer, _somebody(site)):
        assert client.get("/en/accounts").status_code == 403
        assert client.get(page).status_code == 403
        assert send_form(client, page, page="/en/account/security", act="tier", tier="partner").status_code == 403
        assert "/en/accounts" not in client.get("/en/account").text
    assert site.client.get(page).headers["Location"].startswith("/en/account/sign-in")
    assert site.client.get(page, headers={"X-API-Key": key.secret}).status_code == 403


def test_a_decision_needs_the_token_of_the_page(manager: FlaskClient, person: AccountView) -> None:
    assert manager.post(f"/en/accounts/{person.id}", data={"act": "close"}).status_code == 403
