"""What has to be known about a DCAT feed before it can be asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from harvesters.config import LABELS, ConfigReader

SYNTAXES = ("auto", "turtle", "rdf_xml", "json_ld", "data_json")


@dataclass(frozen=True, slots=True)
class DcatConfig:
    """`base_url`: the feed itself. `syntax` `auto`: by content. `language`: of texts that state none.

    `labels`: fields of `DatasetRecord` (see `harvesters.config.LABELS`) for datasets that state none.
    `fetch_files`: whether files are fetched; otherwise they are links that nobody checked.
    `page_bytes`: the longest page that is read; RDF takes some thirty times its size in memory.
    """

    base_url: str
    syntax: str = "auto"
    language: str = "zh"
    labels: Mapping[str, str] = field(default_factory=dict)
    fetch_files: bool = False
    page_bytes: int = 32 << 20


def read_dcat_config(values: Mapping[str, object]) -> DcatConfig:
    """Check a configuration. Raises ConfigError that names every fault."""
    reader = ConfigReader("dcat", values)
    config = DcatConfig(
        base_url=reader.address("base_url"),
        syntax=reader.choice("syntax", "auto", SYNTAXES),
        language=reader.choice("language", "zh", ("zh", "en")),
        labels=reader.texts("labels", allowed=LABELS),
        fetch_files=reader.boolean("fetch_files", False),
        page_bytes=reader.integer("page_bytes", 32 << 20, at_least=1 << 10, at_most=256 << 20),
    )
    reader.finish()
    return config
