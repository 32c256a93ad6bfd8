"""The migrations give what the models say, and may be run by anybody at any time."""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from portal.db import Base, Database
from portal.db.guards import STATEMENTS
from portal.db.migrating import SchemaOutdated, check_schema, migrate
from tests.db.models import MODULES, load_models
from tests.db.regenerate import INITIAL

ROOT = Path(__file__).resolve().parents[2]


def _triggers(connection: Connection) -> set[str]:
    table = "sqlite_master WHERE type = 'trigger'"
    if connection.dialect.name == "postgresql":
        table = "(SELECT tgname AS name FROM pg_trigger WHERE NOT tgisinternal) AS t"
    return {str(name) for name in connection.execute(text(f"SELECT name FROM {table}")).scalars()}


def test_models_and_migrations_agree(migrated: Database) -> None:
    load_models()
    with migrated.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_models_and_migrations_have_the_same_guards(migrated: Database, tmp_path: Path) -> None:
    load_models()
    with migrated.engine.connect() as connection:
        found = _triggers(connection)
        dialect = connection.dialect.name
    stated = {line.split()[2] for line in STATEMENTS[dialect] if line.startswith("CREATE TRIGGER")}
    assert found == stated
    written = "".join(INITIAL.read_text(encoding="utf-8").split()).replace('""', "")
    for statement in STATEMENTS[dialect]:
        name = statement.split("(")[0].split()[-1 if "FUNCTION" in statement.split("RETURNS")[0] else 2]
        assert name in written


def test_every_module_of_models_is_known_here() -> None:
    found = {".".join(p.relative_to(ROOT).with_suffix("").parts) for p in (ROOT / "portal").rglob("models.py")}
    assert found == set(MODULES)


def test_migrating_again_changes_nothing(migrated: Database) -> None:
    with migrated.engine.connect() as connection:
        before = set(inspect(connection).get_table_names())
    migrate(migrated)
    check_schema(migrated)
    with migrated.engine.connect() as connection:
        assert set(inspect(connection).get_table_names()) == before


def test_a_database_without_schema_is_named_as_such(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    with pytest.raises(SchemaOutdated, match="portal db migrate"):
        check_schema(database)
    database.dispose()


def test_a_database_of_a_newer_program_is_named_as_such(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'newer.sqlite3'}")
    migrate(database)
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'later'"))
    with pytest.raises(SchemaOutdated, match="schema later"):
        migrate(database)
    database.dispose()


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_processes_may_start_at_the_same_time(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    url = f"sqlite:///{tmp_path / 'v' / 'c.sqlite3'}" if engine == "sqlite" else request.getfixturevalue("postgres_url")
    program = (
        "import sys; from portal.db import Database; from portal.db.migrating import migrate, check_schema\n"
        "database = Database(sys.argv[1]); sys.stdin.read(); migrate(database); check_schema(database)\n"
    )
    command = [sys.executable, "-c", program, url]
    started = [subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) for _ in range(4)]
    for process in started:  # all have imported what they need and wait for the end of their input
        assert process.stdin is not None
        process.stdin.close()
        process.stdin = None
    for process in started:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors.decode()


def test_a_migration_that_fails_leaves_the_old_schema(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from alembic import command

    database = Database(f"sqlite:///{tmp_path / 'c.sqlite3'}")
    upgrade = command.upgrade

    def break_off(*arguments: object) -> None:
        upgrade(*arguments)  # type: ignore[arg-type]
        raise RuntimeError("killed")

    monkeypatch.setattr(command, "upgrade", break_off)
    with pytest.raises(RuntimeError):
        migrate(database)
    with database.engine.connect() as connection:
        assert inspect(connection).get_table_names() == []
    database.dispose()
