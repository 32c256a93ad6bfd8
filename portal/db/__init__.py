"""The catalogue database: engine, sessions, and the one place that commits."""

from portal.db import guards
from portal.db.base import Base, UtcDateTime, table_of
from portal.db.database import Database

__all__ = ["Base", "Database", "UtcDateTime", "guards", "table_of"]
