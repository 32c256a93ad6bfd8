"""A small estate for the leak matrix: one dataset in each state, each with words that stand nowhere else.

A word comes in two halves. Questions ask for the first (`…alpha`), because an answer may repeat what it was asked; only the
second (`…omega`) in an answer proves that something of the dataset was told.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from flask import Flask, Response
from flask.testing import FlaskClient
from sqlalchemy import text

from portal.app import create_app
from portal.catalogue.changes import announce_changes
from portal.catalogue.commands import withdraw_dataset
from portal.db.migrating import migrate
from portal.ingest.conducting.running import run_harvest
from portal.ingest.sources import add_source, sign_mapping
from portal.settings import Settings
from portal.wiring import Parts, web_parts
from tests.http.site import ReadingClient
from tests.ingest.conftest import make_workshop
from tests.leaks.callers import Caller, make_callers

MAPPING = {
    "note": "Labels of the estate.",
    "fields": {
        "open_label": {"无条件开放": "unconditional", "有条件开放": "conditional", "不予开放": "closed"},
        "grade_label": {"一般数据": "general"},
        "licence_label": {},
        "theme_labels": {"教育": "education"},
    },
    "defaults": {"owner": "数据科", "approver": "审核岗", "basis": "《示例办法》", "class": "公共服务类"},
    "columns_follow_resource": True,
}
ABSENT_ID = "aaaaaaaaaaaaaaaa"
_DRAFT = "UPDATE dataset SET state = 'draft', revision = revision + 1 WHERE id = :id"


class State(StrEnum):
    """Where a dataset of the estate stands."""

    PUBLISHED = "published"
    OTHERS = "others"  # published by another department
    DRAFT = "draft"
    HELD = "held"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    CONDITIONAL = "conditional"


@dataclass(frozen=True, slots=True)
class Words:
    """What a dataset of one state holds and no other: ask for an `alpha`, look for the `omega`."""

    state: State

    def alpha(self, kind: str) -> str:
        return f"{kind}{self.state}alpha"

    def omega(self, kind: str) -> str:
        return f"{kind}{self.state}omega"

    def both(self, kind: str) -> str:
        return f"{self.alpha(kind)} {self.omega(kind)}"


@dataclass(frozen=True, slots=True)
class Target:
    """A dataset as a question names it."""

    state: State
    id: str
    part: str
    publisher: str

    @property
    def words(self) -> Words:
        return Words(self.state)


@dataclass(frozen=True)
class Estate:
    """The portal with its datasets, and the headers by which each caller is known."""

    parts: Parts
    app: Flask
    targets: Mapping[State, Target]
    headers: Mapping[Caller, Mapping[str, str]]

    @property
    def client(self) -> FlaskClient:
        return ReadingClient(self.app, Response)


def _entry(state: State) -> dict[str, object]:
    words = Words(state)
    name, code = ("示例二局", "second") if state is State.OTHERS else ("示例一局", "first")
    return {
        "id": str(state),
        "title": {"zh": f"名录 {words.both('title')}", "en": f"Register {words.both('title')}"},
        "description": f"说明 {words.both('note')}",
        "publisher": name,
        "publisher_code": code,
        "themes": ["教育"],
        "keywords": [words.alpha("tag")],
        "open": {State.CONDITIONAL: "有条件开放", State.CLOSED: "不予开放"}.get(state, "无条件开放"),
        "open_condition": "仅用于科研，到期删除" if state is State.CONDITIONAL else "",
        "grade": "一般数据",
        "files": [{"path": f"{state}.csv", "name": "数据"}],
    }


def _table(state: State) -> str:
    words = Words(state)
    lines = [f"名称,类别,数量,栏{words.alpha('column')}"]
    lines += [f"{words.both('row')} {n}号,{words.alpha('kind')},{n + 7},甲{n}" for n in range(12)]
    if state is State.HELD:
        lines += ["住户王小明,手机号13800138000,3,乙"] * 3
    return "\n".join(lines) + "\n"


def _deliver(root: Path) -> None:
    root.mkdir()
    (root / "metadata.json").write_text(json.dumps({"datasets": [_entry(s) for s in State]}, ensure_ascii=False))
    for state in State:
        (root / f"{state}.csv").write_text(_table(state), encoding="utf-8")


def _found(parts: Parts) -> dict[State, Target]:
    query = "SELECT source_key, id FROM dataset"
    with parts.database.reading() as session:
        ids = {str(key).partition(":")[2]: str(one) for key, one in session.execute(text(query))}
        slugs = {
            str(one): str(slug) for one, slug in session.execute(text("SELECT dataset_id, slug FROM version_part"))
        }
        joined = "SELECT source_key, slug FROM dataset JOIN publisher ON publisher.id = dataset.publisher_id"
        publishers = {str(key).partition(":")[2]: str(slug) for key, slug in session.execute(text(joined))}
    absent = {state: ABSENT_ID[:-1] + chr(ord("b") + n) for n, state in enumerate(State)}
    return {
        state: Target(
            state,
            ids.get(state, absent[state]),
            slugs.get(ids.get(state, ""), "data"),
            publishers[State.OTHERS if state is State.OTHERS else State.PUBLISHED],
        )
        for state in State
    }


def _warm(app: Flask, targets: Mapping[State, Target]) -> None:
    """Have files made and totals counted while everything is still public, so that caches have what must not come out."""
    client = ReadingClient(app, Response)
    for target in targets.values():
        client.get(f"/download/{target.id}/{target.part}.csv")
        client.get(f"/download/{target.id}/{target.part}.json")
        client.get(f"/zh/dataset/{target.id}/outline/{target.part}.svg")
        client.get(f"/api/v1/datasets/{target.id}/tables/{target.part}/rows?where=数量 > 9")


@contextmanager
def open_estate(settings: Settings, root: Path) -> Iterator[Estate]:
    """Deliver, harvest, judge and publish the estate as a department's drop would be; then take back what is taken back."""
    _deliver(root)
    workshop = make_workshop(settings)
    migrate(workshop.database)
    now = datetime.now(UTC)
    with workshop.database.transaction() as session:
        add_source(session, "drop", "folder", {"root": str(root)}, now=now)
        sign_mapping(session, "drop", MAPPING, "王签署", now)
    run_harvest(workshop, "drop")
    workshop.jobs.close()
    workshop.database.dispose()
    parts = web_parts(settings)
    parts.search.close_difference()
    targets = _found(parts)
    app = create_app(parts)
    _warm(app, targets)
    with parts.database.transaction() as session:
        session.execute(
            text("UPDATE dataset SET state = 'draft', revision = revision + 1 WHERE id = :id"),
            {"id": targets[State.DRAFT].id},
        )
        announce_changes(session, now)
        withdraw_dataset(session, targets[State.WITHDRAWN].id, "按要求撤回", "tester", now)
        announce_changes(session, now)
    parts.search.close_difference()  # the draft never was public; what was withdrawn stands in no index either
    try:
        yield Estate(parts, app, targets, make_callers(parts, app, targets[State.CONDITIONAL].id))
    finally:
        parts.rows.close()
        parts.database.dispose()
