"""Signing in and making a key in a real browser, without scripts: its own headers, cookies and policies count."""

import pytest
from playwright.sync_api import Browser, expect

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
