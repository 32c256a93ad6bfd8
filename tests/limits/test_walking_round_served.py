"""Nobody walks round a used-up budget on a served site: behind nginx, over HTTP/2 and HTTP/1.1, at every door."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from urllib.parse import quote

import pytest
from structlog.testing import capture_logs

from portal.accounts import create_own_key
from portal.http.policy import list_policies
from portal.http.principal import anonymous_caller
from portal.kernel.principal import Principal
from portal.kernel.vocab import Scope, Tier
from portal.limits import BudgetClass
from portal.settings import Settings, site_secret
from tests.accounts.people import make_person
from tests.leaks.asking import Ask
from tests.leaks.matrix import MATRIX
from tests.limits.clock import stop_clock
from tests.limits.served import HTTP_1, HTTP_2, Behind, Way, serve_behind_nginx
from tests.services.processes import Absent, find_program
from tests.services.servers import find_nginx

pytestmark = pytest.mark.services
ROWS = "/api/v1/datasets/{id}/tables/data/rows"
REFUSED = frozenset({429, 404, 405, 308, 400, 401, 403, 501})  # no budget, or nothing there: never data


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behind]:
    """The site; the limiter's clock stands still, and 127.0.0.1 has used up everything."""
    try:
        program, _ = find_nginx(), find_program("curl")
    except Absent as absent:
        pytest.skip(str(absent))
    var, work = tmp_path_factory.mktemp("var"), tmp_path_factory.mktemp("nginx")
    settings = Settings(var_dir=Path(var), secret_key="00" * 32, trusted_proxies=1, base_url="https://data.example.cn")
    with pytest.MonkeyPatch.context() as patch, serve_behind_nginx(settings, program, work, 1) as opened:
        stop_clock(patch)
        _exhaust(opened, anonymous_caller("127.0.0.1", settings))
        yield opened


def _exhaust(served: Behind, caller: Principal) -> None:
    limiter = served.site.parts.limiter
    for budget in BudgetClass:
        while remaining := limiter.peek(caller, budget).remaining:
            assert limiter.spend(caller, budget, remaining).is_allowed


DISGUISES = (
    (),
    ("X-Forwarded-For: 198.51.100.7",),
    ("X-Forwarded-For: 198.51.100.7, 203.0.113.9", "X-Forwarded-For: 192.0.2.1"),
    ("Forwarded: for=198.51.100.7;host=other.example",),
    (
        "X-Real-IP: 198.51.100.7",
        "True-Client-IP: 198.51.100.7",
        "CF-Connecting-IP: 198.51.100.7",
        "Client-IP: 10.0.0.1",
    ),
    ("X-Forwarded-Host: other.example", "X-Forwarded-Port: 8443", "X-Forwarded-Prefix: /x"),
    ("Host: other.example",),
    ("Host: DATA.EXAMPLE.CN:443",),
    ("X-Original-URL: /healthz", "X-Rewrite-URL: /healthz", "X-HTTP-Method-Override: OPTIONS"),
    ("Authorization: Basic eDp5",),
    ("X-CKAN-API-Key: anything",),
    ("Cookie: portal=anything; portal-device=x", "User-Agent: another"),
    ("Range: bytes=0-1", "If-None-Match: *", "Prefer: wait=0"),
)
SPELLINGS = (
    ROWS,
    ROWS + "?limit=1",
    "/API/V1/datasets/{id}/tables/data/rows",
    "/api/v1/datasets/{ID}/tables/data/rows",
    "//api/v1/datasets/{id}/tables/data/rows",
    "/api//v1/datasets/{id}/tables/data/rows",
    "/api/v1/./datasets/{id}/tables/data/rows",
    "/api/v1/x/../datasets/{id}/tables/data/rows",
    "/healthz/../api/v1/datasets/{id}/tables/data/rows",
    "/api/v1/%64atasets/{id}/tables/data/rows",
    "/%61%70%69/v1/datasets/{id}/tables/data/rows",
    "/api/v1/%2564atasets/{id}/tables/data/rows",
    "/api/v1/datasets%2F{id}/tables/data/rows",
    "/api/v1/datasets/{id}/tables/data/rows/",
    "/api/v1/datasets/{id}@v1/tables/data/rows",
    "/%2e/api/v1/datasets/{id}/tables/data/rows",
    "/api/v1/datasets/{id}/tables/data/rows;x=1",
    "/api/v1/datasets/{id}/tables/data/rows%00",
    "/api/v1/datasets/{id}/tables/data/rows%20",
    "https://other.example" + ROWS,
    "/_blobs/tables/data.parquet",
    "/zh/dataset/{id}/data/data",
    "/EN/dataset/{id}/data/data",
    "/download/{id}/data.csv",
    "/datastore/dump/{id}-data",
    "/api/3/action/datastore_search?resource_id={id}-data",
    "/api/action/datastore_search?resource_id={id}-data",
    "/api/3/action/DATASTORE_SEARCH?resource_id={id}-data",
    "/api/1/action/datastore_search?resource_id={id}-data",
)
METHODS = ("GET", "HEAD", "POST", "get", "PROPFIND")


def _ways(dataset_id: str) -> Iterator[Way]:
    """Each disguise of the plain question, then each spelling of it; by every method and protocol."""
    plain = ROWS.format(id=dataset_id)
    for protocol, method, headers in product((HTTP_2, HTTP_1), ("GET", "HEAD"), DISGUISES):
        yield Way(plain, method, protocol, headers)
    for protocol, method, spelling in product((HTTP_2, HTTP_1), METHODS, SPELLINGS):
        yield Way(spelling.format(id=dataset_id, ID=dataset_id.upper()), method, protocol)


