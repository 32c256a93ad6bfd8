"""Who has no grant is told the same of a conditional dataset whatever its rows are.

Two copies of one portal, the same in everything but what was counted in, made from or digested out of the rows of the
conditional dataset. Every question of the matrix is asked of both; answers must be equal to the last byte and header.
"""

import json
import re
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from flask import Flask, Response
from sqlalchemy import Connection, text
from werkzeug.test import TestResponse

from portal.app import create_app
from portal.catalogue.counts import recount
from portal.catalogue.indexing import mark_all_unindexed
from portal.db import Database
from portal.wiring import Parts, web_parts
from tests.http.site import ReadingClient
from tests.leaks.asking import Ask, at, filled, filled_json
from tests.leaks.callers import Caller
from tests.leaks.estate import Estate, State, Target
from tests.leaks.matrix import MATRIX

ASKING = (Caller.ANONYMOUS, Caller.ENDED)
_TABLE = "/api/v1/datasets/{id}/tables/{part}"
MORE = (
    at("/api/v1/datasets/{id}/versions"),
    at("/api/v1/datasets/{id}/differences?from=1&to=2"),
    at("/zh/dataset/{id}@v2"),
    at("/download/{id}/{part}.csv", headers={"If-None-Match": "*"}),
    at("/download/{id}/{part}.csv", headers={"Range": "bytes=999999-"}),
    at("/download/{id}/{part}.csv", method="HEAD"),
    at(_TABLE + "/rows?where=no clause at all"),
    at(_TABLE + "/rows?order_by=栏没有"),
    at("/api/v1/datasets?sort=rows&limit=100"),
    at("/zh/search?sort=rows"),
    at("/api/3/action/package_search?fq=res_hash:f*"),
    at("/api/3/action/resource_search?query=hash:f"),
)
"""Questions about two versions, and those that try a value."""


@dataclass(frozen=True)
class Twin:
    """One of the two: an application over a copy of the estate."""

    parts: Parts
    app: Flask

    def answer(self, question: Ask, target: Target, headers: Mapping[str, str]) -> TestResponse:
        body = filled_json(question, target)
        sent = {**headers, **question.headers, **({"Content-Type": "application/json"} if body else {})}
        client = ReadingClient(self.app, Response)
        return client.open(filled(question, target), method=question.method, headers=sent, data=body or question.form)


@pytest.fixture(scope="module")
def twins(estate: Estate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Twin, Twin]]:
    root = tmp_path_factory.mktemp("twins")
    target = estate.targets[State.CONDITIONAL]
    pair = tuple(_open(estate, root / name, target.id, is_other=name == "other") for name in ("one", "other"))
    yield pair[0], pair[1]
    for twin in pair:
        twin.parts.rows.close()
        twin.parts.database.dispose()


@pytest.mark.parametrize("caller", ASKING)
def test_answers_do_not_depend_on_rows_that_were_not_granted(
    estate: Estate, twins: tuple[Twin, Twin], caller: Caller
) -> None:
    target, headers = estate.targets[State.CONDITIONAL], estate.headers[caller]
    told: list[tuple[str, tuple[str, str]]] = []
    asked = (question for endpoint, questions in MATRIX.items() if endpoint not in _OWN for question in questions)
    for question in (*asked, *MORE):
        one, other = (_plain(twin.answer(question, target, headers)) for twin in twins)
        if one != other:
            told.append((question.path, _where(one, other)))
    assert told == [], "\n".join(str(one) for one in told)


def test_who_was_granted_them_is_told_different_things(estate: Estate, twins: tuple[Twin, Twin]) -> None:
    """The copies do differ, in everything that is told of rows."""
    target, headers = estate.targets[State.CONDITIONAL], estate.headers[Caller.GRANTED]
    for address in ("/api/v1/datasets/{id}", _TABLE, "/zh/dataset/{id}", "/api/3/action/package_show?id={id}", *(
        "/api/v1/datasets/{id}/differences?from=1&to=2", _TABLE + "/rows",
    )):  # fmt: skip
        one, other = (_plain(twin.answer(at(address), target, headers)) for twin in twins)
        assert one != other, address


