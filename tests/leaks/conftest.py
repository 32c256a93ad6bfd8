"""The estate that the tests of leaks share."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from portal.settings import Settings
from tests.leaks.estate import Estate, open_estate


@pytest.fixture(scope="package")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    root: Path = tmp_path_factory.mktemp("leaks")
    settings = Settings(var_dir=root / "var", secret_key="00" * 32, quarantine_key="11" * 32)
    with open_estate(replace(settings, limit_factor=10_000), root / "drop") as opened:
        yield opened
