"""What has to be known about an exchange platform before it can be asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from harvesters.config import ConfigReader
from harvesters.exchange.signers import schemes


@dataclass(frozen=True, slots=True)
class ExchangeConfig:
    """`base_url` without a slash at its end; `scheme` names the signature, `signing` its options; page sizes are
    records and rows a request."""

    base_url: str
    scheme: str = "hmac"
    signing: Mapping[str, str] = field(default_factory=dict)
    page_size: int = 100
    row_page_size: int = 5000
    language: str = "zh"


def read_exchange_config(values: Mapping[str, object]) -> ExchangeConfig:
    """Check a configuration. Raises ConfigError that names every fault."""
    reader = ConfigReader("exchange", values)
    scheme = reader.choice("scheme", "hmac", tuple(sorted(schemes())))
    config = ExchangeConfig(
        base_url=reader.address("base_url"),
        scheme=scheme,
        signing=reader.texts("signing", allowed=schemes()[scheme].options),
        page_size=reader.integer("page_size", 100, at_least=1, at_most=1000),
        row_page_size=reader.integer("row_page_size", 5000, at_least=1, at_most=20_000),
        language=reader.choice("language", "zh", ("zh", "en")),
    )
    reader.finish()
    return config
