"""Engine and sessions. `transaction()` is the only commit in the project; `reading()` always rolls back."""

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

_WRITES = "portal_writes"
_ONE_STATE = "REPEATABLE READ"
_BUSY_TIMEOUT_MS = 30_000
_PLAIN_JSON = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME
_POOL_SIZE = 20  # and half as many more at need; whoever waits for rows holds none


class Database:
    """One catalogue database: SQLite (WAL) or PostgreSQL, chosen by URL. The constructor does no I/O."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine: Engine = _sqlite_engine(url) if self.is_sqlite else _server_engine(url)
        # SQLite's readers see one state anyway; PostgreSQL's must be told to, or a page could mix two versions.
        self._reader = self.engine if self.is_sqlite else self.engine.execution_options(isolation_level=_ONE_STATE)

    def make_directory(self) -> None:
        """Create the directory of an SQLite file, and the file for its owner alone: it holds what waits for a reviewer, too.

        SQLite gives the files beside it the same mode. Nothing for PostgreSQL.
        """
        if self.is_sqlite and self.url.database:
            path = Path(self.url.database)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600, exist_ok=True)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that commits when the block ends and rolls back when it raises.

        On SQLite it takes the write lock at once (BEGIN IMMEDIATE), so that it never fails halfway because it had read
        before it wrote; it waits 30 seconds for another writer.
        """
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            session.connection(execution_options={_WRITES: True})
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for queries that all see one state; nothing it does is kept."""
        with Session(self._reader, expire_on_commit=False, autoflush=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A bare connection in one committed transaction, for the schema and the rights of roles alone."""
        with self.engine.connect() as connection:
            connection.execution_options(**{_WRITES: True})
            with connection.begin():
                yield connection

    def dispose(self) -> None:
        """Close the pooled connections."""
        self.engine.dispose()


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(
        url,
        json_serializer=_dump_json,
        json_deserializer=orjson.loads,
        pool_size=_POOL_SIZE,
        hide_parameters=True,  # errors end up in logs, and values are data
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _server_engine(url: str) -> Engine:
    return create_engine(
        url,
        json_serializer=_dump_json,
        json_deserializer=orjson.loads,
        pool_pre_ping=True,
        pool_size=_POOL_SIZE,
        pool_recycle=1_800,
        hide_parameters=True,
    )


def _dump_json(value: object) -> str:
    try:
        return orjson.dumps(value, option=_PLAIN_JSON).decode()
    except TypeError:  # the standard library's dump keeps integers beyond 64 bits, which previews may hold
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we emit BEGIN ourselves: the driver's own habit breaks savepoints
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={_BUSY_TIMEOUT_MS}")  # first: switching to WAL can itself meet a lock
    _switch_to_wal(cursor)
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA recursive_triggers=ON")  # else INSERT OR REPLACE would remove rows past the guards
    cursor.close()


def _switch_to_wal(cursor: Any) -> None:
    """Two processes that switch a new file at once could wait for each other, so SQLite refuses one of them without waiting
    for `busy_timeout` (its documentation of SQLITE_BUSY): that one tries again."""
    until = time.monotonic() + _BUSY_TIMEOUT_MS / 1_000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() >= until:
                raise
            time.sleep(0.05)
        else:
            return


def _begin_sqlite(connection: Any) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
