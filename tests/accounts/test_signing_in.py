"""Registering, signing in and out through the pages, and what an attacker can make of them."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from structlog.testing import capture_logs

from portal.accounts.acts import list_acts
from portal.accounts.directory import disable_account, set_roles, set_tier
from portal.accounts.models import Account, AccountErrand, SignIn
from portal.catalogue.models import Outbox
from portal.kernel.vocab import StaffRole, Tier
from portal.notify.accounts import look_after_accounts, worded_account_mail
from portal.settings import Settings
from tests.accounts.people import ADDRESS, PASSWORD, make_person, send_form, sign_in, token_of
from tests.http.site import Site, open_site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    var = Path(tmp_path_factory.mktemp("accounts"))
    settings = Settings(
        var_dir=var, secret_key="00" * 32, quarantine_key="11" * 32, limit_factor=100, smtp_from="portal@example.cn"
    )
    with open_site(settings) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _nobody(site: Site) -> Iterator[None]:
    """Each test finds its own people: addresses of earlier ones are given up."""
    yield
    with site.parts.database.transaction() as session:
        session.execute(update(Account).values(email=None))
        session.execute(update(AccountErrand).values(noticed_at=datetime.now(UTC)))


@pytest.fixture
def client(site: Site) -> FlaskClient:
    return site.client


def _mailed(site: Site) -> list[str]:
    """What the worker writes now: the text of each mail."""
    with site.parts.database.transaction() as session:
        before = set(session.scalars(select(Outbox.id)))
        look_after_accounts(session, datetime.now(UTC))
        rows = [row for row in session.scalars(select(Outbox)) if row.id not in before]
    return [_text(worded_account_mail(row.payload, site.parts.settings, row.created_at).get_content()) for row in rows]


def _text(content: object) -> str:
    return str(content)


def _link(mail: str) -> str:
    found = re.search(r"http://127.0.0.1:8000(/en/account/link\?link=\S+)", mail)
    assert found, mail
    return found.group(1)


def test_a_person_registers_by_mail_and_is_signed_in(site: Site, client: FlaskClient) -> None:
    told = send_form(client, "/en/account/register", email="New.Reader@Example.cn")
    assert told.status_code == 200
    (mail,) = _mailed(site)
    link = _link(mail)
    assert client.get(link).status_code == 200
    done = send_form(
        client,
        "/en/account/link",
        page=link,
        link=link.partition("link=")[2],
        name="读者",
        password=PASSWORD,
        again=PASSWORD,
    )
    assert done.headers["Location"] == "/en/account"
    page = client.get("/en/account")
    assert page.status_code == 200
    assert "new.reader@example.cn" in page.text
    assert client.get(link).status_code == 404


def test_known_and_unknown_addresses_get_the_same_answer(site: Site, client: FlaskClient) -> None:
    make_person(site.parts.database)
    for path in ("/en/account/register", "/en/account/reset"):
        known = send_form(client, path, email=ADDRESS).text.replace(ADDRESS, "…")
        unknown = send_form(client, path, email="nobody@example.cn").text.replace("nobody@example.cn", "…")
        assert known == unknown
    mails = _mailed(site)
    assert len(mails) == 3  # registering: known and new; reset: known alone


def test_a_wrong_password_an_unknown_address_and_a_closed_account_look_alike(site: Site, client: FlaskClient) -> None:
    make_person(site.parts.database)
    closed = make_person(site.parts.database, "closed@example.cn")
    with site.parts.database.transaction() as session:
        disable_account(session, closed.id, person="officer", now=datetime.now(UTC))
    answers = [
        sign_in(client, ADDRESS, "wrong password here"),
        sign_in(client, "nobody@example.cn", PASSWORD),
        sign_in(client, "closed@example.cn", PASSWORD),
        sign_in(client, "not an address", PASSWORD),
    ]
    assert {answer.status_code for answer in answers} == {400}
    without_addresses = {
        re.sub(r'value="[^"]*"', "", re.sub(r"name=\"form_token\" value=\"\w+\"", "", answer.text))
        for answer in answers
    }
    assert len(without_addresses) == 1


def test_a_cookie_is_new_at_each_sign_in_and_locked_down(site: Site, client: FlaskClient) -> None:
    make_person(site.parts.database)
    client.set_cookie("portal", "planted-by-somebody")
    first = sign_in(client)
    (given,) = [line for line in first.headers.getlist("Set-Cookie") if line.startswith("portal=")]
    assert "HttpOnly" in given
    assert "SameSite=Lax" in given
    assert "planted" not in given
    value = given.partition("=")[2].partition(";")[0]
    with site.parts.database.reading() as session:
        assert value not in str(session.scalars(select(SignIn.token_hash)).all())


def test_cookies_are_secure_where_the_site_is(tmp_path: Path) -> None:
    settings = Settings(var_dir=tmp_path, secret_key="00" * 32, base_url="https://data.example.cn")
    with open_site(settings) as site:
        make_person(site.parts.database)
        client = site.client
        page = client.get("/en/account/sign-in", base_url="https://data.example.cn")
        assert all("Secure" in line and line.startswith("__Host-") for line in page.headers.getlist("Set-Cookie"))
        answer = client.post(
            "/en/account/sign-in",
            data={"form_token": token_of(page), "email": ADDRESS, "password": PASSWORD},
            base_url="https://data.example.cn",
        )
        assert answer.status_code == 303
        assert all("Secure" in line and line.startswith("__Host-") for line in answer.headers.getlist("Set-Cookie"))


def test_signing_out_ends_the_row_and_not_only_the_cookie(site: Site, client: FlaskClient) -> None:
    make_person(site.parts.database)
    sign_in(client)
    stolen = client.get_cookie("portal")
    assert stolen is not None
    send_form(client, "/en/account/sign-out", page="/en/account")
    client.set_cookie("portal", stolen.value)
    assert client.get("/en/account").status_code == 303


def test_a_sign_in_ends_when_idle_and_at_its_absolute_end(site: Site, client: FlaskClient) -> None:
    make_person(site.parts.database)
    for change in ({"seen_at": datetime.now(UTC) - timedelta(hours=13)}, {"ends_at": datetime.now(UTC)}):
        sign_in(client)
        assert client.get("/en/account").status_code == 200
        with site.parts.database.transaction() as session:
            session.execute(update(SignIn).values(**change))
        assert client.get("/en/account").status_code == 303


def test_staff_is_signed_out_sooner(site: Site, client: FlaskClient) -> None:
    person = make_person(site.parts.database)
    with site.parts.database.transaction() as session:
        set_roles(session, person.id, frozenset({StaffRole.ACCOUNT_MANAGER}), person="officer", now=datetime.now(UTC))
    sign_in(client)
    with site.parts.database.transaction() as session:
        session.execute(update(SignIn).values(seen_at=datetime.now(UTC) - timedelta(minutes=61)))
    assert client.get("/en/account").status_code == 303


def test_a_form_without_the_token_or_from_elsewhere_is_refused(site: Site, client: FlaskClient) -> None:
    make_person(site.parts.database)
    fields = {"email": ADDRESS, "password": PASSWORD}
    token = token_of(client.get("/en/account/sign-in"))
    assert client.post("/en/account/sign-in", data=fields).status_code == 403
    other = site.client
    assert other.post("/en/account/sign-in", data={**fields, "form_token": token}).status_code == 403
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
        answer = client.post("/en/account/sign-in", data={**fields, "form_token": token}, headers=headers)
        assert answer.status_code == 403, headers
    own = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert client.post("/en/account/sign-in", data={**fields, "form_token": token}, headers=own).status_code == 303


def test_who_is_not_signed_in_comes_back_to_the_page_that_was_asked_for(site: Site, client: FlaskClient) -> None:
    make_person(site.parts.database)
    sent = client.get("/en/account?x=1")
    assert sent.headers["Location"] == "/en/account/sign-in?next=%2Fen%2Faccount%3Fx%3D1"
    back = send_form(
        client,
        "/en/account/sign-in",
        page=sent.headers["Location"],
        email=ADDRESS,
        password=PASSWORD,
        next="/en/account?x=1",
    )
    assert back.headers["Location"] == "/en/account?x=1"


@pytest.mark.parametrize(
    "place", ["//evil.example/", "https://evil.example/en/", "/en//evil.example", "/en/\\evil", "/other"]
)
def test_nobody_is_sent_elsewhere_after_signing_in(site: Site, client: FlaskClient, place: str) -> None:
    make_person(site.parts.database)
    answer = send_form(client, "/en/account/sign-in", email=ADDRESS, password=PASSWORD, next=place)
    assert answer.headers["Location"] == "/en/account"


def test_the_cookie_means_nothing_to_the_api(site: Site, client: FlaskClient) -> None:
    make_person(site.parts.database)
    sign_in(client)
    assert client.get("/api/v1/me/quota").get_json()["tier"] == "anonymous"


def test_a_tier_that_staff_sets_counts_at_once_and_is_kept(site: Site, client: FlaskClient) -> None:
    person = make_person(site.parts.database)
    sign_in(client)
    with site.parts.database.transaction() as session:
        set_tier(session, person.id, Tier.PARTNER, person="王officer", now=datetime.now(UTC))
    assert "Partner" in client.get("/en/account").text
    with site.parts.database.reading() as session:
        act = list_acts(session, person.id)[0]
    assert (act.act, act.actor, act.detail) == ("tier_set", "staff:王officer", {"from": "registered", "to": "partner"})


def test_no_secret_is_in_a_log_an_act_or_the_database(site: Site, client: FlaskClient) -> None:
    person = make_person(site.parts.database)
    with capture_logs() as logs:
        send_form(client, "/en/account/reset", email=ADDRESS)
        sign_in(client, ADDRESS, "a wrong password 123")
        sign_in(client)
        (mail,) = _mailed(site)
        link = _link(mail)
        client.get(link)
    cookie = client.get_cookie("portal")
    assert cookie is not None
    secrets = (link.partition("link=")[2], cookie.value, PASSWORD, "a wrong password 123", ADDRESS)
    with site.parts.database.reading() as session:
        acts = str(list_acts(session, person.id))
        outbox = str([row.payload for row in session.scalars(select(Outbox))])
    for secret in secrets:
        assert secret not in str(logs)
        assert secret not in acts
    assert secrets[0] not in outbox


def test_pages_of_an_account_are_kept_by_nobody(site: Site, client: FlaskClient) -> None:
    make_person(site.parts.database)
    sign_in(client)
    for path in ("/en/account", "/en/account/sign-in?next=/en/", "/en/account/register"):
        assert client.get(path).headers["Cache-Control"] == "no-store"
    assert client.get("/en/").headers["Cache-Control"].startswith("private")
    assert "Cookie" in client.get("/en/").headers["Vary"]
    assert site.client.get("/en/").headers["Cache-Control"].startswith("public")


def test_attempts_on_one_account_are_limited_from_everywhere_and_its_own_browser_goes_on(tmp_path: Path) -> None:
    settings = Settings(var_dir=tmp_path, secret_key="00" * 32)
    with open_site(settings) as site:
        make_person(site.parts.database)
        owner = site.client
        sign_in(owner)
        statuses = []
        for number in range(24):
            guesser = site.client
            page = guesser.get("/en/account/sign-in", environ_base={"REMOTE_ADDR": f"198.51.100.{number}"})
            answer = guesser.post(
                "/en/account/sign-in",
                data={"form_token": token_of(page), "email": ADDRESS.upper(), "password": "guess"},
                environ_base={"REMOTE_ADDR": f"198.51.100.{number}"},
            )
            statuses.append(answer.status_code)
        assert statuses[0] == 400
        assert statuses[-1] == 429
        owner.delete_cookie("portal")
        assert sign_in(owner).status_code == 303
