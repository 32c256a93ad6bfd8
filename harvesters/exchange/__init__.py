"""The signed JSON REST of a data-exchange platform (共享交换平台)."""

from harvesters.exchange.config import ExchangeConfig, read_exchange_config
from harvesters.exchange.source import ExchangeSource

__all__ = ["ExchangeConfig", "ExchangeSource", "read_exchange_config"]
