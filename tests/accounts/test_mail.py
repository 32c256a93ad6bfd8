"""Registering and new passwords through a real SMTP server, and what a site says that sends no mail."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from portal.accounts.models import AccountErrand
from portal.notify import Mailer, send_due_mail
from portal.notify.accounts import look_after_accounts
from portal.settings import Settings
from tests.accounts.people import PASSWORD, make_person, send_form, sign_in
from tests.http.site import Site, open_site
from tests.notify.server import Postbox, postbox


@pytest.fixture(scope="module")
def silent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The embedded default: no mail server is set."""
    with open_site(Settings(var_dir=Path(tmp_path_factory.mktemp("silent")), secret_key="00" * 32)) as opened:
        yield opened


@pytest.fixture(scope="module")
def box() -> Iterator[Postbox]:
    with postbox() as opened:
        yield opened


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, box: Postbox) -> Iterator[Site]:
    settings = Settings(
        var_dir=Path(tmp_path_factory.mktemp("mail")), secret_key="00" * 32, smtp_from="portal@example.cn"
    )
    sending = replace(settings, smtp_host="127.0.0.1", smtp_port=box.port, smtp_security="none", limit_factor=100)
    with open_site(sending) as opened:
        yield opened


def _delivered(site: Site, box: Postbox) -> tuple[str, str]:
    """What the worker sends now: to whom, and the text."""
    before, now = len(box.messages), datetime.now(UTC)
    with site.parts.database.transaction() as session:
        look_after_accounts(session, now)
    send_due_mail(site.parts.database, Mailer(site.parts.settings), now)
    (message,) = box.messages[before:]
    return message["To"], message.get_content()


def _link_in(text: str, language: str) -> str:
    found = re.search(rf"http://127\.0\.0\.1:8000(/{language}/account/link\?link=\S+)", text)
    assert found, text
    return found.group(1)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_mail_that_arrives_registers_and_later_sets_a_new_password(site: Site, box: Postbox, language: str) -> None:
    client, address = site.client, f"{language}.reader@example.cn"
    root = f"/{language}/account"
    assert send_form(client, f"{root}/register", email=address.upper()).status_code == 200
    to, text = _delivered(site, box)
    assert to == address
    link = _link_in(text, language)
    words = {"link": link.partition("link=")[2], "password": PASSWORD, "again": PASSWORD}
    assert send_form(client, f"{root}/link", page=link, name="读者", **words).status_code == 303
    assert client.get(root).status_code == 200

    other = site.client
    send_form(other, f"{root}/reset", email=address)
    link = _link_in(_delivered(site, box)[1], language)
    changed = "another long password"
    words = {"link": link.partition("link=")[2], "password": changed, "again": changed}
    assert send_form(other, f"{root}/link", page=link, **words).status_code == 303
    assert client.get(root).status_code == 303, "other browsers are signed out"
    to, text = _delivered(site, box)
    assert (to, "link=" in text) == (address, False), "the person is told, without a link"
    assert sign_in(site.client, address, changed).status_code == 303


@pytest.mark.parametrize("page", ["register", "reset"])
def test_a_site_without_mail_says_what_to_do_and_takes_no_address(silent: Site, page: str) -> None:
    client = silent.client
    told = {language: client.get(f"/{language}/account/{page}") for language in ("zh", "en")}
    for answer in told.values():
        assert answer.status_code == 200
        assert 'name="email"' not in answer.text
        assert "portal account" in answer.text
        assert "PORTAL_SMTP_HOST" in answer.text
    assert "This site sends no mail" in told["en"].text
    assert "本站不发送邮件" in told["zh"].text
    sent = send_form(client, f"/en/account/{page}", page="/en/account/sign-in", email="a@example.cn")
    assert sent.status_code == 409
    assert "This site sends no mail" in sent.text
    with silent.parts.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(AccountErrand)) == 0


def test_a_site_without_mail_changes_no_address(silent: Site) -> None:
    person, client = make_person(silent.parts.database), silent.client
    sign_in(client, person.email)
    page = "/en/account/security"
    assert 'action="/en/account/security/address"' not in client.get(page).text
    sent = send_form(client, f"{page}/address", page=page, current=PASSWORD, email="b@example.cn")
    assert sent.status_code == 409
    with silent.parts.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(AccountErrand)) == 0
