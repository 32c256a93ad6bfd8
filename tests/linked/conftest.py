"""A portal with a small catalogue, served over HTTP for other people's clients; built once."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from waitress.server import create_server

from portal.settings import Settings
from tests.builders import Built
from tests.catalogue.test_conditional import publish_conditional
from tests.http.site import Site, generous, open_site
from tests.services.processes import free_port

DATASETS = 230  # three pages of the catalogue


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    port = free_port()
    var = tmp_path_factory.mktemp("linked")
    settings = Settings(var_dir=var / "var", secret_key="00" * 32, base_url=f"http://127.0.0.1:{port}")
    with open_site(generous(settings), DATASETS - 1, rows=12) as built:
        opened = replace(built, ids=(*built.ids, _add_conditional(built, var)))
        server = create_server(opened.app, host="127.0.0.1", port=port)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        yield opened
        server.close()
        thread.join(timeout=5)


def _add_conditional(site: Site, folder: Path) -> str:
    """The last dataset is open on application: every client meets one."""
    return publish_conditional(Built(site.parts.database, site.parts.store), folder, DATASETS - 1)


@pytest.fixture(scope="module")
def base(site: Site) -> str:
    return site.parts.settings.base_url


@pytest.fixture
def client(site: Site) -> FlaskClient:
    return site.client
