"""Who guesses addresses learns nothing from how much work an answer took, and cannot fill the record of an account."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from portal.accounts.acts import FAILURES_KEPT, Act, forget_failures, list_acts, record_act
from portal.accounts.directory import AccountView, disable_account
from portal.accounts.models import Account, AccountAct
from portal.accounts.passwords import NOBODYS, is_outdated
from portal.kernel.ids import new_id
from portal.settings import Settings
from tests.accounts.people import make_person, send_form, sign_in
from tests.http.site import Site, counted_statements, open_site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    var = Path(tmp_path_factory.mktemp("same"))
    settings = Settings(var_dir=var, secret_key="00" * 32, limit_factor=100, smtp_from="portal@example.cn")
    with open_site(settings) as opened:
        yield opened


@pytest.fixture
def person(site: Site) -> AccountView:
    return make_person(site.parts.database, f"{new_id()}@example.cn")


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One entry for each password that is hashed or compared."""
    seen: list[str] = []
    verify, make = PasswordHasher.verify, PasswordHasher.hash

    def watched_verify(self: PasswordHasher, stored: str, presented: str) -> bool:
        seen.append("verify")
        return bool(verify(self, stored, presented))

    def watched_hash(self: PasswordHasher, presented: str) -> str:
        seen.append("hash")
        return str(make(self, presented))

    monkeypatch.setattr(PasswordHasher, "verify", watched_verify)
    monkeypatch.setattr(PasswordHasher, "hash", watched_hash)
    return seen


def _refused_people(site: Site) -> dict[str, str]:
    """Why nobody gets in with a wrong password → the address to try."""
    closed, without = (make_person(site.parts.database, f"{new_id()}@example.cn") for _ in range(2))
    with site.parts.database.transaction() as session:
        disable_account(session, closed.id, person="operator", now=datetime.now(UTC))
        session.execute(update(Account).where(Account.id == without.id).values(password_hash=""))
    return {
        "wrong": make_person(site.parts.database, f"{new_id()}@example.cn").email,
        "unknown": f"{new_id()}@example.cn",
        "no address": "nonsense",
        "closed": closed.email,
        "no password": without.email,
    }


def test_every_refused_sign_in_compares_one_password_and_runs_the_same_statements(
    site: Site, hashed: list[str]
) -> None:
    client = site.client
    client.get("/en/account/sign-in")
    work = {}
    for why, address in _refused_people(site).items():
        hashed.clear()
        with counted_statements(site) as statements:
            assert sign_in(client, address, "a wrong password").status_code == 400
        work[why] = (tuple(hashed), tuple(statement.split("(")[0] for statement in statements))
    assert set(work.values()) == {work["unknown"]}
    assert work["unknown"][0] == ("verify",)
    assert any("account_act" in statement for statement in work["unknown"][1])


@pytest.mark.parametrize("page", ["register", "reset"])
def test_asking_for_a_mail_is_the_same_work_for_every_address(
    site: Site, person: AccountView, hashed: list[str], page: str
) -> None:
    client, work = site.client, []
    for address in (person.email, f"{new_id()}@example.cn"):
        with counted_statements(site) as statements:
            assert send_form(client, f"/en/account/{page}", email=address).status_code == 200
        work.append(statements)
    assert work[0] == work[1]
    assert hashed == []


def test_the_password_of_nobody_costs_what_others_cost() -> None:
    assert not is_outdated(NOBODYS)


def test_a_failed_sign_in_is_kept_for_who_is_concerned_and_for_nobody_else(site: Site, person: AccountView) -> None:
    sign_in(site.client, person.email, "a wrong password")
    with site.parts.database.reading() as session:
        act = list_acts(session, person.id)[0]
        before = session.query(AccountAct).count()
    assert (act.act, act.actor, act.detail) == ("sign_in_failed", "unknown", {"with": "password"})
    sign_in(site.client, f"{new_id()}@example.cn", "a wrong password")
    with site.parts.database.reading() as session:
        assert session.query(AccountAct).count() == before


def test_failures_are_forgotten_after_their_time_and_no_other_act_can_be(site: Site, person: AccountView) -> None:
    now = datetime.now(UTC)
    old = now - FAILURES_KEPT - timedelta(days=1)
    with site.parts.database.transaction() as session:
        for act in (Act.SIGN_IN_FAILED, Act.CODE_FAILED, Act.SIGNED_IN, Act.TIER_SET):
            record_act(session, person.id, act, now=old)
        record_act(session, person.id, Act.SIGN_IN_FAILED, now=now)
    with site.parts.database.transaction() as session:
        assert forget_failures(session, now) == 2
        assert forget_failures(session, now) == 0
    with site.parts.database.reading() as session:
        kept = [act.act for act in list_acts(session, person.id)]
    assert kept == ["sign_in_failed", "tier_set", "signed_in", "created"]
    with (
        pytest.raises(IntegrityError, match="append-only"),
        site.parts.database.transaction() as session,
    ):
        wanted = select(AccountAct.id).where(AccountAct.act == "tier_set")
        session.execute(delete(AccountAct).where(AccountAct.id.in_(wanted)))
