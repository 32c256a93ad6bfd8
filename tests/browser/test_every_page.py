"""Every kind of page at two widths in both languages, in a real browser."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext

from tests.browser.conftest import Watch
from tests.web.site import Site

pytestmark = pytest.mark.browser
LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])
_RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "resultTypes": ["violations"],
}
_ERRORS = {"not found", "withdrawn"}
_OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def _violations(axe: Axe, page: object) -> list[str]:
    found = axe.run(page, options=_RULES).response["violations"]
    return [f"{v['id']}: {node['html'][:160]}" for v in found for node in v["nodes"]]


@LANGUAGES
def test_pages_are_accessible_quiet_and_fit_the_screen(
    context: BrowserContext, address: str, pages: dict[str, str], language: str
) -> None:
    axe, faults = Axe(), []
    for name, rest in pages.items():
        page, watch = context.new_page(), Watch()
        watch.follow(page)
        page.goto(f"{address}/{language}/{rest}")
        page.wait_for_load_state("networkidle")
        faults += [f"{name}: {violation}" for violation in _violations(axe, page)]
        complaints = [c for c in watch.complaints if not (name in _ERRORS and c.startswith("Failed to load resource"))]
        faults += [f"{name}: {complaint}" for complaint in complaints]
        faults += [f"{name}: asked {url}" for url in watch.requests if not url.startswith(f"{address}/")]
        if (wider := page.evaluate(_OVERFLOW)) > 0:
            faults.append(f"{name}: {wider} pixels wider than the screen")
        page.close()
    assert not faults, "\n".join(faults)


@LANGUAGES
def test_pages_are_accessible_in_the_dark(browser: Browser, address: str, pages: dict[str, str], language: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, color_scheme="dark", reduced_motion="reduce")
    axe, faults = Axe(), []
    for name in ("home", "search", "dataset that is late", "dataset with absent columns", "rows", "developers"):
        page = context.new_page()
        page.goto(f"{address}/{language}/{pages[name]}")
        faults += [f"{name}: {violation}" for violation in _violations(axe, page)]
        page.close()
    context.close()
    assert not faults, "\n".join(faults)


def test_text_at_twice_its_size_still_fits(browser: Browser, address: str, pages: dict[str, str]) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page, faults = context.new_page(), []
    for name, rest in pages.items():
        page.goto(f"{address}/en/{rest}")
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        if (wider := page.evaluate(_OVERFLOW)) > 0:
            faults.append(f"{name}: {wider} pixels wider than the screen")
    context.close()
    assert not faults, "\n".join(faults)


def test_everything_works_without_script(browser: Browser, address: str, site: Site) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 800})
    page = context.new_page()
    page.goto(f"{address}/zh/")
    page.fill("#q", "学校")
    page.press("#q", "Enter")
    page.wait_for_url("**/zh/search?q=*")
    page.click(".card-title a >> nth=0")
    page.wait_for_url("**/zh/dataset/*")
    page.fill(".filter input[name=value]", "临江")
    page.click(".filter button")
    page.wait_for_url("**/data/data?*")
    assert page.locator("tbody tr").count() > 0
    page.click("thead a >> nth=0")
    page.wait_for_url("**order=*")
    page.click(".switch")
    page.wait_for_url("**/en/dataset/**")
    page.goto(f"{address}/en/dataset/{site.late}")
    page.click("a.get[href$='.xlsx']")
    page.wait_for_url("**/en/job/*")
    assert page.locator("progress").count() == 1
    context.close()


def test_the_page_of_a_file_in_the_making_is_accessible(context: BrowserContext, address: str, site: Site) -> None:
    page, watch = context.new_page(), Watch()
    watch.follow(page)
    page.goto(f"{address}/zh/dataset/{site.plain}")
    page.click("a.get[href$='.xlsx']")
    page.wait_for_url("**/zh/job/*")
    page.wait_for_timeout(2_500)
    assert not _violations(Axe(), page)
    assert not watch.complaints
