"""A site with a few datasets for download tests; one of its own for each test, since downloading makes files."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from portal.settings import Settings
from tests.http.site import Site, generous, open_site


@pytest.fixture
def site(settings: Settings) -> Iterator[Site]:
    with open_site(generous(settings), 3) as opened:
        yield opened


@pytest.fixture
def client(site: Site) -> FlaskClient:
    return site.client