def _open(estate: Estate, var_dir: Path, dataset_id: str, *, is_other: bool) -> Twin:
    shutil.copytree(estate.parts.settings.var_dir, var_dir)
    parts = web_parts(replace(estate.parts.settings, var_dir=var_dir))
    _add_version(parts.database, dataset_id)
    if is_other:
        _change_data(var_dir, dataset_id)
    with parts.database.transaction() as session:
        recount(session)
        mark_all_unindexed(session)
        session.execute(text("DELETE FROM dataset_entry"))
    parts.search.rebuild()
    return Twin(parts, create_app(parts))


def _add_version(database: Database, dataset_id: str) -> None:
    """A second version with the parts of the first."""
    with database.transaction() as session:
        connection = session.connection()
        for table, number in (("version", "number"), ("version_part", "version_number")):
            values = ", ".join("2" if name == number else f'"{name}"' for name in _columns(connection, table))
            connection.execute(
                text(f'INSERT INTO "{table}" SELECT {values} FROM "{table}" WHERE dataset_id = :id'), {"id": dataset_id}
            )
        session.execute(text("UPDATE dataset SET current_version = 2 WHERE id = :id"), {"id": dataset_id})


def _change_data(var_dir: Path, dataset_id: str) -> None:
    """Other rows: everything that is told of them, in the version that is shown. What holds versions fast is let go here."""
    connection = sqlite3.connect(var_dir / "catalogue.sqlite3")
    held = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('version', 'version_part')"
    for (name,) in connection.execute(held).fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    of_part = "WHERE dataset_id = ? AND version_number = 2"
    query = f"SELECT schema, preview FROM version_part {of_part}"
    schema, preview = (json.loads(text) for text in connection.execute(query, (dataset_id,)).fetchone())
    for column in schema["columns"]:
        column["null_count"], column["failed_casts"] = 5, 2
    other = "SELECT blob_key FROM version_part WHERE dataset_id != ? AND blob_key IS NOT NULL ORDER BY blob_key LIMIT 1"
    values = {
        "schema": json.dumps(schema),
        "preview": json.dumps([["旁人", *cells[1:]] for cells in preview][:3]),
        "profile": json.dumps({}),
        "quality": json.dumps({"rows_lost": 4}),
        "row_count": 7,
        "size_bytes": 999_999,
        "sha256": "f" * 64,
        "original_size_bytes": 888_888,
        "original_sha256": "e" * 64,
        "blob_key": connection.execute(other, (dataset_id,)).fetchone()[0],
    }
    changed = ", ".join(f'"{name}" = ?' for name in values)
    connection.execute(f"UPDATE version_part SET {changed} {of_part}", (*values.values(), dataset_id))
    of_version = "UPDATE version SET row_count = 7, data_digest = ? WHERE dataset_id = ? AND number = 2"
    connection.execute(of_version, ("d" * 64, dataset_id))
    connection.commit()
    connection.close()


def _columns(connection: Connection, table: str) -> list[str]:
    return [str(row[1]) for row in connection.exec_driver_sql(f'PRAGMA table_info("{table}")')]


_CHANCE = re.compile(
    r'("request_id"\s*:\s*")[0-9a-f]+|(nonce-|nonce=")[\w+/=-]+|([0-9a-f]{16})(?=</code>)'
    r'|("(?:remaining|reset_s)":)\d+|(name="form_token" value=")[0-9a-f]+|(<responseDate>)[^<]+'
)
_OWN = frozenset({"api.create_webhook", "api.list_my_keys"})
"""These tell of the caller's own things, with ids by chance and the instant of use."""
_OF_THE_MOMENT = frozenset(
    {"date", "last-modified", "ratelimit", "x-request-id", "set-cookie", "content-security-policy"}
)


def _plain(answer: TestResponse) -> str:
    """Status, headers and body without what differs between any two answers."""
    head = [f"{name}: {value}" for name, value in answer.headers if name.lower() not in _OF_THE_MOMENT]
    body = answer.get_data().decode("utf-8", errors="replace")
    return _CHANCE.sub("", "\n".join([answer.status, *head, body]))


def _where(one: str, other: str) -> tuple[str, str]:
    """Where two answers begin to differ."""
    first = next((n for n, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), 0)
    return one[max(0, first - 60) : first + 60], other[max(0, first - 60) : first + 60]
