"""What the database keeps is nobody else's: neither on the disk nor in the text of an error."""

import os
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from portal.db import Database
from portal.db.migrating import migrate


def test_the_database_file_belongs_to_its_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        database = Database(f"sqlite:///{tmp_path / 'var' / 'catalogue.sqlite3'}")
        migrate(database)
        modes = {path.name: path.stat().st_mode & 0o077 for path in (tmp_path / "var").glob("catalogue.sqlite3*")}
        database.dispose()
    finally:
        os.umask(before)
    assert "catalogue.sqlite3" in modes
    assert set(modes.values()) == {0}


def test_an_error_of_a_statement_does_not_tell_its_values(migrated: Database) -> None:
    with pytest.raises(DBAPIError) as raised, migrated.transaction() as session:
        session.execute(text("INSERT INTO nowhere (phone) VALUES (:phone)"), {"phone": "13800138000"})
    assert "13800138000" not in str(raised.value)
