"""Signing in through a real provider in a real browser without scripts: policies for forms, cookies across sites."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from portal.kernel.ids import new_id
from tests.accounts.provider_site import Served, serve_registered, set_person

pytestmark = [pytest.mark.browser, pytest.mark.services]


@pytest.fixture(scope="module")
def served(oidc_issuer: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serve_registered(oidc_issuer, Path(tmp_path_factory.mktemp("provider"))) as opened:
        yield opened


def test_a_person_signs_in_and_out_through_the_provider_without_scripts(browser: Browser, served: Served) -> None:
    sub = set_person(served.issuer, f"p-{new_id()}", name="浏览器用户", realname={"level": 2})
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(f"{served.address}/zh/account/keys")  # leads to the form for signing in, and back
    page.click("form.provider .button")
    page.wait_for_url(f"{served.issuer}/**")
    page.fill("input[name=login]", sub)
    page.fill("input[name=password]", "x")
    page.click("button[type=submit]")
    page.click("button[type=submit]")  # consent
    page.wait_for_url(f"{served.address}/zh/account/keys")
    expect(page.locator("h1")).to_have_text("API 密钥")
    page.goto(f"{served.address}/zh/account")
    expect(page.locator("dl .badge").first).to_have_text("实名")
    page.goto(f"{served.address}/zh/account/security")
    assert page.locator("body").bounding_box()["width"] <= 360  # type: ignore[index]
    expect(page.locator("#provider + p")).to_contain_text("样例统一认证")
    page.click(".account-nav form .button")
    page.wait_for_url(f"{served.issuer}/session/end**")
    page.click("button[value=yes]")
    page.wait_for_url(f"{served.address}/zh/account/sign-in?done=signed-out")
    expect(page.locator("main [role=status]")).to_have_count(1)
    context.close()
