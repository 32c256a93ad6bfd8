"""One site for all tests of pages; a test that changes it builds its own."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from portal.web.developers import GUIDES
from tests.web.site import Site, build_site


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site that no test may change."""
    built = build_site(tmp_path_factory.mktemp("site"))
    yield built
    built.parts.database.dispose()


@pytest.fixture
def own_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A small site that this test may change."""
    built = build_site(tmp_path_factory.mktemp("own"), datasets=6)
    yield built
    built.parts.database.dispose()


@pytest.fixture
def client(site: Site) -> FlaskClient:
    """A visitor."""
    return site.app.test_client()


@pytest.fixture
def addresses(site: Site) -> list[str]:
    """One address of every kind of page, without the language."""
    return [
        "",
        "search",
        "search?q=%E5%AD%A6%E6%A0%A1&format=csv",
        "search?q=zzzzqqqq",
        f"dataset/{site.plain}",
        f"dataset/{site.chinese_only}",
        f"dataset/{site.machine}",
        f"dataset/{site.stale}",
        f"dataset/{site.many_parts}",
        f"dataset/{site.late}",
        f"dataset/{site.two_versions}@v1",
        f"dataset/{site.plain}/data/data?order=-%E6%95%B0%E9%87%8F",
        "publishers",
        "coverage",
        "publisher/district-education-bureau",
        "themes",
        "theme/education",
        "about",
        "about/gate",
        "terms",
        "developers",
        *(f"developers/{guide}" for guide in GUIDES if guide),
        "developers/reference",
        *(
            f"developers/reference/{name}"
            for name in ("list_rows", "search_datasets", "create_webhook", "ckan_package_search")
        ),
    ]
