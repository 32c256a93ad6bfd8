"""What has to be known about an exchange platform before it can be asked."""

from collections.abc import Mapping
from dataclasses import dataclass

from harvesters.config import ConfigReader

SCHEMES = ("hmac", "gateway", "app_key", "bearer")
SECRETS = {
    "hmac": ("app_key", "app_secret"),
    "gateway": ("pass_id", "token"),
    "app_key": ("app_key",),
    "bearer": ("token",),
}


@dataclass(frozen=True, slots=True)
class ExchangeConfig:
    """`base_url` without a slash at its end; `scheme` names the signature; page sizes are records and rows a request."""

    base_url: str
    scheme: str = "hmac"
    page_size: int = 100
    row_page_size: int = 5000
    language: str = "zh"


def read_exchange_config(values: Mapping[str, object]) -> ExchangeConfig:
    """Check a configuration. Raises ConfigError that names every fault."""
    reader = ConfigReader("exchange", values)
    config = ExchangeConfig(
        base_url=reader.address("base_url"),
        scheme=reader.choice("scheme", "hmac", SCHEMES),
        page_size=reader.integer("page_size", 100, at_least=1, at_most=1000),
        row_page_size=reader.integer("row_page_size", 5000, at_least=1, at_most=20_000),
        language=reader.choice("language", "zh", ("zh", "en")),
    )
    reader.finish()
    return config
