"""What a person does without a mouse, and what scripts add."""

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.web.site import Site

pytestmark = pytest.mark.browser


def test_the_first_tab_stop_skips_to_the_content(desk: BrowserContext, address: str) -> None:
    page = desk.new_page()
    page.goto(f"{address}/en/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#q")).to_be_focused()


def test_suggestions_are_walked_with_arrows_and_opened_with_enter(desk: BrowserContext, address: str) -> None:
    page = desk.new_page()
    page.goto(f"{address}/zh/")
    page.focus("#q")
    page.keyboard.insert_text("中小")
    field = page.locator("#q")
    expect(field).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    chosen = page.locator("[role=option][aria-selected=true]")
    expect(chosen).to_have_count(1)
    expect(field).to_have_attribute("aria-activedescendant", str(chosen.get_attribute("id")))
    expect(field).to_be_focused()
    page.keyboard.press("Escape")
    expect(field).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/zh/dataset/*")


def test_a_search_is_sent_by_enter_alone(desk: BrowserContext, address: str) -> None:
    page = desk.new_page()
    page.goto(f"{address}/en/")
    page.focus("#q")
    page.keyboard.type("schools")
    page.keyboard.press("Enter")
    page.wait_for_url("**/en/search?q=schools")
    expect(page.locator(".hits-count")).to_contain_text("datasets")


def test_a_table_sorts_in_place_and_the_address_follows(desk: BrowserContext, address: str, site: Site) -> None:
    page = desk.new_page()
    page.goto(f"{address}/en/dataset/{site.plain}/data/data")
    page.evaluate("window.isSamePage = true")
    page.focus("thead a >> nth=3")
    page.keyboard.press("Enter")
    expect(page.locator("th[aria-sort=ascending]")).to_have_count(1)
    assert "order=" in page.url
    assert page.evaluate("window.isSamePage")
    page.go_back()
    expect(page.locator("th[aria-sort=ascending]")).to_have_count(0)


def test_the_preview_of_a_dataset_filters_in_place(desk: BrowserContext, address: str, site: Site) -> None:
    page = desk.new_page()
    page.goto(f"{address}/zh/dataset/{site.plain}")
    page.fill(".filter input[name=value]", "东湖")
    page.press(".filter input[name=value]", "Enter")
    expect(page.locator("[data-rows] .chip")).to_have_count(1)
    assert page.url.endswith(f"/zh/dataset/{site.plain}")


def test_scrolling_regions_can_be_reached_by_keyboard(desk: BrowserContext, address: str, site: Site) -> None:
    page = desk.new_page()
    page.goto(f"{address}/en/dataset/{site.plain}")
    for region in page.locator(".scroll").all():
        assert region.get_attribute("tabindex") == "0"
        assert region.get_attribute("aria-label")
