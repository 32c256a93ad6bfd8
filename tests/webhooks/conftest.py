"""A site, a person with a key, a receiver, and the worker's steps by hand."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from portal.accounts.keys import create_own_key
from portal.catalogue.changes import announce_changes
from portal.kernel.vocab import Scope
from portal.outbound import GuardedClient
from portal.settings import Settings, site_secret
from portal.webhooks.fanning import fan_out
from portal.webhooks.sending import Senders, webhook_client
from tests.accounts.people import make_person
from tests.builders import build_publication, publish
from tests.http.site import Site, generous, open_site
from tests.webhooks.receiver import Receiver, receiving

DATASETS = 4


@dataclass
class Desk:
    """What a test works with. `now` moves when it says so."""

    site: Site
    receiver: Receiver
    account_id: str
    key: str
    folder: Path
    now: datetime

    @property
    def client(self) -> FlaskClient:
        return self.site.client

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}

    def make(self, **wanted: object) -> dict[str, object]:
        """A webhook of the person, to the receiver unless told otherwise."""
        answer = self.client.post(
            "/api/v1/me/webhooks", json={"url": self.receiver.url, **wanted}, headers=self.headers
        )
        assert answer.status_code == 201, answer.text
        return dict(answer.get_json())

    def change(self, number: int, licence: str) -> str:
        """Publish a dataset of the site in another version, or a new one."""
        publication = build_publication(number, self.site.parts.store, self.folder, licence=licence, rows=5)
        with self.site.parts.database.transaction() as session:
            return publish(session, publication).dataset_id

    def announce(self) -> None:
        """What the worker does between a change and its messages."""
        self.site.parts.search.close_difference()
        with self.site.parts.database.transaction() as session:
            announce_changes(session, self.now)

    def fan_out(self) -> int:
        return fan_out(self.site.parts.database, self.site.parts.search, self.site.parts.settings.base_url, self.now)

    def send(self, later: timedelta = timedelta(), settings: Settings | None = None) -> int:
        """Send what is due, after a while; how many were tried."""
        self.now += later
        chosen = settings or self.site.parts.settings
        with webhook_client(chosen) as client:
            return self.send_with(client, chosen)

    def send_with(self, client: GuardedClient, settings: Settings) -> int:
        """The same through a client of the test."""
        tried = 0
        with Senders(self.site.parts.database, client, settings, clock=lambda: self.now) as senders:
            while (started := senders.start_due()) or senders.wait(20.0):
                tried += started
        return tried

    def tell(self) -> int:
        """All steps."""
        self.announce()
        self.fan_out()
        return self.send()

    def log(self, webhook: dict[str, object]) -> list[dict[str, object]]:
        address = f"/api/v1/me/webhooks/{webhook['id']}/deliveries"
        return list(self.client.get(address, headers=self.headers).get_json()["items"])


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with receiving() as receiver:
        hosts = f"127.0.0.1:{receiver.port}"
        settings = replace(Settings(var_dir=tmp_path / "var", secret_key="00" * 32), webhook_hosts=hosts)
        with open_site(generous(settings), DATASETS, rows=5) as site:
            now = datetime.now(UTC)
            person = make_person(site.parts.database)
            with site.parts.database.transaction() as session:
                key = create_own_key(
                    session,
                    person.id,
                    holder="a program",
                    scopes=frozenset(Scope),
                    secret=site_secret(site.parts.settings),
                    now=now,
                )
            made = Desk(site, receiver, person.id, key.secret, tmp_path, now)
            made.announce()
            yield made
