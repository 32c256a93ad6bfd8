"""A whole portal for tests of its doors: catalogue, index and application over embedded parts, in a directory of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from flask import Flask, Response
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from portal.app import create_app
from portal.db import Base
from portal.settings import Settings
from portal.wiring import Parts, web_parts
from tests.builders import build_catalogue


class ReadingClient(FlaskClient):
    """A client that reads every answer to its end at once, so that no file stays open."""

    def open(self, *args: Any, buffered: bool = True, **kwargs: Any) -> TestResponse:
        return super().open(*args, buffered=buffered, **kwargs)


@dataclass(frozen=True)
class Site:
    """The application, what it stands on, and the ids of the datasets in it."""

    parts: Parts
    app: Flask
    ids: tuple[str, ...]

    @property
    def client(self) -> FlaskClient:
        return ReadingClient(self.app, Response)

    def withdraw(self, dataset_id: str, reason: str = "测试撤回 / withdrawn in a test") -> None:
        from datetime import UTC, datetime

        from portal.catalogue.commands import withdraw_dataset

        with self.parts.database.transaction() as session:
            withdraw_dataset(session, dataset_id, reason, "tester", datetime.now(UTC))


@contextmanager
def open_site(settings: Settings, datasets: int = 0, rows: int = 40, *, is_indexed: bool = True) -> Iterator[Site]:
    """A site with that many published datasets; budgets are large unless the settings say otherwise."""
    import portal.accounts.models
    import portal.catalogue.models
    import portal.ingest.models  # noqa: F401 - registers its tables

    parts = web_parts(settings)
    parts.database.make_directory()
    Base.metadata.create_all(parts.database.engine)
    ids = build_catalogue(parts, datasets, rows=rows) if datasets else ()
    if datasets and is_indexed:
        parts.search.close_difference()
    try:
        yield Site(parts, create_app(parts), ids)
    finally:
        parts.rows.close()
        if parts.provider is not None:
            parts.provider.close()
        parts.database.dispose()


def generous(settings: Settings) -> Settings:
    """The same settings with budgets that no test uses up."""
    return replace(settings, limit_factor=1_000)


@contextmanager
def counted_statements(site: Site) -> Iterator[list[str]]:
    """The SQL statements of the block, without those that open and close transactions."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.split(None, 1)[0] not in {"BEGIN", "COMMIT", "ROLLBACK", "PRAGMA"}:
            seen.append(statement)

    event.listen(site.parts.database.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(site.parts.database.engine, "before_cursor_execute", note)