def test_another_network_address_is_asked_over_http_2_and_gets_its_rows(served: Behind) -> None:
    """So the others are refused for want of budget, and nginx tells the portal who asks."""
    plain = Way(ROWS.format(id=served.site.ids[0]))
    assert served.ask(plain, interface="127.0.0.2") == [(200, "2")]
    assert served.ask(plain) == [(429, "2")]


def test_no_header_spelling_method_or_protocol_brings_rows(served: Behind) -> None:
    ways = list(_ways(served.site.ids[0]))
    answers = served.ask(*ways)
    assert [(way, status) for way, (status, _) in zip(ways, answers, strict=True) if status not in REFUSED] == []
    disguised = 4 * len(DISGUISES)
    assert {status for status, _ in answers[:disguised]} == {429}
    assert {version for _, version in answers} == {"1.1", "2"}


def _way_of(ask: Ask, dataset_id: str) -> Way:
    """A question of the leak matrix, about this dataset, disguised as somebody else's."""
    words = dict.fromkeys(("title", "note", "row", "kind", "column", "tag"), "x")
    values = {"id": dataset_id, "part": "data", "publisher": "x", **words}
    headers = [f"{name}: {value}" for name, value in ask.headers.items()]
    headers += ["X-Forwarded-For: 198.51.100.7", "Host: other.example"]
    body = None
    if ask.json is not None:
        headers.append("Content-Type: application/json")
        body = json.dumps(ask.json).replace("{id}", dataset_id).replace("{part}", "data")
    return Way(quote(ask.path.format(**values), safe="/?&=%@:*,+"), ask.method, HTTP_2, tuple(headers), body)


def test_every_door_is_shut_when_everything_is_used_up(served: Behind) -> None:
    """One question for each endpoint there is; those without a budget are named here."""
    policies = list_policies(served.site.app)
    charged = [endpoint for endpoint in MATRIX if policies[endpoint].budget is not None]
    assert set(MATRIX) - set(charged) == {"web.show_health", "web.show_robots"}
    answers = served.ask(*(_way_of(MATRIX[endpoint][0], served.site.ids[0]) for endpoint in charged))
    assert [(name, status) for name, (status, _) in zip(charged, answers, strict=True) if status != 429] == []


def test_a_new_key_of_a_used_up_account_is_used_up_at_every_door(served: Behind) -> None:
    person = make_person(served.site.parts.database)
    _exhaust(served, Principal(tier=Tier.REGISTERED, caller=f"account:{person.id}", account_id=person.id))
    secret, dataset_id = site_secret(served.site.parts.settings), served.site.ids[0]
    ways = []
    for number in range(2):
        with served.site.parts.database.transaction() as session:
            made = create_own_key(
                session, person.id, holder=f"{number}", scopes=frozenset(Scope), secret=secret, now=datetime.now(UTC)
            )
        ways += [
            Way(ROWS.format(id=dataset_id), "GET", protocol, (line,))
            for protocol in (HTTP_1, HTTP_2)
            for line in (f"Authorization: Bearer {made.secret}", f"x-api-key: {made.secret}")
        ]
        action = f"/api/3/action/datastore_search?resource_id={dataset_id}-data"
        ways += [
            Way(action, headers=(line,)) for line in (f"Authorization: {made.secret}", f"X-CKAN-API-Key: {made.secret}")
        ]
        assert made.secret not in served.logs()
    assert {status for status, _ in served.ask(*ways, interface="127.0.0.3")} == {429}


def test_a_key_is_in_no_log_and_refused_with_a_word_in_an_address(served: Behind) -> None:
    person, dataset_id = make_person(served.site.parts.database, "logged@example.cn"), served.site.ids[0]
    with served.site.parts.database.transaction() as session:
        secret = site_secret(served.site.parts.settings)
        made = create_own_key(
            session, person.id, holder="x", scopes=frozenset(Scope), secret=secret, now=datetime.now(UTC)
        )
    doors = (
        ROWS.format(id=dataset_id),
        "/en/search",
        f"/download/{dataset_id}/data.csv",
        f"/api/3/action/datastore_search?resource_id={dataset_id}-data",
        "/catalog.ttl",
    )
    strayed = [
        f"{door}{'&' if '?' in door else '?'}{name}={made.secret}"
        for door in doors
        for name in ("api_key", "KEY", "token")
    ]
    with capture_logs() as logs:
        right = served.ask(Way(doors[0], headers=(f"Authorization: Bearer {made.secret}",)), interface="127.0.0.4")
        refused = served.ask(*(Way(path) for path in strayed), interface="127.0.0.4")
        served.ask(Way(f"/?%zz&{made.secret}"), Way(doors[0], headers=(f"Authorization: Bearer {made.secret}x",)))
        told = served.site.client.get(strayed[0], environ_overrides={"REMOTE_ADDR": "127.0.0.5"})
    assert right == [(200, "2")]
    assert {status for status, _ in refused} == {400, 409}, "409 as CKAN refuses"
    assert "Authorization: Bearer" in told.text
    random_part = made.secret.rpartition("_")[2]
    assert logs
    for where in (str(logs), served.logs(), told.text):
        assert random_part not in where
