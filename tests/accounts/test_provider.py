"""Signing in through a real sign-in provider over real HTTP: first and later sign-ins, linking, verified, signing out."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from sqlalchemy import select

from portal.accounts.acts import list_acts
from portal.accounts.directory import AccountView, disable_account, get_account
from portal.accounts.models import Account, AccountIdentity, SignIn
from portal.accounts.oidc.identities import lapse_verifications
from portal.accounts.second_factor import set_second_factor
from portal.kernel.ids import new_id
from portal.kernel.vocab import Tier
from portal.settings import Settings, site_secret
from tests.accounts.people import PASSWORD, make_person
from tests.accounts.provider_site import (
    Served,
    Visitor,
    onward_of,
    register_client,
    rotate_keys,
    serve_registered,
    serve_site,
    set_person,
)
from tests.services.processes import free_port

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def served(oidc_issuer: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serve_registered(oidc_issuer, Path(tmp_path_factory.mktemp("provider"))) as opened:
        yield opened


def _account_of(served: Served, sub: str) -> AccountView:
    with served.site.parts.database.reading() as session:
        found = session.scalars(select(AccountIdentity.account_id).where(AccountIdentity.subject == sub)).one()
        return get_account(session, found)


def _acts(served: Served, account_id: str) -> list[str]:
    with served.site.parts.database.reading() as session:
        return [act.act for act in reversed(list_acts(session, account_id))]


def _person(served: Served, **claims: object) -> str:
    return set_person(served.issuer, f"p-{new_id()}", **claims)


def _with_password(served: Served) -> tuple[AccountView, Visitor]:
    """An account with a password, and a browser signed in to it."""
    person, visitor = make_person(served.site.parts.database, f"{new_id()}@example.cn"), served.visitor()
    page = visitor.send("/en/account/sign-in", "/en/account/sign-in", email=person.email, password=PASSWORD)
    assert page.url.path == "/en/account"
    return person, visitor


def test_the_first_sign_in_makes_an_account_and_the_next_one_finds_it(served: Served) -> None:
    address = f"{new_id()}@example.cn"
    sub = _person(served, name="张 三", email=address.upper(), email_verified=True)
    page = served.visitor().sign_in(sub)
    assert page.url.path == "/en/account"
    assert address in page.text
    account = _account_of(served, sub)
    assert (account.email, account.name, account.tier) == (address, "张 三", Tier.REGISTERED)
    assert served.visitor().sign_in(sub, "zh").url.path == "/zh/account"
    assert _account_of(served, sub).id == account.id
    assert _acts(served, account.id) == ["created", "signed_in", "signed_in"]


def test_a_person_goes_on_to_the_page_that_was_asked_for(served: Served) -> None:
    sub = _person(served)
    page = served.visitor().sign_in(sub, "zh", next="/zh/account/keys?x=1")
    assert (page.url.path, page.url.query) == ("/zh/account/keys", b"x=1")
    assert served.visitor().sign_in(sub, next="//evil.example/").url.path == "/en/account"


def test_an_address_that_the_provider_did_not_confirm_is_not_believed(served: Served) -> None:
    known = make_person(served.site.parts.database, f"{new_id()}@example.cn")
    sub = _person(served, email=known.email, email_verified=False)
    page = served.visitor().sign_in(sub)
    assert page.url.path == "/en/account"
    account = _account_of(served, sub)
    assert account.email == ""
    assert account.id != known.id


def test_an_address_with_an_account_is_not_taken_over_but_linked_by_its_person(served: Served) -> None:
    person, visitor = _with_password(served)
    sub = _person(served, email=person.email, email_verified=True)
    refused = served.visitor().sign_in(sub)
    assert refused.status_code == 409
    assert "page Security" in refused.text
    with served.site.parts.database.reading() as session:
        assert session.scalar(select(AccountIdentity.subject).where(AccountIdentity.subject == sub)) is None
    wrong = visitor.send("/en/account/provider/link", "/en/account/security", current="not the password")
    assert "not right" in wrong.text
    left = visitor.send("/en/account/provider/link", "/en/account/security", current=PASSWORD)
    done = visitor.go_through(onward_of(left.text), sub)
    assert done.url.path == "/en/account/security"
    assert "Sample ID opens this account" in done.text
    assert _account_of(served, sub).id == person.id
    assert served.visitor().sign_in(sub).url.path == "/en/account"
    visitor.send("/en/account/provider/unlink", "/en/account/security", current=PASSWORD)
    assert _acts(served, person.id)[-3:] == ["provider_linked", "signed_in", "provider_unlinked"]
    assert served.visitor().sign_in(sub).status_code == 409


def test_a_person_who_opens_another_account_is_not_linked(served: Served) -> None:
    sub = _person(served)
    served.visitor().sign_in(sub)
    _, visitor = _with_password(served)
    left = visitor.send("/en/account/provider/link", "/en/account/security", current=PASSWORD)
    refused = visitor.go_through(onward_of(left.text), sub)
    assert (refused.status_code, "opens another account" in refused.text) == (409, True)


def test_linking_ends_when_its_person_is_signed_out_meanwhile(served: Served) -> None:
    person, visitor = _with_password(served)
    left = visitor.send("/en/account/provider/link", "/en/account/security", current=PASSWORD)
    with served.site.parts.database.transaction() as session:
        session.query(SignIn).filter_by(account_id=person.id).delete()
    assert visitor.go_through(onward_of(left.text), _person(served)).status_code == 400


def test_the_claim_makes_verified_and_takes_it_back(served: Served) -> None:
    sub = _person(served, realname={"level": 2})
    served.visitor().sign_in(sub)
    account = _account_of(served, sub)
    assert account.tier is Tier.VERIFIED
    for level in ({"level": 1}, {"level": "3"}, {"level": [2, 9]}, "2", None):
        set_person(served.issuer, sub, realname=level)
        served.visitor().sign_in(sub)
        expected = Tier.VERIFIED if level in ({"level": "3"}, {"level": [2, 9]}) else Tier.REGISTERED
        assert _account_of(served, sub).tier is expected, level
    told = [act for act in _acts(served, account.id) if act not in {"created", "signed_in"}]
    assert told == ["verified_by_provider", "verification_ended", "verified_by_provider", "verification_ended"]


def test_the_providers_word_lapses_without_another_sign_in(served: Served) -> None:
    sub = _person(served, realname={"level": 2})
    served.visitor().sign_in(sub)
    account, lasts = _account_of(served, sub), timedelta(days=180)
    now = datetime.now(UTC)
    for at, tier in ((now + timedelta(days=179), Tier.VERIFIED), (now + timedelta(days=181), Tier.REGISTERED)):
        with served.site.parts.database.transaction() as session:
            lapse_verifications(session, at, lasts)
        assert _account_of(served, sub).tier is tier
    assert _acts(served, account.id)[-1] == "verification_ended"


def test_a_second_factor_is_asked_for_after_the_provider_as_well(served: Served) -> None:
    sub, totp = _person(served), "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    served.visitor().sign_in(sub)
    account, now = _account_of(served, sub), datetime.now(UTC)
    secret = site_secret(served.site.parts.settings)
    with served.site.parts.database.transaction() as session:
        earlier = now - timedelta(minutes=5)
        set_second_factor(session, account.id, totp, pyotp.TOTP(totp).at(earlier), secret=secret, now=earlier)
    visitor = served.visitor()
    assert visitor.sign_in(sub).url.path == "/en/account/code"
    assert visitor.get("/en/account").url.path == "/en/account/sign-in"
    page = visitor.send("/en/account/code", "/en/account/code", code=pyotp.TOTP(totp).now())
    assert page.url.path == "/en/account"


def test_an_account_without_password_is_changed_only_soon_after_signing_in(served: Served) -> None:
    sub = _person(served)
    visitor = served.visitor()
    visitor.sign_in(sub)
    account = _account_of(served, sub)
    with served.site.parts.database.transaction() as session:
        row = session.scalars(select(SignIn).where(SignIn.account_id == account.id)).one()
        row.created_at -= timedelta(minutes=11)
    kept = visitor.send("/en/account/delete", "/en/account/security", sure="yes")
    assert "signed in too long ago" in kept.text
    alone = visitor.send("/en/account/provider/unlink", "/en/account/security")
    assert "signed in too long ago" in alone.text
    visitor.sign_in(sub)
    alone = visitor.send("/en/account/provider/unlink", "/en/account/security")
    assert "Set a mail address and a password first" in alone.text
    gone = visitor.send("/en/account/delete", "/en/account/security", sure="yes")
    assert "Your account was deleted" in gone.text
    with served.site.parts.database.reading() as session:
        assert session.scalar(select(AccountIdentity.subject).where(AccountIdentity.subject == sub)) is None


def test_a_closed_account_stays_closed_and_says_so(served: Served) -> None:
    sub = _person(served)
    served.visitor().sign_in(sub)
    account = _account_of(served, sub)
    with served.site.parts.database.transaction() as session:
        disable_account(session, account.id, person="officer", now=datetime.now(UTC))
    refused = served.visitor().sign_in(sub)
    assert "This account is closed" in refused.text
    assert _acts(served, account.id)[-1] == "sign_in_failed"


def test_signing_out_goes_on_to_the_provider_and_back(served: Served) -> None:
    visitor, sub = served.visitor(), _person(served)
    visitor.sign_in(sub, "zh")
    left = visitor.send("/zh/account/sign-out", "/zh/account")
    assert visitor.get("/zh/account").url.path == "/zh/account/sign-in"
    asked = visitor.get(onward_of(left.text))
    assert asked.status_code == 200
    assert asked.url.host == "127.0.0.1"

    token = re.search(r'name="xsrf" value="([^"]+)"', asked.text)
    assert token, asked.text
    back = visitor.http.post(f"{served.issuer}/session/end/confirm", data={"xsrf": token.group(1), "logout": "yes"})
    assert (back.url.path, back.url.query) == ("/zh/account/sign-in", b"done=signed-out")
    again = visitor.http.get(visitor.set_out())
    assert "Enter any login" in again.text  # the provider asks anew


def test_keys_are_fetched_anew_after_the_provider_changed_them(served: Served) -> None:
    sub = _person(served)
    served.visitor().sign_in(sub)
    rotate_keys(served.issuer)
    assert served.visitor().sign_in(sub).url.path == "/en/account"


def test_an_answer_opens_nothing_in_another_browser_nor_twice(served: Served) -> None:
    sub, visitor = _person(served), served.visitor()
    there = visitor.answer_of(visitor.set_out(), sub)
    assert served.visitor().get(there).status_code == 400
    assert visitor.get(there).url.path == "/en/account"
    again = visitor.get(there)
    assert (again.url.path[3:], again.status_code) == ("/account/provider/trouble", 400)


def test_declining_at_the_provider_is_told_with_a_way_on(served: Served) -> None:
    visitor = served.visitor()
    page = visitor.http.get(visitor.set_out("zh"))

    aborted = re.search(r'href="([^"]+/abort)"', page.text)
    assert aborted, page.text
    told = visitor.http.get(page.url.join(aborted.group(1)))
    assert told.status_code == 400
    assert "您没有在统一身份认证平台上同意" in told.text


def test_a_public_client_without_a_secret_signs_in_by_pkce_alone(oidc_issuer: str, tmp_path: Path) -> None:

    port = free_port()
    client = register_client(oidc_issuer, f"http://127.0.0.1:{port}", token_endpoint_auth_method="none")
    settings = Settings(
        var_dir=tmp_path, secret_key="00" * 32, limit_factor=1_000, oidc_issuer=oidc_issuer,
        oidc_client_id=client["client_id"], oidc_hosts="127.0.0.1",
    )  # fmt: skip
    sub = set_person(oidc_issuer, f"p-{new_id()}")
    with serve_site(settings, port) as served:
        assert served.visitor().sign_in(sub).url.path == "/en/account"
    wrong = tmp_path / "wrong"
    wrong.write_text("not the secret")
    client = register_client(oidc_issuer, f"http://127.0.0.1:{port}")
    settings = replace(settings, oidc_client_id=client["client_id"], oidc_client_secret_file=wrong)
    with serve_site(settings, port) as served:
        refused = served.visitor().sign_in(sub)
        assert (refused.status_code, "do not understand each other" in refused.text) == (503, True)


def test_nothing_of_a_sign_in_is_stored_but_who_it_was(served: Served) -> None:
    sub = _person(served, name="李四")
    served.visitor().sign_in(sub)
    with served.site.parts.database.reading() as session:
        row = session.scalars(select(Account).where(Account.id == _account_of(served, sub).id)).one()
        assert (row.password_hash, row.email, row.name) == ("", None, "李四")
