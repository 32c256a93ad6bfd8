"""What is really in the database: names from a configuration count only when the inspected schema has them."""

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from sqlalchemy import Column, Connection, MetaData, Table, func, inspect, select
from sqlalchemy import types as sql
from sqlalchemy.engine.interfaces import ReflectedColumn
from sqlalchemy.exc import SAWarning

from harvesters.errors import SkipRecord
from harvesters.tables.cells import ColumnKind

_BYTES = (sql.LargeBinary, sql.BINARY, sql.VARBINARY, sql.BLOB)
_PLAIN = (sql.String, sql.Numeric, sql.Integer, sql.Boolean, sql.Time, sql.Enum)
_SHAPES = {"geometry", "geography", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon"}
_WRITING = ("INSERT", "UPDATE", "DELETE", "TRUNCATE")
_MARIADB_WRITES = ("INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "ALTER", "SUPER", "FILE")


@dataclass(frozen=True, slots=True)
class TableShape:
    """A table as it is now: its columns in order, how each is read, and its primary key."""

    name: str
    schema: str
    columns: tuple[tuple[str, ColumnKind], ...]
    key: tuple[str, ...] = ()

    def kind_of(self, name: str) -> ColumnKind:
        return dict(self.columns)[name]

    def has(self, name: str) -> bool:
        return any(column == name for column, _ in self.columns)

    def table(self) -> Table:
        """A Table whose names SQLAlchemy quotes; values come as the driver gives them, untouched by types."""
        columns = (Column(name, sql.NullType()) for name, _ in self.columns)
        return Table(self.name, MetaData(), *columns, schema=self.schema or None)


def inspected(connection: Connection, names: Iterable[str], schema: str) -> dict[str, TableShape]:
    """Table or view → what it looks like; what is not there is absent. A few statements for all of them."""
    wanted = list(dict.fromkeys(names))
    found: dict[str, TableShape] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)  # types that SQLAlchemy does not know are read as text, or refused
        inspector = inspect(connection)
        there = {*inspector.get_table_names(schema or None), *inspector.get_view_names(schema or None)}
        for name in wanted:
            if name not in there:
                continue
            columns = inspector.get_columns(name, schema=schema or None)
            key = inspector.get_pk_constraint(name, schema=schema or None)["constrained_columns"]
            found[name] = TableShape(name, schema, tuple((c["name"], _kind(c)) for c in columns), tuple(key))
    return found


def require(shape: TableShape, names: Iterable[str], record_id: str = "") -> None:
    """Raise SkipRecord that names the columns which the table does not have."""
    there = [name for name, _ in shape.columns]
    for name in names:
        if name and name not in there:
            near = get_close_matches(name, there, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else "."
            raise SkipRecord(f"The table {shape.name!r} has no column {name!r}{hint}", record_id=record_id)


def writable(connection: Connection, dialect: str, shapes: Mapping[str, TableShape]) -> bool:
    """Whether the account could write: into one of the tables (PostgreSQL), or anywhere (MariaDB)."""
    if dialect == "postgresql":
        return any(_may_write_table(connection, shape) for shape in shapes.values())
    if dialect == "mariadb":
        grantee = func.concat("'", func.replace(func.current_user(), "@", "'@'"), "'")
        for place in ("user_privileges", "schema_privileges", "table_privileges"):
            names = (Column("grantee", sql.NullType()), Column("privilege_type", sql.NullType()))
            granted = Table(place, MetaData(), *names, schema="information_schema")
            may_write = granted.c.privilege_type.in_(_MARIADB_WRITES)
            if connection.scalar(select(func.count()).where(granted.c.grantee == grantee, may_write)):
                return True
    return False


def _may_write_table(connection: Connection, shape: TableShape) -> bool:
    preparer = connection.dialect.identifier_preparer
    name = preparer.format_table(shape.table())
    return bool(connection.scalar(select(func.has_table_privilege(name, ", ".join(_WRITING)))))


def _kind(column: ReflectedColumn) -> ColumnKind:
    type_ = column["type"]
    name = type(type_).__name__.lower()
    if isinstance(type_, _BYTES) or name in _SHAPES or name in {"bytea", "longblob", "mediumblob", "tinyblob", "oid"}:
        return ColumnKind.REFUSED
    if name == "bit":
        return ColumnKind.BITS
    if isinstance(type_, sql.CHAR | sql.NCHAR):
        return ColumnKind.PADDED
    if isinstance(type_, sql.Date | sql.DateTime):
        return ColumnKind.DATE
    if isinstance(type_, _PLAIN) or name in {"year", "set"}:
        return ColumnKind.TEXT
    return ColumnKind.OTHER
