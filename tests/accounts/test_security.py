"""The second factor, and what a person changes about the account."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from portal.accounts.acts import list_acts
from portal.accounts.directory import AccountView
from portal.accounts.errands import take_errands
from portal.accounts.errors import SignInRefused
from portal.accounts.models import Account, AccountErrand, RecoveryCode, SignIn
from portal.accounts.second_factor import STEP_S, check_code, count_codes, set_second_factor
from portal.accounts.tokens import link_of_errand
from portal.db import Database
from portal.kernel.errors import InvalidInput
from portal.kernel.ids import new_id
from portal.settings import Settings, site_secret
from tests.accounts.people import PASSWORD, make_person, send_form, sign_in
from tests.http.site import Site, open_site

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
SECRET = b"s" * 32
TOTP = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NEW = "four quite different words"


def _code(at: datetime = NOW) -> str:
    return pyotp.TOTP(TOTP).at(at)


@pytest.fixture
def codes(database: Database) -> tuple[str, tuple[str, ...]]:
    """An account with a second factor, and its recovery codes."""
    person = make_person(database)
    with database.transaction() as session:
        return person.id, set_second_factor(session, person.id, TOTP, _code(), secret=SECRET, now=NOW)


def test_it_is_on_only_after_a_right_code(database: Database) -> None:
    person = make_person(database)
    with database.transaction() as session, pytest.raises(InvalidInput):
        set_second_factor(session, person.id, TOTP, "000000", secret=SECRET, now=NOW)
    with database.reading() as session:
        assert session.scalar(select(Account.totp_since)) is None


def test_a_code_opens_once_and_an_older_one_never(database: Database, codes: tuple[str, tuple[str, ...]]) -> None:
    account_id, _ = codes
    later = NOW + timedelta(seconds=2 * STEP_S)
    with database.transaction() as session:
        check_code(session, account_id, _code(later), secret=SECRET, now=later)
        for used in (_code(later), _code(later - timedelta(seconds=STEP_S)), _code()):
            with pytest.raises(SignInRefused):
                check_code(session, account_id, used, secret=SECRET, now=later)


def test_a_clock_may_be_half_a_minute_off_and_no_more(database: Database, codes: tuple[str, tuple[str, ...]]) -> None:
    account_id, _ = codes
    later = NOW + timedelta(minutes=10)
    with database.transaction() as session:
        with pytest.raises(SignInRefused):
            check_code(session, account_id, _code(later - timedelta(seconds=2 * STEP_S)), secret=SECRET, now=later)
        check_code(session, account_id, _code(later + timedelta(seconds=STEP_S)), secret=SECRET, now=later)


def test_a_recovery_code_opens_once_however_it_is_written(
    database: Database, codes: tuple[str, tuple[str, ...]]
) -> None:
    account_id, (first, *_) = codes
    with database.transaction() as session:
        check_code(session, account_id, f" {first.upper().replace('-', ' ')} ", secret=SECRET, now=NOW)
        with pytest.raises(SignInRefused):
            check_code(session, account_id, first, secret=SECRET, now=NOW)
        assert count_codes(session, account_id) == 9


def test_neither_secret_nor_codes_are_stored_as_they_are(
    database: Database, codes: tuple[str, tuple[str, ...]]
) -> None:
    account_id, shown = codes
    with database.reading() as session:
        stored = str(session.scalars(select(RecoveryCode.code_hash)).all())
        sealed = session.scalar(select(Account.totp_secret).where(Account.id == account_id)) or ""
    assert TOTP not in sealed
    assert not any(code in stored for code in shown)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    var = Path(tmp_path_factory.mktemp("security"))
    with open_site(
        Settings(var_dir=var, secret_key="00" * 32, limit_factor=100, smtp_from="portal@example.cn")
    ) as opened:
        yield opened


@pytest.fixture
def person(site: Site) -> AccountView:
    return make_person(site.parts.database, f"{new_id()}@example.cn")


@pytest.fixture
def client(site: Site, person: AccountView) -> FlaskClient:
    client = site.client
    sign_in(client, person.email)
    return client


def _set_up(client: FlaskClient) -> tuple[str, str]:
    """Turn the second factor on at the page; its secret and the page with the recovery codes."""
    page = client.get("/en/account/second-factor")
    secret = re.search(r"<code>([A-Z2-7 ]{39,})</code>", page.text)
    sealed = re.search(r'name="sealed" value="([^"]+)"', page.text)
    token = re.search(r'name="form_token" value="([^"]+)"', page.text)
    assert secret
    assert sealed
    assert token
    assert "<svg" in page.text
    plain = secret.group(1).replace(" ", "")
    done = client.post(
        "/en/account/second-factor",
        data={
            "form_token": token.group(1),
            "sealed": sealed.group(1),
            "code": pyotp.TOTP(plain).now(),
            "current": PASSWORD,
        },
    )
    return plain, done.text


def test_with_a_second_factor_a_password_alone_opens_nothing(
    site: Site, person: AccountView, client: FlaskClient
) -> None:
    _, page = _set_up(client)
    recovery = re.findall(r"^(?:<pre><code>)?([2-9a-z]{5}-[2-9a-z]{5})$", page, re.MULTILINE)
    assert len(recovery) == 10
    other = site.client
    half = sign_in(other, person.email)
    assert half.headers["Location"].endswith("/account/code")
    assert other.get("/en/account").status_code == 303
    assert other.get("/en/account/keys").status_code == 303
    assert send_form(other, "/en/account/code", code="000000").status_code == 400
    before = other.get_cookie("portal")
    assert send_form(other, "/en/account/code", code=recovery[0]).headers["Location"] == "/en/account"
    after = other.get_cookie("portal")
    assert before
    assert after
    assert before.value != after.value
    assert other.get("/en/account").status_code == 200
    with site.parts.database.reading() as session:
        acts = [act.act for act in list_acts(session, person.id)]
    assert acts[:3] == ["signed_in", "recovery_code_used", "code_failed"]


def test_removing_it_needs_the_password(site: Site, client: FlaskClient) -> None:
    _set_up(client)
    page = "/en/account/security"
    assert (
        "wrong-password"
        in send_form(client, "/en/account/second-factor/remove", page=page, current="guess").headers["Location"]
    )
    assert "Nothing was changed" in client.get(f"{page}?done=wrong-password").text
    send_form(client, "/en/account/second-factor/remove", page=page, current=PASSWORD)
    assert "Set up the second factor" in client.get(page).text


def test_a_new_password_ends_all_other_browsers_and_changes_this_ones_cookie(
    site: Site, person: AccountView, client: FlaskClient
) -> None:
    other = site.client
    sign_in(other, person.email)
    cookie = client.get_cookie("portal")
    page = "/en/account/security"
    wrong = send_form(client, f"{page}/password", page=page, current="guess", password=NEW, again=NEW)
    assert wrong.status_code == 400
    weak = send_form(client, f"{page}/password", page=page, current=PASSWORD, password="password1234", again="x")
    assert weak.status_code == 400
    done = send_form(client, f"{page}/password", page=page, current=PASSWORD, password=NEW, again=NEW)
    assert done.status_code == 303
    renewed = client.get_cookie("portal")
    assert cookie
    assert renewed
    assert renewed.value != cookie.value
    assert client.get("/en/account").status_code == 200
    assert other.get("/en/account").status_code == 303
    assert sign_in(other, person.email).status_code == 400
    assert sign_in(other, person.email, NEW).status_code == 303


def test_an_address_changes_by_its_own_link_and_the_old_one_is_told(
    site: Site, person: AccountView, client: FlaskClient
) -> None:
    wanted = f"{new_id()}@example.cn"
    page = "/en/account/security"
    send_form(client, f"{page}/address", page=page, current=PASSWORD, email=wanted)
    with site.parts.database.transaction() as session:
        session.execute(update(AccountErrand).where(AccountErrand.email != wanted).values(noticed_at=NOW))
        (letter,) = take_errands(session, datetime.now(UTC))
    assert (letter.kind, letter.email) == ("address", wanted)
    link = link_of_errand(letter.errand_id, site_secret(site.parts.settings))
    stranger = site.client
    sign_in(stranger, make_person(site.parts.database, f"{new_id()}@example.cn").email)
    place = f"/en/account/link?link={link}"
    assert send_form(stranger, "/en/account/link", page=place, link=link).status_code == 404
    assert send_form(client, "/en/account/link", page=place, link=link).status_code == 303
    with site.parts.database.transaction() as session:
        assert session.scalar(select(Account.email).where(Account.id == person.id)) == wanted
        told = {(letter.kind, letter.email, letter.subject) for letter in take_errands(session, datetime.now(UTC))}
    assert ("notice", person.email, "address") in told


def test_an_account_is_deleted_with_what_names_its_person(site: Site, person: AccountView, client: FlaskClient) -> None:
    page = "/en/account/security"
    assert send_form(client, "/en/account/delete", page=page, current=PASSWORD).status_code == 400
    done = send_form(client, "/en/account/delete", page=page, current=PASSWORD, sure="yes")
    assert done.headers["Location"].endswith("done=deleted")
    assert client.get("/en/account").status_code == 303
    with site.parts.database.reading() as session:
        row = session.get(Account, person.id)
        assert row is not None
        assert (row.email, row.name, row.password_hash) == (None, "", "")
        assert not session.scalars(select(SignIn).where(SignIn.account_id == person.id)).all()
        assert list_acts(session, person.id)[0].act == "deleted"
    assert sign_in(site.client, person.email).status_code == 400


def test_every_page_of_an_account_is_whole_in_both_languages(client: FlaskClient) -> None:
    for language in ("zh", "en"):
        for path in ("", "/keys", "/security", "/second-factor"):
            answer = client.get(f"/{language}/account{path}")
            assert answer.status_code == 200
            assert len(re.findall(r"<h1[ >]", answer.text)) == 1
            ids = re.findall(r' id="([^"]+)"', answer.text)
            assert len(ids) == len(set(ids)), path
            assert " style=" not in answer.text
