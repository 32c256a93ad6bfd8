"""Sources become plain records. Imports nothing of `portal`: a harvester can be tried and tested alone."""

from harvesters.errors import ConfigError, HarvestError, RetryLater, SkipRecord, StopRun
from harvesters.registry import KINDS, check_config, hosts_of, open_source, secret_names

__all__ = [
    "KINDS",
    "ConfigError",
    "HarvestError",
    "RetryLater",
    "SkipRecord",
    "StopRun",
    "check_config",
    "hosts_of",
    "open_source",
    "secret_names",
]
