"""Signing in and making a key in a real browser, without scripts: its own headers, cookies and policies count."""

import os
from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, expect

from portal.accounts import create_own_key, rotate_own_key
from portal.accounts.directory import set_roles, set_tier
from portal.accounts.key_uses import Place, add_key_uses
from portal.kernel.ids import new_id
from portal.kernel.vocab import Scope, StaffRole, Tier
from portal.settings import site_secret
from tests.accounts.people import PASSWORD, make_person
from tests.web.site import Site

pytestmark = pytest.mark.browser


def test_a_person_signs_in_makes_a_key_and_signs_out_without_scripts(
    browser: Browser, site: Site, address: str
) -> None:
    person = make_person(site.parts.database, "browser@example.cn")
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(f"{address}/zh/account/keys")
    page.fill("#email", person.email)
    page.fill("#password", PASSWORD)
    page.click("main form .button")
    expect(page.locator("h1")).to_have_text("API 密钥")
    page.fill("#name", "浏览器")
    page.click("#new ~ form .button")
    expect(page.locator(".receipt code")).to_contain_text("odp_")
    page.goto(f"{address}/zh/account")
    assert page.locator("body").bounding_box()["width"] <= 360  # type: ignore[index]
    page.click(".account-nav form .button")
    expect(page.locator("main [role=status]")).to_have_count(1)
    page.goto(f"{address}/zh/account")
    assert "/zh/account/sign-in" in page.url
    context.close()


_RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "resultTypes": ["violations"],
}
_OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
_STRANGERS = ("account/sign-in", "account/register", "account/reset", "account/link?link=x")


def _staff(site: Site) -> tuple[str, str]:
    """The address of a person with every role, two keys and some acts, and the account of another."""
    person, other = (make_person(site.parts.database, f"{new_id()}@example.cn") for _ in range(2))
    now, secret = datetime.now(UTC), site_secret(site.parts.settings)
    with site.parts.database.transaction() as session:
        set_roles(session, person.id, frozenset(StaffRole), person="operator", now=now)
        set_tier(session, other.id, Tier.PARTNER, person="王主任", now=now)
        for owner in (person, other):
            made = create_own_key(session, owner.id, holder="夜间任务", scopes=frozenset(Scope), secret=secret, now=now)
            rotate_own_key(session, owner.id, made.id, secret=secret, now=now)
            uses: dict[Place, tuple[int, int]] = {(made.id, now.date(), "rows"): (40, 4)}
            add_key_uses(session, uses, now)
    return person.email, other.id


@pytest.mark.parametrize("language", ["zh", "en"])
def test_pages_of_accounts_are_accessible_and_fit_the_screen(
    context: BrowserContext, site: Site, address: str, language: str
) -> None:
    email, other = _staff(site)
    axe, page = Axe(), context.new_page()
    faults: list[str] = []
    root = f"{address}/{language}"

    def look(rest: str) -> None:
        page.goto(f"{root}/{rest}")
        found = axe.run(page, options=_RULES).response["violations"]
        faults.extend(f"{rest}: {v['id']}: {node['html'][:160]}" for v in found for node in v["nodes"])
        if (wider := page.evaluate(_OVERFLOW)) > 0:
            faults.append(f"{rest}: {wider} pixels wider than the screen")
        if pictures := os.environ.get("TEST_PICTURES_DIR"):
            width = page.viewport_size["width"] if page.viewport_size else 0
            page.screenshot(path=f"{pictures}/{rest.replace('/', '_')[:40]}.{language}.{width}.png", full_page=True)

    for rest in _STRANGERS:
        look(rest)
    page.goto(f"{root}/account/sign-in")
    page.fill("#email", email)
    page.fill("#password", PASSWORD)
    page.click("main form .button")
    page.goto(f"{root}/account/keys")
    key = page.locator("tbody th a").first.get_attribute("href") or ""
    own = ("account", "account/keys", key.removeprefix(f"/{language}/"), "account/security", "account/second-factor")
    for rest in (*own, "account/webhooks", "account/applications", "accounts", f"accounts/{other}", "accounts?q=zzzz"):
        look(rest)
    page.close()
    assert not faults, "\n".join(faults)
