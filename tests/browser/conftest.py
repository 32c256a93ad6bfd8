"""A real server and a real browser: waitress in a thread, Debian's Chromium through Playwright."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import waitress
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

from tests.services.processes import Absent
from tests.services.registry import service_url
from tests.web.site import Site, build_site

_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, or a skip with the reason where it is not installed."""
    try:
        program = service_url("chromium")
    except Absent as error:
        pytest.skip(str(error))
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=list(_ARGUMENTS))
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site that no test may change."""
    built = build_site(tmp_path_factory.mktemp("browser"))
    yield built
    built.parts.database.dispose()


@pytest.fixture(scope="session")
def address(site: Site) -> Iterator[str]:
    """Where the site is served."""
    server = waitress.create_server(site.app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(timeout=10)


@dataclass
class Watch:
    """What a page complained of, and where it asked for something."""

    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def follow(self, page: Page) -> None:
        page.on("console", self._note_console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._note_request)

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def _note_request(self, request: Request) -> None:
        self.requests.append(request.url)


@pytest.fixture(params=[1280, 360])
def context(browser: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """A visitor on a desk and one with a small phone."""
    made = browser.new_context(viewport={"width": request.param, "height": 800}, reduced_motion="reduce")
    yield made
    made.close()


@pytest.fixture
def desk(browser: Browser) -> Iterator[BrowserContext]:
    """A visitor on a desk."""
    made = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    yield made
    made.close()


@pytest.fixture
def pages(site: Site) -> dict[str, str]:
    """Every kind of page, by name, without the language."""
    return {
        "home": "",
        "search": "search?q=2010&theme=education",
        "search with nothing found": "search?q=zzzzqqqq",
        "dataset": f"dataset/{site.plain}",
        "dataset without English": f"dataset/{site.chinese_only}",
        "dataset with absent columns": f"dataset/{site.many_parts}",
        "dataset that is late": f"dataset/{site.late}",
        "older version": f"dataset/{site.two_versions}@v1",
        "rows": f"dataset/{site.plain}/data/data?order=-%E6%95%B0%E9%87%8F&f.%E8%A1%97%E9%81%93=%E4%B8%9C",
        "departments": "publishers",
        "department": "publisher/district-education-bureau",
        "themes": "themes",
        "theme": "theme/education",
        "about": "about",
        "terms": "terms",
        "developers": "developers",
        "guide to rows": "developers/rows",
        "guide to errors": "developers/errors",
        "reference": "developers/reference",
        "operation": "developers/reference/list_rows",
        "not found": "nothing/here",
        "withdrawn": f"dataset/{site.withdrawn}",
    }
