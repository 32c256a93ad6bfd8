"""A site with a small catalogue for the door's tests; built once, since reading changes nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from portal.settings import Settings
from tests.ckan.golden_state import GoldenSite, open_golden_site
from tests.conftest import SHARED_DATA
from tests.http.site import Site, generous, open_site

DATASETS = 12


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    var: Path = tmp_path_factory.mktemp("ckan")
    with open_site(generous(Settings(var_dir=var / "var", secret_key="00" * 32)), DATASETS) as opened:
        yield opened


@pytest.fixture(scope="session")
def golden() -> Path:
    """Where the recorded answers of a real CKAN are."""
    if not (folder := SHARED_DATA / "ckan_golden").is_dir():
        pytest.skip("the recorded answers of a CKAN (../shared/data/ckan_golden) are not here")
    return folder


@pytest.fixture(scope="session")
def golden_site(golden: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GoldenSite]:
    """The one portal that harvested that CKAN's state, catalogue and rows."""
    var = tmp_path_factory.mktemp("golden") / "var"
    with open_golden_site(Settings(var_dir=var, secret_key="00" * 32, quarantine_key="11" * 32), golden) as site:
        yield site


@pytest.fixture
def client(site: Site) -> FlaskClient:
    return site.client
