"""What has to be known about a CKAN before it can be asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from harvesters.config import LABELS, ConfigReader


@dataclass(frozen=True, slots=True)
class CkanConfig:
    """`language`: of texts that state none. `listing`: by `package_search` (quick) or `package_list` (one by one).

    `labels`: fields of `DatasetRecord` (see `harvesters.config.LABELS`) for packages that state none.
    `fetch_files`: whether resources are fetched; otherwise they are links that nobody checked. `fetch_tables`: fetch the rows,
    with their declared types, that the CKAN's DataStore holds, whatever is done with the other resources.
    """

    base_url: str
    language: str = "zh"
    listing: str = "search"
    page_size: int = 100
    labels: Mapping[str, str] = field(default_factory=dict)
    fetch_files: bool = False
    fetch_tables: bool = False


def read_ckan_config(values: Mapping[str, object]) -> CkanConfig:
    """Check a configuration. Raises ConfigError that names every fault."""
    reader = ConfigReader("ckan", values)
    config = CkanConfig(
        base_url=reader.address("base_url"),
        language=reader.choice("language", "zh", ("zh", "en")),
        listing=reader.choice("listing", "search", ("search", "list")),
        page_size=reader.integer("page_size", 100, at_least=1, at_most=1000),
        labels=reader.texts("labels", allowed=LABELS),
        fetch_files=reader.boolean("fetch_files", False),
        fetch_tables=reader.boolean("fetch_tables", False),
    )
    reader.finish()
    return config
