"""An exchange database of made-up tables on PostgreSQL, MariaDB or SQLite, with an account that may only read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import URL, make_url

from portal.kernel.ids import new_id

READER_PASSWORD = "reader-only-4711"
KINDS = ("sqlite", "postgresql", "mariadb")
# Words that differ between the servers: an automatic number, a time stamp, a text, bytes.
_WORDS = {
    "sqlite": {"stamp": "TEXT", "bytes": "BLOB", "text": "TEXT", "number": "NUMERIC"},
    "postgresql": {"stamp": "TIMESTAMP", "bytes": "BYTEA", "text": "TEXT", "number": "NUMERIC(38, 4)"},
    "mariadb": {"stamp": "DATETIME(6)", "bytes": "BLOB", "text": "TEXT", "number": "DECIMAL(38, 4)"},
}


@dataclass
class ExchangeDatabase:
    """The owner's side: `run` writes. `config` and `secret` register it as a source of kind `tables` that may only read."""

    kind: str
    engine: Engine
    url: URL | None = None
    path: Path = Path()
    reader: str = ""
    statements: list[str] = field(default_factory=list)

    def run(self, statement: str, rows: Sequence[Mapping[str, Any]] | Mapping[str, Any] | None = None) -> None:
        """Execute as the owner; `{stamp}`, `{bytes}`, `{text}`, `{number}` stand for the server's own words."""
        with self.engine.begin() as connection:
            connection.execute(text(statement.format(**_WORDS[self.kind])), rows)

    def scalar(self, statement: str) -> Any:
        with self.engine.connect() as connection:
            return connection.execute(text(statement)).scalar()

    def config(self, **values: Any) -> dict[str, Any]:
        if self.url is None:
            return {"dialect": "sqlite", "path": str(self.path), **values}
        place = {"host": self.url.host, "port": self.url.port, "database": self.url.database}
        return {"dialect": self.kind, **place, **values}

    def secret(self, *, is_owner: bool = False) -> dict[str, str]:
        if self.url is None:
            return {}
        if is_owner:
            return {"user": str(self.url.username), "password": self.url.password or "trusted"}
        return {"user": self.reader, "password": READER_PASSWORD}


def open_sqlite(path: Path) -> ExchangeDatabase:
    """An exchange database in one file, as the embedded case has it."""
    return ExchangeDatabase("sqlite", create_engine(f"sqlite:///{path}"), path=path)


def open_server(kind: str, address: str) -> ExchangeDatabase:
    """An empty database of a real server, and an account that may only read what is in it."""
    url = make_url(address)
    database = ExchangeDatabase(kind, create_engine(url), url=url, reader=f"r_{new_id()}"[:30])
    reader = database.reader
    if kind == "postgresql":
        database.run(f"CREATE ROLE \"{reader}\" LOGIN PASSWORD '{READER_PASSWORD}'")
        database.run(f'GRANT USAGE ON SCHEMA public TO "{reader}"')
        database.run(f'ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO "{reader}"')
    else:
        database.run(f"CREATE USER '{reader}'@'127.0.0.1' IDENTIFIED BY '{READER_PASSWORD}'")
        database.run(f"GRANT SELECT ON `{url.database}`.* TO '{reader}'@'127.0.0.1'")
    return database


def close_server(database: ExchangeDatabase) -> None:
    """The account goes with the database."""
    if database.kind == "postgresql":
        database.run(f'DROP OWNED BY "{database.reader}"')
        database.run(f'DROP ROLE "{database.reader}"')
    elif database.kind == "mariadb":
        database.run(f"DROP USER '{database.reader}'@'127.0.0.1'")
    database.engine.dispose()
