"""The state of a real CKAN in a portal of our own, by its own doors: harvested, judged, published, held, released."""

import gzip
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

from flask import Response
from flask.testing import FlaskClient
from sqlalchemy import text

from portal.app import create_app
from portal.catalogue.changes import announce_changes
from portal.db.migrating import migrate
from portal.ingest.conducting.running import run_harvest
from portal.ingest.review.held import list_held
from portal.ingest.review.releasing import release_held
from portal.ingest.sources import add_source, sign_mapping
from portal.ingest.workshop import Workshop
from portal.settings import Settings
from portal.wiring import Parts, web_parts
from tests.ckan_server.server import CkanServer
from tests.http.site import ReadingClient, generous
from tests.ingest.conftest import make_workshop

TABLE = "0a000000-0000-4000-8000-000000000001"
_WHOLE = {"limit": 2, "resource_id": TABLE}
WITHOUT_DATA = ("0a000000-0000-4000-8000-0000000000ad", "0a000000-0000-4000-8000-0000000000ae")
LAST = "peer-golden-datastore"
THEMES = {
    "transport": "transport",
    "information-technology-and-broadcasting": "science",
    "law-and-security": "justice",
    "recreation-and-culture": "culture",
    "food": "food",
    "development": "housing",
    "miscellaneous": "government",
    "commerce-and-industry": "business",
    "environment": "environment",
    "city-management": "safety",
    "climate-and-weather": "weather",
    "education": "education",
    "employment-and-labour": "employment",
    "finance": "finance",
    "health": "health",
    "population": "energy",
    "social-welfare": "society",
}
MAPPING = {
    "note": "A CKAN whose packages are public as they stand there; its groups are our themes, one for one.",
    "fields": {
        "open_label": {"public": "unconditional", "private": "closed"},
        "grade_label": {"public data": "general"},
        "theme_labels": THEMES,
        "licence_label": {},
    },
    "defaults": {"owner": "资料科", "approver": "审核岗", "basis": "《示例办法》", "class": "公共服务类"},
    "links": "metadata",
    "columns_follow_resource": True,
    "particulars": {
        "publish": True,
        "contacts": {
            "rules": ["email_address", "mobile_number", "name_beside_phone"],
            "reason": "offices' own mail and telephones, published to be used",
        },
    },
}


@dataclass(frozen=True)
class GoldenSite:
    """The portal with that state. `ids`: what CKAN calls a dataset or resource → what it is called here."""

    parts: Parts
    client: FlaskClient
    ids: Mapping[str, str]


def read_state(folder: Path) -> dict[str, Any]:
    """The recorded state."""
    with gzip.open(folder / "state.json.gz", "rt", encoding="utf-8") as file:
        state: dict[str, Any] = json.load(file)
    return state


@contextmanager
def open_golden_site(settings: Settings, folder: Path) -> Iterator[GoldenSite]:
    """Harvest the state twice (the newest package comes last, as there), release what has no data, open the doors."""
    state = read_state(folder)
    packages = sorted(state["packages"], key=lambda package: str(package["metadata_modified"]))
    server = CkanServer([package for package in packages if package["name"] != LAST])
    server.tables = {TABLE: _table(folder, state)}
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    workshop = make_workshop(settings)
    migrate(workshop.database)
    try:
        _register(workshop, server.address)
        run_harvest(workshop, "peer")
        _release(workshop)
        server.packages = packages
        run_harvest(workshop, "peer")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        workshop.jobs.close()
        workshop.database.dispose()
    parts = web_parts(generous(settings))
    parts.search.close_difference()
    with parts.database.transaction() as session:
        announce_changes(session, datetime.now(UTC))
    try:
        yield GoldenSite(parts, ReadingClient(create_app(parts), Response), _ids(parts, state))
    finally:
        parts.rows.close()
        parts.database.dispose()


def _register(workshop: Workshop, address: str) -> None:
    config = {"base_url": address, "fetch_tables": True, "labels": {"grade_label": "public data"}}
    now = datetime.now(UTC)
    with workshop.database.transaction() as session:
        add_source(session, "peer", "ckan", config, now=now)
        sign_mapping(session, "peer", MAPPING, "王签署", now)


def _release(workshop: Workshop) -> None:
    """A reviewer publishes the pages of packages without resources, as the gate never does by itself."""
    with workshop.database.reading() as session:
        held = {view.record_id: view.id for view in list_held(session)}
    for record_id in WITHOUT_DATA:
        release_held(workshop, held[record_id], "李审核", "只有页面，没有数据，可以公开。")


def _table(folder: Path, state: dict[str, Any]) -> dict[str, Any]:
    """The table as that CKAN serves it: the fields that answers tell, and its rows, exact numbers as numbers."""
    with gzip.open(folder / "golden.jsonl.gz", "rt", encoding="utf-8") as lines:
        told = next(
            json.loads(answer["body"])["result"]["fields"]
            for answer in map(json.loads, lines)
            if answer["request"]["group"] == "datastore_search" and answer["request"].get("query") == _WHOLE
        )
    exact = {field["id"] for field in told if field["type"] == "numeric"}
    rows = [
        {name: float(cell) if name in exact and cell is not None else cell for name, cell in record.items()}
        for record in state["datastore"][TABLE]["records"]
    ]
    return {"fields": told[1:], "records": rows}


def _ids(parts: Parts, state: dict[str, Any]) -> dict[str, str]:
    with parts.database.reading() as session:
        rows = session.execute(text("SELECT source_key, id FROM dataset")).all()
        publishers = {str(slug): str(id_) for slug, id_ in session.execute(text("SELECT slug, id FROM publisher"))}
    ids = {str(key).partition(":")[2]: str(dataset_id) for key, dataset_id in rows}
    for package in state["packages"]:
        for resource in package["resources"]:
            if package["id"] in ids:
                ids[resource["id"]] = f"{ids[package['id']]}-{resource['id']}"
        organization = package["organization"]
        ids[organization["id"]] = publishers.get(organization["name"], "")
    return ids | {group["id"]: THEMES[group["name"]] for group in state["groups"]}
