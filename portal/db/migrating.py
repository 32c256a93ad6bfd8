"""Bringing a database to the current schema: as often as one likes, from as many processes as one likes.

The whole migration is one transaction that begins with the lock of the database: the write lock of SQLite, an advisory lock
of PostgreSQL. Who comes second waits, then finds nothing to do.
"""

from pathlib import Path
from typing import Any, Literal

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, text

from portal.db.base import UtcDateTime
from portal.db.database import Database
from portal.kernel.errors import PortalError

SCRIPTS = Path(__file__).resolve().parent / "migrations"
_LOCK = 7_032_164_117  # any number that nobody else uses in this database


class SchemaOutdated(PortalError):
    """The database is not at the schema of this program."""


def migrate(database: Database) -> None:
    """Create or upgrade the schema; returns when it is current, whoever did the work.

    Raises SchemaOutdated when a newer program made it.
    """
    database.make_directory()
    with database.writing() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        found = _revision(connection)
        if found == _head():
            return
        if found is not None and found not in _known():
            raise SchemaOutdated(
                f"The database is at schema {found}, which this program does not know: a newer one made it. Run that one, "
                "or begin with an empty PORTAL_VAR_DIR or database (the sample: make clean)."
            )
        command.upgrade(alembic_config(connection), "head")


def check_schema(database: Database) -> None:
    """Raise SchemaOutdated when the schema is not the one of this program; for processes that may not migrate."""
    with database.engine.connect() as connection:
        found = _revision(connection)
    if found != _head():
        raise SchemaOutdated(
            f"The database is at schema {found or 'none'}, this program needs {_head()}; run `portal db migrate`."
        )


def alembic_config(connection: Connection, metadata: MetaData | None = None) -> Config:
    """Alembic's configuration for one connection; with the models' metadata also for comparing and generating."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    config.attributes["metadata"] = metadata
    return config


def configure(context: Any) -> None:
    """Called by `migrations/env.py` with Alembic's context."""
    attributes = context.config.attributes
    context.configure(
        connection=attributes["connection"],
        target_metadata=attributes["metadata"],
        render_item=_render_item,
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def _render_item(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Migrations must not change when our own types do: they name SQLAlchemy's."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


def _known() -> set[str]:
    return {script.revision for script in ScriptDirectory(str(SCRIPTS)).walk_revisions()}


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _head() -> str | None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    return ScriptDirectory.from_config(config).get_current_head()
