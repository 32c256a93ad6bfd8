"""What has to be known about a CKAN before it can be asked."""

from collections.abc import Mapping
from dataclasses import dataclass

from harvesters.config import ConfigReader


@dataclass(frozen=True, slots=True)
class CkanConfig:
    """`language`: of texts that state none. `listing`: how all packages are found.

    `labels`: labels of `DatasetRecord` for packages that state none (update cycle, licence …).
    `fetch_files`: whether resources are fetched; otherwise they are links that nobody checked.
    """

    base_url: str
    language: str = "zh"
    listing: str = "list"
    page_size: int = 100
    labels: Mapping[str, str] | None = None
    fetch_files: bool = False


def read_ckan_config(values: Mapping[str, object]) -> CkanConfig:
    """Check a configuration. Raises ConfigError that names every fault."""
    reader = ConfigReader("ckan", values)
    config = CkanConfig(
        base_url=reader.address("base_url"),
        language=reader.choice("language", "zh", ("zh", "en")),
        listing=reader.choice("listing", "list", ("list", "search")),
        page_size=reader.integer("page_size", 100, at_least=1, at_most=1000),
        labels=reader.texts("labels"),
        fetch_files=reader.boolean("fetch_files", False),
    )
    reader.finish()
    return config
