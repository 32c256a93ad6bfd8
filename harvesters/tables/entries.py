"""Which tables are catalogue records, and what is said about them: by the configuration, or by tables of the database.

A listing table is data: what it names is checked against the inspected schema like everything else, and its labels mean
only what the signed mapping says.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, select

from harvesters.errors import StopRun
from harvesters.tables.cells import text_of_value
from harvesters.tables.config import Listing, TablesConfig
from harvesters.tables.inspecting import inspected, require
from harvesters.tables.marks import zone_of

Entry = Mapping[str, Any]
_READING = ("keys", "stamp", "sequence", "operation")
_LISTS = {"themes", "keywords", "keys"}
_MOST_ITEMS = 200_000


def read_entries(connection: Connection, config: TablesConfig) -> tuple[Entry, ...]:
    """Every entry: those written down in the configuration, then those of the catalogue table that are not among them."""
    if config.catalogue is None:
        return config.entries
    written = {identity(entry): entry for entry in config.entries}
    items = _items(connection, config)
    found = list(config.entries)
    for row in _rows(connection, config, config.catalogue):
        entry = _entry(row, items)
        own = written.get(identity(entry))
        if own is None:
            found.append(entry)
        else:  # the configuration adds how to read it, and corrects nothing by silence
            found[found.index(own)] = {**entry, **own}
    return tuple(found)


def identity(entry: Entry) -> str:
    """The record's identifier: stated, or the name of its table."""
    return str(entry.get("id") or entry.get("table") or "").strip()


def _entry(row: Mapping[str, str], items: Mapping[str, list[dict[str, str]]]) -> dict[str, Any]:
    entry: dict[str, Any] = {}
    reading: dict[str, Any] = {}
    for key, value in row.items():
        kept: Any = [word.strip() for word in _split(value)] if key in _LISTS else value
        (reading if key in _READING else entry)[key] = kept
    if reading:
        entry["reading"] = reading
    if columns := items.get(row.get("table", "")):
        entry["columns"] = columns
    return entry


def _split(value: str) -> list[str]:
    for separator in ";；，、":
        value = value.replace(separator, ",")
    return [word for word in value.split(",") if word.strip()]


def _items(connection: Connection, config: TablesConfig) -> dict[str, list[dict[str, str]]]:
    """Table → its information items, in the order of their rows."""
    found: dict[str, list[dict[str, str]]] = {}
    if config.items is not None:
        for row in _rows(connection, config, config.items):
            found.setdefault(row.pop("table", ""), []).append(row)
    return found


def _rows(connection: Connection, config: TablesConfig, listing: Listing) -> Iterator[dict[str, str]]:
    """The listing's rows as our key → text, without the blank ones, in a stable order."""
    shape = inspected(connection, (listing.table,), config.schema).get(listing.table)
    if shape is None:
        raise StopRun(f"There is no table {listing.table!r} in the database {config.place}, which should list others.")
    require(shape, listing.columns.values())
    table = shape.table()
    keys = list(listing.columns)
    chosen = [table.c[listing.columns[key]] for key in keys]
    zone = zone_of(config.time_zone)
    order = [table.c[name] for name in shape.key] or chosen
    for number, row in enumerate(connection.execute(select(*chosen).order_by(*order).limit(_MOST_ITEMS + 1))):
        if number >= _MOST_ITEMS:
            raise StopRun(f"The table {listing.table!r} has more than {_MOST_ITEMS:,} rows; that is no catalogue.")
        texts = (v if isinstance(v, str) else "" if v is None else text_of_value(v, zone) for v in row)
        yield {key: text.strip() for key, text in zip(keys, texts, strict=True) if text.strip()}
