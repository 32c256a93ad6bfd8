"""Triggers that hold where the program could err: append-only tables and rows that are never edited.

A model module calls these once per table. The statements run when the table is created (tests) and are written into the
migration by `python -m tests.db.regenerate`; `STATEMENTS` lists them by dialect, in order.
"""

from collections.abc import Sequence
from typing import cast

from sqlalchemy import DDL, FromClause, Table, event

STATEMENTS: dict[str, list[str]] = {"sqlite": [], "postgresql": []}

_FUNCTION = """
CREATE OR REPLACE FUNCTION portal_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'check_violation'; END $$
""".strip()


def append_only(table: FromClause, *, removable_when: str = "") -> None:
    """Rows may be added and read, never changed or removed; but where `removable_when` (SQL over OLD) is true."""
    message = f"{cast(Table, table).name} is append-only"
    _refuse(cast(Table, table), "UPDATE", message)
    _refuse(cast(Table, table), "DELETE", message, unless=removable_when)
    _refuse_truncate(cast(Table, table), message)


def frozen_columns(table: FromClause, columns: Sequence[str], *, once: str) -> None:
    """Rows may not be removed, `columns` may not change, and `once` may be set a single time."""
    name = cast(Table, table).name
    _refuse(cast(Table, table), f"UPDATE OF {', '.join(columns)}", f"a {name} is never edited")
    _refuse(cast(Table, table), f"UPDATE OF {once}", f"{name}.{once} is set once", when=f"OLD.{once} IS NOT NULL")
    _refuse(cast(Table, table), "DELETE", f"a {name} is never deleted")
    _refuse_truncate(cast(Table, table), f"a {name} is never deleted")


def frozen_until(table: FromClause, *, allowed_when: str) -> None:
    """Rows never change; they may be removed only where `allowed_when` (SQL over OLD, read by nobody but us) is true."""
    name = cast(Table, table).name
    _refuse(cast(Table, table), "UPDATE", f"a {name} is never edited")
    _refuse(cast(Table, table), "DELETE", f"a {name} is removed only with its version", unless=allowed_when)


def _refuse(table: Table, operation: str, message: str, *, when: str = "", unless: str = "") -> None:
    number = sum(f" ON {table.name} " in s for s in STATEMENTS["sqlite"])
    name = f"{table.name}_guard_{number}"
    condition = when or (f"NOT ({unless})" if unless else "1 = 1")
    _add(
        table,
        "sqlite",
        f"CREATE TRIGGER {name} BEFORE {operation} ON {table.name} FOR EACH ROW WHEN {condition}"
        f" BEGIN SELECT RAISE(ABORT, '{message}'); END",
    )
    _add(table, "postgresql", _FUNCTION)
    if unless:  # PostgreSQL allows no subquery in WHEN, so the condition moves into a function of its own
        body = f"BEGIN IF {unless} THEN RETURN OLD; END IF; RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation'; END"
        _add(
            table,
            "postgresql",
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$",
        )
        _add(
            table,
            "postgresql",
            f"CREATE TRIGGER {name} BEFORE {operation} ON {table.name} FOR EACH ROW EXECUTE FUNCTION {name}()",
        )
        return
    _add(
        table,
        "postgresql",
        f"CREATE TRIGGER {name} BEFORE {operation} ON {table.name} FOR EACH ROW WHEN ({condition})"
        f" EXECUTE FUNCTION portal_refuse('{message}')",
    )


def _refuse_truncate(table: Table, message: str) -> None:
    _add(
        table,
        "postgresql",
        f"CREATE TRIGGER {table.name}_guard_truncate BEFORE TRUNCATE ON {table.name}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION portal_refuse('{message}')",
    )


def _add(table: Table, dialect: str, statement: str) -> None:
    if statement not in STATEMENTS[dialect]:
        STATEMENTS[dialect].append(statement)
    ddl = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
    event.listen(table, "after_create", ddl.execute_if(dialect=dialect))
