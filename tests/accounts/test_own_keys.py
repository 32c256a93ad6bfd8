"""Keys of an account: by page and by API, with scopes, rotation, shared budgets and a chart of their use."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from portal.accounts.acts import list_acts
from portal.accounts.directory import AccountView, disable_account, set_tier
from portal.accounts.errors import KeyExpired, KeyRevoked
from portal.accounts.key_uses import add_key_uses, list_key_days
from portal.accounts.keys import MOST_KEYS, NewKey, create_own_key, find_key, list_own_keys, rotate_own_key
from portal.accounts.leaving import delete_account
from portal.db import Database
from portal.kernel.errors import InvalidInput, NotFound
from portal.kernel.ids import new_id
from portal.kernel.vocab import Scope, Tier
from portal.settings import Settings, site_secret
from portal.web.account.charts import HEIGHT, chart_of
from tests.accounts.people import make_person, send_form, sign_in
from tests.api.contract import check
from tests.http.site import Site, counted_statements, open_site

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
SECRET = b"s" * 32
ALL = frozenset(Scope)


def _key(
    database: Database,
    account_id: str,
    *,
    scopes: frozenset[Scope] = ALL,
    secret: bytes = SECRET,
    days: int | None = None,
) -> NewKey:
    expires_at = NOW + timedelta(days=days) if days else None
    with database.transaction() as session:
        return create_own_key(
            session, account_id, holder="robot", scopes=scopes, secret=secret, now=NOW, expires_at=expires_at
        )


@pytest.fixture
def person(database: Database) -> AccountView:
    return make_person(database)


def test_all_keys_of_an_account_are_one_caller_of_its_tier(database: Database, person: AccountView) -> None:
    one, two = _key(database, person.id), _key(database, person.id)
    with database.transaction() as session:
        set_tier(session, person.id, Tier.VERIFIED, person="officer", now=NOW)
        first, second = (find_key(session, key.secret, SECRET, NOW) for key in (one, two))
    assert first.caller == second.caller == f"account:{person.id}"
    assert (first.tier, first.key_id, first.account_id) == (Tier.VERIFIED, one.id, person.id)


def test_keys_of_a_disabled_or_deleted_account_open_nothing(database: Database) -> None:
    for number, close in enumerate((disable_account, None)):
        person = make_person(database, f"p{number}@example.cn")
        key = _key(database, person.id)
        with database.transaction() as session:
            if close:
                close(session, person.id, person="officer", now=NOW)
            else:
                delete_account(session, person.id, now=NOW)
            with pytest.raises(KeyRevoked):
                find_key(session, key.secret, SECRET, NOW)


def test_a_rotated_key_goes_on_for_the_overlap_and_keeps_its_scopes(database: Database, person: AccountView) -> None:
    old = _key(database, person.id, scopes=frozenset({Scope.ROWS}), days=90)
    with database.transaction() as session:
        new = rotate_own_key(session, person.id, old.id, secret=SECRET, now=NOW, overlap=timedelta(days=3))
        assert find_key(session, old.secret, SECRET, NOW + timedelta(days=2)).scopes == frozenset({Scope.ROWS})
        assert find_key(session, new.secret, SECRET, NOW + timedelta(days=89)).scopes == frozenset({Scope.ROWS})
        with pytest.raises(KeyExpired):
            find_key(session, old.secret, SECRET, NOW + timedelta(days=3))
        with pytest.raises(KeyExpired):
            find_key(session, new.secret, SECRET, NOW + timedelta(days=90))
        with pytest.raises(InvalidInput, match="rotated already"):
            rotate_own_key(session, person.id, old.id, secret=SECRET, now=NOW)


def test_a_rotation_does_not_lengthen_the_old_keys_life(database: Database, person: AccountView) -> None:
    old = _key(database, person.id, days=1)
    with database.transaction() as session:
        rotate_own_key(session, person.id, old.id, secret=SECRET, now=NOW, overlap=timedelta(days=30))
        with pytest.raises(KeyExpired):
            find_key(session, old.secret, SECRET, NOW + timedelta(days=1))


def test_nobody_touches_another_accounts_key(database: Database, person: AccountView) -> None:
    key = _key(database, make_person(database, "other@example.cn").id)
    with database.transaction() as session, pytest.raises(NotFound):
        rotate_own_key(session, person.id, key.id, secret=SECRET, now=NOW)


def test_an_account_has_so_many_keys_and_no_more(database: Database, person: AccountView) -> None:
    for _ in range(MOST_KEYS):
        _key(database, person.id)
    with pytest.raises(InvalidInput, match="at most"):
        _key(database, person.id)


def test_uses_add_up_over_processes_and_days(database: Database, person: AccountView) -> None:
    key = _key(database, person.id)
    day = date(2026, 11, 20)
    for _ in range(2):
        with database.transaction() as session:
            add_key_uses(session, {(key.id, day, "rows"): (3, 1), (key.id, day, "catalogue"): (2, 0)}, NOW)
    with database.reading() as session:
        days = list_key_days(session, [key.id], day)[key.id]
        assert len(days) == 30
        assert (days[-1].requests, days[-1].refused, days[-2].total) == ({"catalogue": 4, "rows": 6}, 2, 0)
        assert list_own_keys(session, person.id)[0].last_used_on == NOW


def test_a_bar_is_seen_for_the_smallest_count_and_none_for_zero() -> None:
    bars = chart_of([0, 1, 100_000], [0, 0, 50_000]).bars
    assert bars[0].height == 0
    assert bars[1].height == 2
    assert (bars[2].y, bars[2].height, bars[2].refused_height) == (0, HEIGHT, HEIGHT / 2)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    var = Path(tmp_path_factory.mktemp("keys"))
    settings = Settings(var_dir=var, secret_key="00" * 32, quarantine_key="11" * 32, limit_factor=100)
    with open_site(settings) as opened:
        yield opened


@pytest.fixture
def owner(site: Site) -> AccountView:
    return make_person(site.parts.database, f"{new_id()}@example.cn")


@pytest.fixture
def client(site: Site, owner: AccountView) -> FlaskClient:
    client = site.client
    sign_in(client, owner.email)
    return client


def _headers(site: Site, owner: AccountView, *scopes: Scope) -> dict[str, str]:
    secret = site_secret(site.parts.settings)
    key = _key(site.parts.database, owner.id, scopes=frozenset(scopes), secret=secret)
    return {"Authorization": f"Bearer {key.secret}"}


def test_a_key_is_made_at_the_page_shown_once_and_works(site: Site, owner: AccountView, client: FlaskClient) -> None:
    with capture_logs() as logs:
        made = send_form(client, "/en/account/keys", name="nightly", scope="rows", days="30")
        secret = re.search(r"<code>(odp_\w+)</code>", made.text)
        assert secret
        key = secret.group(1)
        assert made.headers["Cache-Control"] == "no-store"
        listed = client.get("/en/account/keys").text
        me = site.client.get("/api/v1/me", headers={"Authorization": f"bearer {key}"}).get_json()
    assert key not in listed
    assert key[:12] in listed
    assert key not in str(logs)
    assert (me["account_id"], me["scopes"], me["tier"]) == (owner.id, ["rows"], "registered")
    with site.parts.database.reading() as session:
        assert key not in str(list_acts(session, owner.id))


def test_a_key_page_rotates_and_revokes(site: Site, owner: AccountView, client: FlaskClient) -> None:
    key = _key(site.parts.database, owner.id, secret=site_secret(site.parts.settings))
    page = f"/en/account/keys/{key.id}"
    rotated = send_form(client, f"{page}/rotate", page=page, overlap="2")
    assert "odp_" in rotated.text
    assert send_form(client, f"{page}/revoke", page=page).status_code == 303
    headers = {"X-API-Key": key.secret}
    assert site.client.get("/api/v1/me", headers=headers).status_code == 401


def test_what_is_wrong_with_a_new_key_is_said_and_nothing_is_lost(client: FlaskClient) -> None:
    answer = send_form(client, "/en/account/keys", name="n" * 10, days="90")
    assert answer.status_code == 400
    assert "Choose at least one" in answer.text
    assert 'value="nnnnnnnnnn"' in answer.text


def test_another_persons_key_does_not_exist(site: Site, client: FlaskClient) -> None:
    other = make_person(site.parts.database, f"{new_id()}@example.cn")
    key = _key(site.parts.database, other.id, secret=site_secret(site.parts.settings))
    for path in (f"/en/account/keys/{key.id}", "/en/account/keys/aaaaaaaaaaaaaaaa"):
        assert client.get(path).status_code == 404


def test_a_key_makes_lists_rotates_and_revokes_keys_by_api(site: Site, owner: AccountView) -> None:
    headers = _headers(site, owner, *Scope)
    client = site.client
    wanted = {"name": "second", "scopes": ["catalogue", "rows"], "days": 5}
    made = client.post("/api/v1/me/keys", json=wanted, headers=headers)
    assert made.status_code == 201
    check(made)
    check(client.get("/api/v1/me/keys", headers=headers))
    check(client.get(made.headers["Location"], headers=headers))
    assert made.headers["Cache-Control"] == "no-store"
    key = made.get_json()
    place = made.headers["Location"]
    assert client.get(place, headers=headers).get_json()["name"] == "second"
    assert "key" not in client.get(place, headers=headers).get_json()
    rotated = client.post(f"{place}/rotate", json={"overlap_days": 0}, headers=headers).get_json()
    assert client.get("/api/v1/me", headers={"X-API-Key": key["key"]}).status_code == 401
    assert client.get("/api/v1/me", headers={"X-API-Key": rotated["key"]}).get_json()["key_id"] == rotated["id"]
    gone = client.delete(f"/api/v1/me/keys/{rotated['id']}", headers=headers)
    assert gone.get_json()["is_open"] is False
    check(gone)
    assert {item["name"] for item in client.get("/api/v1/me/keys", headers=headers).get_json()["items"]} >= {"second"}


def test_only_a_key_with_the_scope_acts_on_keys_and_gives_no_more_than_it_has(site: Site, owner: AccountView) -> None:
    client = site.client
    without = _headers(site, owner, Scope.CATALOGUE, Scope.ROWS)
    assert client.get("/api/v1/me/keys", headers=without).status_code == 403
    few = _headers(site, owner, Scope.ACCOUNT, Scope.ROWS)
    more = client.post("/api/v1/me/keys", json={"name": "x", "scopes": ["rows", "files"]}, headers=few)
    assert (more.status_code, more.get_json()["parameter"]) == (400, "scopes")
    assert client.post("/api/v1/me/keys", json={"name": "x", "scopes": ["rows"]}, headers=few).status_code == 201
    high = _key(site.parts.database, owner.id, secret=site_secret(site.parts.settings))
    rotated = client.post(f"/api/v1/me/keys/{high.id}/rotate", json={}, headers=few)
    assert rotated.status_code == 403
    check(rotated)
    assert client.get("/api/v1/me/keys").status_code == 401


@pytest.mark.parametrize(
    ("path", "scope"),
    [("/api/v1/themes", Scope.CATALOGUE), ("/download/aaaaaaaaaaaaaaaa/data.csv", Scope.FILES)],
)
def test_a_key_is_for_its_scopes_alone(site: Site, owner: AccountView, path: str, scope: Scope) -> None:
    others = [each for each in Scope if each is not scope]
    refused = site.client.get(path, headers=_headers(site, owner, *others))
    assert refused.status_code == 403
    assert f"`{scope.value}`" in refused.get_json()["detail"]
    assert site.client.get(path, headers=_headers(site, owner, scope)).status_code in {200, 404}
    assert site.client.get("/api/v1/me/quota", headers=_headers(site, owner, *others)).status_code == 200


def test_a_new_key_brings_no_new_budget(site: Site, owner: AccountView) -> None:
    first, second = _headers(site, owner, *Scope), _headers(site, owner, *Scope)
    one = site.client.get("/api/v1/themes", headers=first).headers["RateLimit"]
    two = site.client.get("/api/v1/themes", headers=second).headers["RateLimit"]
    assert int(two.split(";r=")[1].split(";")[0]) == int(one.split(";r=")[1].split(";")[0]) - 1


def test_uses_are_written_in_batches_and_not_by_requests(site: Site, owner: AccountView) -> None:
    from portal.http.key_uses import key_counts

    headers = _headers(site, owner, *Scope)
    with counted_statements(site) as statements:
        for _ in range(5):
            site.client.get("/api/v1/me", headers=headers)
    assert not [line for line in statements if line.startswith(("INSERT", "UPDATE"))]
    with site.app.app_context():
        key_counts().write()
    key_id = site.client.get("/api/v1/me", headers=headers).get_json()["key_id"]
    days = site.client.get(f"/api/v1/me/keys/{key_id}", headers=headers).get_json()["days"]
    assert days[-1]["requests"] == {"catalogue": 5}


def test_a_key_costs_two_statements_to_recognise(site: Site, owner: AccountView) -> None:
    headers = _headers(site, owner, *Scope)
    with counted_statements(site) as statements:
        site.client.get("/api/v1/me", headers=headers)
    assert len(statements) == 2  # the key with its account, and the grants
