"""After a harvest of the whole sample district, nothing that the platform planted is anywhere outside the quarantine."""

import json
import re
import subprocess
import sys
import unicodedata
import urllib.parse
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import duckdb
import pytest
from flask.testing import FlaskClient
from sqlalchemy import MetaData, select

from portal.app import create_app
from portal.paths import ROOT
from portal.settings import Settings
from portal.wiring import Parts, web_parts
from tests.journey.platform import sample_platform
from tests.sample_platform.content import all_resources
from tests.sample_platform.hazards import HAZARDS

pytestmark = pytest.mark.slow

# What the platform's generators plant: identity numbers of a district that does not exist, mobile numbers of a block that
# nobody was given, homes of an estate that is nowhere, the words before a reissued number.
_VALUES = re.compile(r"349901\d{11}[\dXx]|1390000\d{4}|望岳小区\d+幢|补办，原件号")
_MOST_PAGES = 6000


@dataclass(frozen=True, slots=True)
class Site:
    """A portal that has harvested the whole sample, and the log of the harvest."""

    parts: Parts
    log: str


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("leaks")
    settings = Settings(var_dir=folder / "var", secret_key="00" * 32, limit_factor=100_000)
    environment = {
        "PORTAL_VAR_DIR": str(settings.var_dir),
        "PORTAL_SECRET_KEY": settings.secret_key,
        "PATH": "/usr/bin:/bin",
    }

    def portal(*arguments: str) -> str:
        command = [sys.executable, "-c", "from portal.cli import main; main()", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        return done.stdout + done.stderr

    with sample_platform("--big-rows", "2000") as platform:
        portal("db", "migrate")
        portal("source", "add", "sample", *platform.registration(folder))
        log = portal("harvest", "run", "sample") + portal("held", "list") + portal("index", "rebuild")
    parts = web_parts(settings)
    yield Site(parts, log)
    parts.jobs.close()
    parts.database.dispose()


def test_planted_values_are_in_no_stored_file(site: Site) -> None:
    keys = list(site.parts.store.list_keys(""))
    assert len(keys) > 50
    for key in keys:
        assert _found(_text_of(site.parts.store.local_path(key))) == [], key


def test_planted_values_are_in_no_table_and_no_log(site: Site) -> None:
    """Findings, held records and the harvest's record name rule, column and count, never the value."""
    assert _found(site.log) == []
    for name, text in _tables(site.parts):
        assert _found(text) == [], name


def test_columns_that_are_not_public_are_in_no_published_table(site: Site) -> None:
    published = {name for hazard in HAZARDS for name in hazard.columns}
    for key in site.parts.store.list_keys(""):
        if key.endswith(".parquet"):
            with duckdb.connect() as connection:
                path = str(site.parts.store.local_path(key))
                rows = connection.execute("SELECT name FROM parquet_schema(?)", [path]).fetchall()
            names = {str(row[0]) for row in rows}
            # A remark is a harmless name elsewhere; its content is what the other tests look at.
            assert not names & (published - {"备注", "联络方式"}), key


def test_no_door_names_or_shows_what_is_not_public(site: Site) -> None:
    """Every page, API answer and file that can be reached by links, from the home pages, the sitemap and the API's start."""
    titles = {resource.id: resource.name for resource in all_resources(big_rows=2000)}
    with site.parts.database.reading() as session:
        metadata = MetaData()
        metadata.reflect(session.connection(), only=["dataset"])
        dataset = metadata.tables["dataset"]
        public = {
            str(key).removeprefix("sample:")
            for key in session.scalars(select(dataset.c.source_key).where(dataset.c.state == "published"))
        }
    withheld = [titles[hazard.resource_id] for hazard in HAZARDS if hazard.resource_id not in public]
    assert len(withheld) >= 8
    seen = 0
    for address, text in _crawl(create_app(site.parts).test_client()):
        seen += 1
        assert _found(text) == [], address
        assert [title for title in withheld if title in text] == [], address
    assert seen > 300


@pytest.mark.parametrize("kind", ["search", "suggest"])
def test_search_does_not_know_what_is_withheld(site: Site, kind: str) -> None:
    client = create_app(site.parts).test_client()
    address = "/api/v1/datasets" if kind == "search" else "/api/v1/suggestions"
    for word in ("户籍迁入迁出登记", "供水管网拓扑"):
        body = client.get(f"{address}?q={urllib.parse.quote(word)}").get_data(as_text=True)
        assert word not in json.dumps(json.loads(body).get("items", []), ensure_ascii=False)


def _found(text: str) -> list[str]:
    """Planted values in a text, also in full width and with blanks between."""
    folded = unicodedata.normalize("NFKC", text)
    return [*_VALUES.findall(folded), *_VALUES.findall(re.sub(r"(?<=\d)[ -](?=\d)", "", folded))]


def _text_of(path: Path) -> str:
    if path.suffix == ".parquet":
        with duckdb.connect() as connection:
            return "\n".join(map(str, connection.execute("SELECT * FROM read_parquet(?)", [str(path)]).fetchall()))
    body = path.read_bytes()
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("gb18030", errors="replace")


def _tables(parts: Parts) -> Iterator[tuple[str, str]]:
    metadata = MetaData()
    with parts.database.reading() as session:
        metadata.reflect(session.connection())
        for table in metadata.sorted_tables:
            yield table.name, "\n".join(str(tuple(row)) for row in session.execute(select(table)))


_LINK = re.compile(
    r"""(?:href|src|action)="(/[^"#]*)|<loc>https?://[^/]+(/[^<]*)</loc>|"(?:https?://127\.0\.0\.1:8000)?(/(?:api|download)/[^"\s{}]+)\""""
)


def _crawl(client: FlaskClient) -> Iterator[tuple[str, str]]:
    """(address, text) of everything reachable, breadth first, at most `_MOST_PAGES`; facets are walked one deep."""
    starts = ("/zh/", "/en/", "/sitemap.xml", "/robots.txt", "/api/v1/", "/api/v1/datasets", "/api/v1/publishers")
    waiting, known = deque(starts), set(starts)
    for _ in range(_MOST_PAGES):
        if not waiting:
            return
        address = waiting.popleft()
        with client.get(address) as answer:
            body = answer.get_data()
            yield address, body.decode("utf-8", errors="replace")
            if not (answer.mimetype or "").startswith(("text/html", "application/json", "application/xml", "text/xml")):
                continue
        for groups in _LINK.findall(body.decode("utf-8", errors="replace")):
            link = unescape(next(filter(None, groups)))
            if link not in known and link.count("&") < 2:
                known.add(link)
                waiting.append(link)
