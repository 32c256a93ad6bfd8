"""What every portal says of itself, asked once; and a sample platform that was harvested once."""

import pytest

from tests.ingest.conftest import harvested_once, make_bench, make_harvested, make_sample  # noqa: F401 - fixtures
from tests.served.embedded import texts_of_an_empty_portal


@pytest.fixture(scope="session")
def own(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    return texts_of_an_empty_portal(tmp_path_factory.mktemp("empty"))
