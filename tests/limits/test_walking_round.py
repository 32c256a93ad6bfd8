"""Ways to walk round a limit that was used up: none of them brings another answer with data."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.accounts import create_key, create_own_key
from portal.kernel.principal import Principal
from portal.kernel.vocab import Scope, Tier
from portal.limits import CONCURRENCY, BudgetClass, budget_for
from portal.settings import Settings, site_secret
from tests.accounts.people import make_person
from tests.http.site import Site, open_site
from tests.limits.clock import stop_clock

ROWS = "/api/v1/datasets/{id}/tables/data/rows"


@pytest.fixture(autouse=True)
def _still(monkeypatch: pytest.MonkeyPatch) -> None:
    stop_clock(monkeypatch)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    var = Path(tmp_path_factory.mktemp("walking"))
    with open_site(Settings(var_dir=var, secret_key="00" * 32), 1, is_indexed=False) as opened:
        yield opened


def _exhaust(site: Site, caller: Principal) -> None:
    """Take all units of the whole table of classes that give data, and a few more, whatever returns meanwhile."""
    for budget in (BudgetClass.ROWS, BudgetClass.CATALOGUE, BudgetClass.FILES):
        while site.parts.limiter.spend(caller, budget).is_allowed:
            pass


@pytest.fixture
def spent(site: Site) -> FlaskClient:
    """An anonymous caller at 127.0.0.1 without anything left."""
    from portal.http.principal import anonymous_caller

    _exhaust(site, anonymous_caller("127.0.0.1", site.parts.settings))
    return site.client


def _is_refused(answer: TestResponse) -> bool:
    """Refused for want of budget, or nothing there: never data."""
    return answer.status_code in {429, 404, 405, 308, 400, 401, 403}


HEADERS = (
    {"X-Forwarded-For": "198.51.100.7"},
    {"x-forwarded-for": "198.51.100.7, 203.0.113.9"},
    {"Forwarded": "for=198.51.100.7"},
    {"X-Real-IP": "198.51.100.7"},
    {"True-Client-IP": "198.51.100.7"},
    {"CF-Connecting-IP": "198.51.100.7"},
    {"X-Forwarded-Host": "other.example"},
    {"X-Original-URL": "/healthz"},
    {"X-Rewrite-URL": "/healthz"},
    {"X-HTTP-Method-Override": "OPTIONS"},
    {"Host": "other.example"},
    {"Host": "localhost:1"},
    {"Authorization": "Basic eDp5"},
    {"X-CKAN-API-Key": "anything"},
    {"Cookie": "portal=anything"},
    {"User-Agent": "another"},
)


@pytest.mark.parametrize("headers", HEADERS, ids=lambda headers: next(iter(headers)))
def test_no_header_makes_another_caller(site: Site, spent: FlaskClient, headers: dict[str, str]) -> None:
    for method in ("GET", "HEAD"):
        assert spent.open(ROWS.format(id=site.ids[0]), method=method, headers=headers).status_code == 429


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/datasets/{id}/tables/data/rows?limit=1",
        "/API/v1/datasets/{id}/tables/data/rows",
        "/api/v1/datasets/{ID}/tables/data/rows",
        "//api/v1/datasets/{id}/tables/data/rows",
        "/api//v1/datasets/{id}/tables/data/rows",
        "/api/v1/./datasets/{id}/tables/data/rows",
        "/api/v1/x/../datasets/{id}/tables/data/rows",
        "/api/v1/%64atasets/{id}/tables/data/rows",
        "/api/v1/datasets%2F{id}/tables/data/rows",
        "/api/v1/datasets/{id}/tables/data/rows/",
        "/api/v1/datasets/{id}@v1/tables/data/rows",
        "/%2e/api/v1/datasets/{id}/tables/data/rows",
        "/api/v1/datasets/{id}/tables/data/rows;x=1",
        "/download/{id}/data.csv",
        "/download/{id}@v1/data.csv",
        "/api/3/action/datastore_search?resource_id={id}-data",
        "/api/action/datastore_search?resource_id={id}-data",
    ],
)
def test_no_spelling_of_an_address_opens_another_budget(site: Site, spent: FlaskClient, path: str) -> None:
    asked = path.format(id=site.ids[0], ID=site.ids[0].upper())
    for method in ("GET", "HEAD", "POST", "get"):
        answer = spent.open(asked, method=method)
        assert _is_refused(answer), (method, asked, answer.status_code)


def test_options_give_no_data(site: Site, spent: FlaskClient) -> None:
    answer = spent.options(ROWS.format(id=site.ids[0]))
    assert answer.status_code == 200
    assert answer.data == b""


def test_a_key_in_small_letters_or_another_scheme_is_the_same_caller(site: Site) -> None:
    secret = site_secret(site.parts.settings)
    with site.parts.database.transaction() as session:
        key = create_key(session, holder="x", secret=secret, now=datetime.now(UTC))
    _exhaust(site, Principal(tier=Tier.REGISTERED, caller=f"key:{key.id}"))
    for headers in (
        {"Authorization": f"Bearer {key.secret}"},
        {"authorization": f"bearer {key.secret}"},
        {"X-API-Key": key.secret},
        {"x-api-key": f" {key.secret} "},
    ):
        assert site.client.get(ROWS.format(id=site.ids[0]), headers=headers).status_code == 429


def test_a_new_key_of_a_used_up_account_is_used_up(site: Site) -> None:
    person = make_person(site.parts.database)
    _exhaust(site, Principal(tier=Tier.REGISTERED, caller=f"account:{person.id}", account_id=person.id))
    secret = site_secret(site.parts.settings)
    with site.parts.database.transaction() as session:
        key = create_own_key(
            session, person.id, holder="new", scopes=frozenset(Scope), secret=secret, now=datetime.now(UTC)
        )
    answer = site.client.get(ROWS.format(id=site.ids[0]), headers={"X-API-Key": key.secret})
    assert answer.status_code == 429
    told = answer.get_json()
    assert (told["tier"], told["higher_tier"], told["unit"]) == ("registered", "verified", "requests")
    assert told["higher_tier_at"].endswith("/en/account")


def test_a_refusal_says_the_tier_and_where_to_get_a_higher_one(site: Site, spent: FlaskClient) -> None:
    answer = spent.get(ROWS.format(id=site.ids[0]))
    told = answer.get_json()
    assert (told["tier"], told["higher_tier"]) == ("anonymous", "registered")
    assert told["higher_tier_at"].endswith("/en/account/register")
    assert int(answer.headers["Retry-After"]) == told["retry_after_s"]
    assert told["limit"] == budget_for(BudgetClass.ROWS, Tier.ANONYMOUS).amount


def test_who_has_all_places_taken_is_refused_at_once_and_others_are_not(site: Site) -> None:
    secret = site_secret(site.parts.settings)
    with site.parts.database.transaction() as session:
        key, other = (create_key(session, holder="x", secret=secret, now=datetime.now(UTC)) for _ in range(2))
    caller = Principal(tier=Tier.REGISTERED, caller=f"key:{key.id}")
    limit = CONCURRENCY[BudgetClass.ROWS][Tier.REGISTERED]
    held = [site.parts.limiter.enter(caller, BudgetClass.ROWS) for _ in range(limit)]
    path = ROWS.format(id=site.ids[0])
    refused = site.client.get(path, headers={"X-API-Key": key.secret})
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "2")
    told = refused.get_json()
    assert (told["unit"], told["limit"]) == ("concurrent-requests", limit)
    announced = f'"rows-at-once";q={limit};qu="concurrent-requests"'
    assert refused.headers["RateLimit-Policy"].endswith(f";w=60, {announced}")
    assert refused.headers["RateLimit"].endswith(', "rows-at-once";r=0;t=2')
    assert site.client.get(path, headers={"X-API-Key": other.secret}).status_code == 200
    site.parts.limiter.leave(held[0])
    answer = site.client.get(path, headers={"X-API-Key": key.secret})
    assert answer.headers["RateLimit-Policy"].endswith(announced)
    assert "at-once" not in answer.headers["RateLimit"]
    for _ in range(limit + 2):  # each request gives its place back, also one that fails
        assert site.client.get(path, headers={"X-API-Key": key.secret}).status_code == 200
        assert site.client.get(f"{path}?where=nonsense", headers={"X-API-Key": key.secret}).status_code == 400
