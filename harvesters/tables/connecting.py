"""Connections that can only read: every transaction is declared read-only and is rolled back at its end.

What guards the source: PostgreSQL and MariaDB refuse a write in a READ ONLY transaction whatever the account may do; SQLite
is opened with `mode=ro`. Statements are SQLAlchemy's SELECTs over quoted names, and the settings below; no text of a
configuration becomes SQL. Times are bounded: connecting, a statement, and the whole of a stream.
"""

import socket
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, NoSuchTableError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from harvesters.errors import HarvestError, RetryLater, SkipRecord, StopRun
from harvesters.tables.config import TablesConfig

SECRETS = {"postgresql": ("user", "password"), "mariadb": ("user", "password"), "sqlite": ()}
_DRIVERS = {"postgresql": "postgresql+psycopg", "mariadb": "mariadb+pymysql"}
_NET_WRITE_TIMEOUT_S = 600  # how long the server waits for us while we write to disk

# PostgreSQL: SQLSTATE classes; MariaDB: error numbers.
_GONE = {"42P01", "42703", "3F000", "1146", "1054", "1412"}
_DENIED = {"42501", "1142", "1143", "1370"}
_LOGIN = {"28P01", "28000", "3D000", "1044", "1045", "1049", "1698"}
_READ_ONLY = {"25006", "1792"}
_PASSING_CLASSES = {"08", "40", "53", "55", "57"}
_PASSING = {
    "1040", "1053", "1152", "1159", "1161", "1203", "1205", "1213", "1927", "1969", "2002", "2003", "2006", "2013", "4031",
}  # fmt: skip
_NAMELESS = {"OperationalError", "InterfaceError"}  # what a driver raises when the line is cut
_BUSY_WORDS = ("too many", "starting up", "shutting down", "recovery mode", "remaining connection slots")


class Database:
    """An exchange database. The constructor does no I/O."""

    def __init__(self, config: TablesConfig, secret: Mapping[str, str]) -> None:
        self.config = config
        self._secret = secret
        self._engine: Engine | None = None

    @property
    def engine(self) -> Engine:
        """Made at first use; it holds no connection between uses."""
        if self._engine is None:
            self._engine = _engine(self.config, self._secret)
        return self._engine

    @contextmanager
    def reading(self, *, record_id: str = "", is_stream: bool = False) -> Iterator[Connection]:
        """A read-only transaction that sees one state of the database and is rolled back at its end.

        Errors of the driver become those of `harvesters.errors`; `record_id`: what they are about.
        """
        try:
            _refuse_link_local(self.config.host)
            with self.engine.connect() as connection:
                self._bound(connection, is_stream=is_stream)
                try:
                    yield connection
                finally:
                    _roll_back(connection)
        except SQLAlchemyError as error:
            raise sorted_error(error, self.config.place, record_id) from error
        except (OSError, sqlite3.Error) as error:
            raise sorted_error(error, self.config.place, record_id) from error

    def _bound(self, connection: Connection, *, is_stream: bool) -> None:
        limit_s = self.config.stream_timeout_s if is_stream else self.config.statement_timeout_s
        if self.config.dialect == "postgresql":  # the time of one FETCH there, of the whole stream in MariaDB
            limit_ms = self.config.statement_timeout_s * 1000
            connection.execute(text(f"SET LOCAL statement_timeout = {int(limit_ms)}"))
            connection.execute(text(f"SET LOCAL lock_timeout = {int(limit_ms)}"))
        elif self.config.dialect == "mariadb":
            connection.execute(text(f"SET SESSION max_statement_time = {int(limit_s)}"))


def sorted_error(error: Exception, place: str, record_id: str) -> HarvestError:
    """What to do next about an error of the database. The driver's own words are left out: they can quote a cell."""
    code = _code(error)
    said = f"The database {place} answered {code or type(error).__name__}"
    if code in _LOGIN:
        return StopRun(f"{said}: it refuses the account. Check user, password and database of this source.")
    if code in _READ_ONLY:
        return StopRun(f"{said}: a statement would have written, which this source never does.")
    if code in _GONE or isinstance(error, NoSuchTableError):
        what = f"{said}: a table or column is not there (any more). Check the names of this source."
        return SkipRecord(what, record_id=record_id) if record_id else StopRun(what)
    if code in _DENIED:
        what = f"{said}: the account may not read it. Ask for SELECT on the table."
        return SkipRecord(what, record_id=record_id) if record_id else StopRun(what)
    if _is_passing(error, code):
        return RetryLater(f"{said}: it is away, busy, too slow, or dropped the connection.", is_tried=True)
    return SkipRecord(f"{said}.", record_id=record_id) if record_id else StopRun(f"{said}.")


