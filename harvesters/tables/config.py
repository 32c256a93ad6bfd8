"""Where an exchange database is, which of its tables are catalogue records, and how their rows are read."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harvesters.config import ConfigReader
from harvesters.entries import LABELS
from harvesters.errors import ConfigError
from harvesters.tables.options import Reading, read_reading

DIALECTS = {"postgresql": 5432, "mariadb": 3306, "sqlite": 0}
_OF_ENTRY = (
    "table", "id", "title", "title_zh", "title_en", "description", "description_zh", "description_en", "publisher",
    "publisher_en", "publisher_code", "resource_code", "themes", "keywords", "update_cycle", "licence", "share", "open",
    "open_condition", "secret", "grade", "class", "level", "owner", "approver", "basis", "created", "modified",
)  # fmt: skip
_OF_READING = ("keys", "stamp", "sequence", "operation")
_OF_ITEM = ("table", "name", "title", "title_en", "type", "description", "description_en", "share", "open", "secret")
_MOST_TABLES = 5_000


@dataclass(frozen=True, slots=True)
class Listing:
    """A table that lists others: `columns` maps our key to the name of its column."""

    table: str
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TablesConfig:
    """`entries`: catalogue entries written down here; `catalogue` and `items`: tables of the database that hold them.

    `schema` "" is the account's own. Time stamps without a zone are of `time_zone`, an offset such as +08:00.
    """

    dialect: str
    host: str = ""
    port: int = 0
    database: str = ""
    schema: str = ""
    path: Path = Path()
    tls: str = "any"
    time_zone: str = "+08:00"
    language: str = "zh"
    labels: Mapping[str, str] = field(default_factory=dict)
    reading: Mapping[str, object] = field(default_factory=dict)
    entries: tuple[Mapping[str, object], ...] = ()
    catalogue: Listing | None = None
    items: Listing | None = None
    connect_timeout_s: int = 10
    statement_timeout_s: int = 300
    stream_timeout_s: int = 4 * 3600
    batch_rows: int = 5_000
    needs_read_only_account: bool = False

    @property
    def address(self) -> str:
        """What `hosts_of` and messages call the place; it never holds a user or password."""
        return f"db://{self.host}:{self.port}" if self.host else ""

    @property
    def place(self) -> str:
        """The database in words."""
        return f"{self.database!r} on {self.host}:{self.port}" if self.host else f"{self.path.name!r}"


def read_tables_config(values: Mapping[str, object]) -> TablesConfig:
    """Check a configuration. Raises ConfigError that names every fault."""
    reader = ConfigReader("tables", values)
    dialect = reader.choice("dialect", "postgresql", tuple(DIALECTS))
    is_file = dialect == "sqlite"
    config = TablesConfig(
        dialect=dialect,
        host=_host(reader, is_needed=not is_file),
        port=reader.integer("port", DIALECTS[dialect], at_least=0 if is_file else 1, at_most=65_535),
        database=reader.text("database", "" if is_file else None),
        schema=reader.text("schema", ""),
        path=Path(reader.text("path", None if is_file else "")),
        tls=reader.choice("tls", "any", ("any", "require", "verify")),
        time_zone=_offset(reader),
        language=reader.choice("language", "zh", ("zh", "en")),
        labels=reader.texts("labels", allowed=LABELS),
        reading=_reading(reader),
        entries=_entries(reader),
        catalogue=_listing(reader, "catalogue", (*_OF_ENTRY, *_OF_READING), needed=("table", "title")),
        items=_listing(reader, "items", _OF_ITEM, needed=("table", "name")),
        connect_timeout_s=reader.integer("connect_timeout_s", 10, at_least=1, at_most=300),
        statement_timeout_s=reader.integer("statement_timeout_s", 300, at_least=1, at_most=86_400),
        stream_timeout_s=reader.integer("stream_timeout_s", 4 * 3600, at_least=1, at_most=7 * 86_400),
        batch_rows=reader.integer("batch_rows", 5_000, at_least=1, at_most=20_000),
        needs_read_only_account=reader.boolean("needs_read_only_account", False),
    )
    if is_file and not config.path.is_absolute():
        reader.fault("'path' must be the absolute path of a SQLite file.")
    if not config.entries and config.catalogue is None:
        reader.fault("'tables' must list tables, or 'catalogue' must name the table that lists them.")
    reader.finish()
    return config


def reading_of(config: TablesConfig, entry: Mapping[str, object]) -> Reading:
    """How the rows of one entry are read: its own options over those of the source. Raises ConfigError."""
    own = entry.get("reading")
    return read_reading({**config.reading, **(own if isinstance(own, Mapping) else {})})


def _host(reader: ConfigReader, *, is_needed: bool) -> str:
    host = reader.text("host", None if is_needed else "")
    if any(char in host for char in "/@?#%\\ ") or (":" in host and not _is_ip(host)):
        reader.fault("'host' must be a name or an address, without scheme, port, user or path.")
    elif _is_ip(host) and ipaddress.ip_address(host).is_link_local:
        reader.fault("'host' must not be a link-local address.")
    return host


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _offset(reader: ConfigReader) -> str:
    value = reader.text("time_zone", "+08:00")
    hours, _, minutes = value[1:].partition(":")
    is_offset = value[:1] in {"+", "-"} and len(value) == 6 and (hours + minutes).isdigit()
    if not is_offset or int(hours) > 14 or int(minutes) > 59:
        reader.fault("'time_zone' must be an offset such as +08:00.")
        return "+08:00"
    return value


def _reading(reader: ConfigReader) -> Mapping[str, object]:
    value = reader.value("reading") or {}
    if not isinstance(value, Mapping):
        reader.fault("'reading' must be an object.")
        return {}
    _check_reading(reader, value, "'reading'")
    return value


def _check_reading(reader: ConfigReader, value: Mapping[str, object], where: str) -> None:
    try:
        read_reading(value)
    except ConfigError as error:
        for fault in error.faults:
            reader.fault(f"{where}: {fault}")


def _entries(reader: ConfigReader) -> tuple[Mapping[str, object], ...]:
    value = reader.value("tables") or []
    if not isinstance(value, list | tuple) or len(value) > _MOST_TABLES:
        reader.fault(f"'tables' must be a list of at most {_MOST_TABLES:,} tables.")
        return ()
    known = {*_OF_ENTRY, "columns", "reading"}
    found: list[Mapping[str, object]] = []
    names: set[str] = set()
    for number, entry in enumerate(value, 1):
        where = f"'tables', entry {number}"
        if not isinstance(entry, Mapping) or not isinstance(entry.get("table"), str) or not entry["table"].strip():
            reader.fault(f"{where}: it must be an object with the name of a 'table'.")
            continue
        for unknown in sorted(str(key) for key in entry if key not in known):
            reader.fault(f"{where}: {unknown!r} is not known; it knows {', '.join(sorted(known))}.")
        identifier = str(entry.get("id") or entry["table"])
        if identifier in names:
            reader.fault(f"{where}: {identifier[:80]!r} is there twice; give one of them an 'id' of its own.")
        names.add(identifier)
        own = entry.get("reading", {})
        if not isinstance(own, Mapping):
            reader.fault(f"{where}: 'reading' must be an object.")
        elif own:
            _check_reading(reader, own, where)
        found.append(entry)
    return tuple(found)


def _listing(reader: ConfigReader, name: str, allowed: tuple[str, ...], *, needed: tuple[str, ...]) -> Listing | None:
    value = reader.value(name)
    if value is None:
        return None
    table = value.get("table") if isinstance(value, Mapping) else None
    columns = value.get("columns") if isinstance(value, Mapping) else None
    if not isinstance(value, Mapping) or not isinstance(table, str) or not isinstance(columns, Mapping):
        reader.fault(f"{name!r} must have the name of a 'table' and 'columns' (our key → its column).")
        return None
    for unknown in sorted(str(key) for key in columns if key not in allowed):
        reader.fault(f"{name!r}: {unknown!r} is not known; it knows {', '.join(allowed)}.")
    for missing in (key for key in needed if not columns.get(key)):
        reader.fault(f"{name!r}: 'columns' must name the column of {missing!r}.")
    for surplus in sorted(str(key) for key in value if key not in {"table", "columns"}):
        reader.fault(f"{name!r}: {surplus!r} is not known.")
    return Listing(table.strip(), {str(key): str(column) for key, column in columns.items()})
