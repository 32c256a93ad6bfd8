"""What every portal says of itself, asked once."""

import pytest

from tests.served.embedded import texts_of_an_empty_portal


@pytest.fixture(scope="session")
def own(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    return texts_of_an_empty_portal(tmp_path_factory.mktemp("empty"))
