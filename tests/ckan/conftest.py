"""A site with a small catalogue for the door's tests; built once, since reading changes nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from portal.settings import Settings
from tests.http.site import Site, generous, open_site

DATASETS = 12


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    var: Path = tmp_path_factory.mktemp("ckan")
    with open_site(generous(Settings(var_dir=var / "var", secret_key="00" * 32)), DATASETS) as opened:
        yield opened


@pytest.fixture
def client(site: Site) -> FlaskClient:
    return site.client
