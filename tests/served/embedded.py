"""An embedded portal for these tests: harvested through its command line, served and worked for in this process."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import text

from portal.app import create_app
from portal.db.migrating import migrate
from portal.index.service import SearchService
from portal.ingest.duties import Hands, make_files
from portal.ingest.workshop import Workshop
from portal.paths import ROOT
from portal.settings import Settings
from portal.wiring import Parts, web_parts
from tests.ingest.conftest import make_workshop
from tests.served.behind import own_texts, stored_allowance, take_database, take_index, take_store
from tests.served.crawl import crawl
from tests.served.doors import InProcess
from tests.served.examining import Examination, Leak


@dataclass
class Site:
    """A portal, and all that its processes wrote to their logs."""

    settings: Settings
    parts: Parts
    workshop: Workshop
    log: str = ""
    counts: dict[str, int] = field(default_factory=dict)

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
        make_files(Hands(self.workshop, search, self.settings.xlsx_max_rows, lambda: False))

    def run(self, *arguments: str) -> str:
        """A command of the portal, in a process of its own; what it wrote is kept as log."""
        environment = {"PORTAL_VAR_DIR": str(self.settings.var_dir), "PORTAL_SECRET_KEY": self.settings.secret_key,
                       "PORTAL_QUARANTINE_KEY": self.settings.quarantine_key, "PATH": "/usr/bin:/bin"}  # fmt: skip
        command = [sys.executable, "-c", "from portal.cli import main; main()", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        self.log += done.stdout + done.stderr
        return done.stdout

    def examine(
        self, own: frozenset[str], *, traces: tuple[str, ...] = (), queries: tuple[str, ...] = (), about: str = ""
    ) -> list[Leak]:
        """Everything served (or the doors to one dataset) and everything behind the doors; the leaks. `counts` says how
        much was looked at."""
        with self.parts.database.reading() as session:
            examination = Examination(stored_allowance(session.connection()), own, traces)
        for served in crawl(self.door, queries=queries, about=about):
            examination.take(served)
        self.counts["answers"] = examination.count
        with self.parts.database.reading() as session:
            connection = session.connection()
            self.counts["rows of the database"] = take_database(examination, connection)
            self.counts["stored files"] = take_store(examination, self.parts.store, connection)
        self.counts["documents"] = take_index(examination, self.parts.database)
        examination.take_text("log", self.log)
        leaks = examination.finish()
        self.counts["let out by a signature"] = len(examination.used)
        return leaks


@contextmanager
def embedded_site(directory: Path) -> Iterator[Site]:
    """An empty portal with a migrated database."""
    settings = Settings(var_dir=directory / "var", secret_key="00" * 32, quarantine_key="11" * 32, limit_factor=100_000)
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
