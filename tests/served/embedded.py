"""An embedded portal for these tests: harvested, served and worked for in this process."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import structlog
from click.testing import CliRunner
from sqlalchemy import text
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter, RequestRedirect

from portal.app import create_app
from portal.cli import main
from portal.db.migrating import migrate
from portal.exports.work import FileWork
from portal.index.service import SearchService
from portal.ingest.duties import Hands, make_files
from portal.ingest.workshop import Workshop
from portal.logs import set_up_logs
from portal.settings import Settings
from portal.wiring import Parts, web_parts
from tests.ingest.conftest import make_workshop
from tests.served.behind import own_texts, stored_allowance, take_database, take_index, take_log, take_store
from tests.served.crawl import crawl
from tests.served.doors import InProcess
from tests.served.examining import Examination, Leak
from tests.served.guessing import guesses


@dataclass
class Site:
    """A portal, and all that its processes wrote to their logs."""

    settings: Settings
    parts: Parts
    workshop: Workshop
    log: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    unasked: set[str] = field(default_factory=set)  # doors that the last examination did not come to

    @property
    def door(self) -> InProcess:
        return InProcess(create_app(self.parts).test_client(), self.make_files)

    @property
    def only_dataset(self) -> str:
        with self.parts.database.reading() as session:
            return str(session.execute(text("SELECT id FROM dataset")).scalar_one())

    def make_files(self) -> None:
        """What the worker does about downloads that take long."""
        search: SearchService = self.parts.search
        files = FileWork(self.settings, self.parts.database, self.parts.store, self.parts.rows, self.workshop.work_dir)
        make_files(Hands(self.workshop, search, files, lambda: False))

    def run(self, *arguments: str, fails: bool = False) -> str:
        """A command of the portal as a person would give it; what it wrote, logs included, is kept as log."""
        environment = {"PORTAL_VAR_DIR": str(self.settings.var_dir), "PORTAL_SECRET_KEY": self.settings.secret_key,
                       "PORTAL_QUARANTINE_KEY": self.settings.quarantine_key}  # fmt: skip
        done = CliRunner().invoke(main, arguments, env=environment)
        logging.getLogger().handlers.clear()  # they write to what the command wrote to, which is closed
        self.log += done.output
        assert fails or done.exit_code == 0, f"{arguments}: {done.output[-2_000:]}"
        return done.output

    def examine(
        self, own: frozenset[str], *, traces: tuple[str, ...] = (), queries: tuple[str, ...] = (), about: str = ""
    ) -> list[Leak]:
        """Everything served (or the doors to one dataset) and everything behind the doors; the leaks. `counts` says how
        much was looked at."""
        with self.parts.database.reading() as session:
            examination = Examination(stored_allowance(session.connection()), own, traces)
            asked_for = list(guesses(session.connection(), queries[0] if queries else "示例"))
            ids = session.scalars(text("SELECT id FROM dataset")).all()
        doors = ("/zh/dataset", "/en/dataset", "/api/v1/datasets")
        starts = [f"{door}/{one}" for one in ids for door in doors if about in one]
        routes = create_app(self.parts).url_map
        rules, asked = routes.bind("127.0.0.1"), set()
        with logged() as lines:
            for served in crawl(self.door, queries=queries, starts=starts, guesses=asked_for, about=about):
                examination.take(served)
                path = urlsplit(served.address).path
                asked |= _endpoints(rules, unquote(path))
        self.unasked = {rule.endpoint for rule in routes.iter_rules() if "GET" in (rule.methods or ())} - asked
        self.counts["lines of the web's log"] = take_log(examination, "log of the web", lines.getvalue())
        self.counts["answers"] = examination.count
        with self.parts.database.reading() as session:
            connection = session.connection()
            self.counts["rows of the database"] = take_database(examination, connection)
            self.counts["stored files"] = take_store(examination, self.parts.store, connection)
        self.counts["documents"] = take_index(examination, self.parts.database)
        take_log(examination, "log", self.log)
        leaks = examination.finish()
        self.counts["let out by a signature"] = len(examination.used)
        return leaks


def _endpoints(rules: MapAdapter, path: str) -> set[str]:
    """The endpoint of an address, if there is one; an address without its last slash leads to one as well."""
    try:
        return {rules.match(path, "GET")[0]}
    except RequestRedirect:
        return {rules.match(f"{path}/", "GET")[0]}
    except HTTPException:
        return set()


@contextmanager
def logged() -> Iterator[io.StringIO]:
    """What this process writes to its log within the block, as a process of the portal does."""
    lines = io.StringIO()
    try:
        with redirect_stderr(lines):
            set_up_logs("DEBUG")
            logging.getLogger("mail.log").setLevel(
                logging.WARNING
            )  # the tests' own mail server: mails are examined as such
            yield lines
    finally:
        logging.getLogger().handlers.clear()
        structlog.reset_defaults()


@contextmanager
def embedded_site(directory: Path, **values: Any) -> Iterator[Site]:
    """An empty portal with a migrated database. `values`: settings of its own."""
    own: dict[str, Any] = {"secret_key": "00" * 32, "quarantine_key": "11" * 32, "limit_factor": 100_000} | values
    settings = Settings(var_dir=directory / "var", **own)
    workshop = make_workshop(settings)
    migrate(workshop.database)
    parts = web_parts(settings)
    try:
        yield Site(settings, parts, workshop)
    finally:
        parts.jobs.close()
        parts.database.dispose()
        workshop.jobs.close()
        workshop.database.dispose()


def texts_of_an_empty_portal(directory: Path) -> frozenset[str]:
    """What every portal says of itself."""
    with embedded_site(directory) as site:
        site.parts.search.rebuild()
        return own_texts(site.parts)
