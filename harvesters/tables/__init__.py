"""Read-only tables of an exchange database (前置库): the one kind of source that knows SQLAlchemy."""

from harvesters.tables.config import TablesConfig, read_tables_config
from harvesters.tables.connecting import SECRETS
from harvesters.tables.source import TablesSource

__all__ = ["SECRETS", "TablesConfig", "TablesSource", "read_tables_config"]