def _is_passing(error: Exception, code: str) -> bool:
    """Whether the next run may find it otherwise: away, busy, too slow, or dropped in mid-stream."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    if (len(code) == 5 and code[:2] in _PASSING_CLASSES) or code in _PASSING:
        return True
    original = getattr(error, "orig", None) or error
    if isinstance(original, sqlite3.Error):
        return code in {"SQLITE_BUSY", "SQLITE_LOCKED"}
    return isinstance(original, OSError) or (not code and type(original).__name__ in _NAMELESS)


def _code(error: Exception) -> str:
    """Error number of MariaDB, SQLSTATE of PostgreSQL, name of SQLite; "" where the driver tells none."""
    original = getattr(error, "orig", None) or error
    if isinstance(original, sqlite3.Error):
        name = getattr(original, "sqlite_errorname", "") or ""
        is_missing = "no such table" in str(original) or "no such column" in str(original)
        return "1146" if is_missing else str(name)
    first = original.args[0] if original.args else ""
    if isinstance(first, int) and first and not isinstance(original, OSError):
        return str(first)
    state = getattr(original, "sqlstate", None)
    if isinstance(state, str) and state:
        return state
    # libpq tells why it could not log in by words alone
    words = str(first)
    return "28000" if "FATAL" in words and not any(word in words for word in _BUSY_WORDS) else ""


def _engine(config: TablesConfig, secret: Mapping[str, str]) -> Engine:
    if config.dialect == "sqlite":
        return _sqlite(config)
    url = URL.create(
        _DRIVERS[config.dialect],
        username=secret["user"],
        password=secret["password"],
        host=config.host,
        port=config.port,
        database=config.database,
    )
    if config.dialect == "postgresql":
        modes = {"any": "prefer", "require": "require", "verify": "verify-full"}
        arguments: dict[str, Any] = {"connect_timeout": config.connect_timeout_s, "sslmode": modes[config.tls]}
        engine = create_engine(url, poolclass=NullPool, connect_args=arguments, hide_parameters=True)
        return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    arguments = {
        "connect_timeout": config.connect_timeout_s,
        "read_timeout": config.stream_timeout_s,
        "write_timeout": config.statement_timeout_s,
        "charset": "utf8mb4",
        "local_infile": False,
    }
    if config.tls != "any":
        arguments["ssl"] = {"check_hostname": config.tls == "verify", "verify_mode": config.tls == "verify"}
    engine = create_engine(url, poolclass=NullPool, connect_args=arguments, hide_parameters=True)
    zone = config.time_zone

    @event.listens_for(engine, "connect")
    def read_only(connection: Any, _: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET SESSION TRANSACTION READ ONLY")
            cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SET SESSION time_zone = %s", (zone,))
            cursor.execute(f"SET SESSION net_write_timeout = {_NET_WRITE_TIMEOUT_S}")
        connection.commit()

    return engine


def _sqlite(config: TablesConfig) -> Engine:
    def connect() -> sqlite3.Connection:
        address = f"file:{quote(str(config.path))}?mode=ro"
        connection = sqlite3.connect(
            address, uri=True, timeout=config.connect_timeout_s, check_same_thread=False, isolation_level=None
        )
        connection.text_factory = _decoded_text
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def _decoded_text(content: bytes) -> str | bytes:
    """SQLite keeps any bytes as text; what is not UTF-8 stays bytes for `cells` to judge."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content


def _refuse_link_local(host: str) -> None:
    """Addresses such as those of cloud metadata are never a database, whatever a name resolves to."""
    if not host:
        return
    for _, _, _, _, address in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM):
        if ip_address(str(address[0]).partition("%")[0]).is_link_local:
            raise StopRun(f"The host {host!r} is a link-local address, which a source may not be.")


def _roll_back(connection: Connection) -> None:
    try:
        connection.rollback()
    except SQLAlchemyError:
        connection.invalidate()
