"""A site without data: what all doors do alike needs none."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from portal.settings import Settings
from tests.http.site import Site, open_site


@pytest.fixture
def site(settings: Settings) -> Iterator[Site]:
    with open_site(settings) as opened:
        yield opened


@pytest.fixture
def client(site: Site) -> FlaskClient:
    return site.client
