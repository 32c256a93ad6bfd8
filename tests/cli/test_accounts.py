"""`portal account` and `portal key` as an operator types them."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from portal.cli import main
from portal.settings import Settings
from tests.accounts.people import PASSWORD, send_form, sign_in
from tests.http.site import Site, open_site

Portal = Callable[..., Result]
SECRET = "00" * 32
ADDRESS = "reader@example.cn"
BY = ("--person", "王主任")


@pytest.fixture
def portal(tmp_path: Path) -> Portal:
    """Runs one command on a site of this test's own."""
    environment = {
        "PORTAL_VAR_DIR": str(tmp_path / "var"),
        "PORTAL_SECRET_KEY": SECRET,
        "PORTAL_QUARANTINE_KEY": "11" * 32,
        "PORTAL_LOG_LEVEL": "ERROR",
    }

    def run(*arguments: str) -> Result:
        result = CliRunner().invoke(main, arguments, env=environment)
        assert "Traceback" not in result.output
        return result

    assert run("db", "migrate").exit_code == 0
    return run


@pytest.fixture
def site(portal: Portal, tmp_path: Path) -> Iterator[Site]:
    """The pages of the same site."""
    with open_site(Settings(var_dir=tmp_path / "var", secret_key=SECRET, limit_factor=100)) as opened:
        yield opened


def _choose_password(site: Site, output: str, language: str, password: str) -> int:
    found = re.search(rf"/{language}/account/link\?link=(\S+)", output)
    assert found, output
    client = site.client
    fields = {"link": found.group(1), "password": password, "again": password}
    return send_form(client, f"/{language}/account/link", page=found.group(0), **fields).status_code


def test_an_account_is_made_shown_raised_closed_and_opened_again(portal: Portal, site: Site) -> None:
    made = portal("account", "create", "--email", ADDRESS.upper(), "--name", "读者", *BY)
    assert made.exit_code == 0
    assert _choose_password(site, made.output, "zh", PASSWORD) == 303
    assert sign_in(site.client).status_code == 303

    assert portal("account", "tier", ADDRESS, "partner", *BY).exit_code == 0
    assert portal("account", "role", ADDRESS, "--grant", "account_manager", *BY).exit_code == 0
    listed = portal("account", "list").output
    assert all(word in listed for word in (ADDRESS, "partner", "account_manager", "open"))
    assert portal("account", "disable", ADDRESS, *BY).exit_code == 0
    assert "disabled" in portal("account", "list").output
    assert sign_in(site.client).status_code == 400
    assert portal("account", "link", ADDRESS, *BY).exit_code == 1
    assert portal("account", "disable", ADDRESS, "--lift", *BY).exit_code == 0
    assert sign_in(site.client).status_code == 303
    acts = portal("account", "show", ADDRESS).output
    for act in ("created", "tier_set", "roles_set", "disabled", "enabled"):
        assert re.search(rf"{act}\s+staff:王主任", acts), acts


def test_a_link_for_a_new_password_opens_once_and_is_kept_with_a_name(portal: Portal, site: Site) -> None:
    portal("account", "create", "--email", ADDRESS, "--name", "Reader", "--language", "en", *BY)
    shown = portal("account", "link", ADDRESS, *BY)
    assert shown.exit_code == 0
    assert _choose_password(site, shown.output, "en", PASSWORD) == 303
    link = re.search(r"/en/account/link\?link=\S+", shown.output)
    assert link
    assert site.client.get(link.group()).status_code == 404
    assert re.search(r"link_made\s+staff:王主任", portal("account", "show", ADDRESS).output)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("account", "create", "--email", "nonsense", "--name", "x", *BY), "not a mail address"),
        (("account", "create", "--email", ADDRESS, "--name", " ", *BY), "A name has"),
        (("account", "tier", "nobody@example.cn", "verified", *BY), "portal account list"),
        (("account", "tier", "x" * 16, "verified", *BY), "portal account list"),
        (("account", "show", "nobody@example.cn"), "portal account list"),
        (("account", "disable", ADDRESS, "--person", " "), "There is no account"),
        (("key", "revoke", "x" * 16), "key"),
        (("key", "create", "--holder", " "), "holder"),
    ],
)
def test_what_cannot_be_done_says_why_and_what_to_do(portal: Portal, arguments: tuple[str, ...], said: str) -> None:
    result = portal(*arguments)
    assert result.exit_code == 1
    assert said in result.output


def test_an_empty_site_says_how_to_begin(portal: Portal) -> None:
    assert "portal account create" in portal("account", "list").output
    assert "portal key create" in portal("key", "list").output


def test_a_key_is_made_shown_once_listed_without_its_secret_and_revoked(portal: Portal, site: Site) -> None:
    made = portal("key", "create", "--holder", "partner's machine", "--tier", "partner", "--days", "30")
    secret = re.search(r"odp_\w+", made.output)
    assert secret
    headers = {"Authorization": f"Bearer {secret.group()}"}
    told = site.client.get("/api/v1/me", headers=headers).get_json()
    assert told["tier"] == "partner"
    listed = portal("key", "list").output
    assert told["key_id"] in listed
    assert secret.group() not in listed
    assert portal("key", "revoke", told["key_id"]).exit_code == 0
    assert site.client.get("/api/v1/me", headers=headers).status_code == 401
