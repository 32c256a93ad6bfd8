"""Files of conditional data through nginx: sent to who holds a grant, by no internal address, and not a byte after the grant."""

import http.client
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from portal.accounts.keys import create_own_key
from portal.db import Database
from portal.db.migrating import migrate
from portal.grants import Reviewer, add_agreement, revoke_grant
from portal.kernel.vocab import Scope
from portal.settings import Settings, site_secret
from portal.storage import open_store
from tests.accounts.people import make_person
from tests.builders import Built
from tests.catalogue.test_conditional import publish_conditional
from tests.downloads.serving import nginx
from tests.grants.giving import give_grant
from tests.services.processes import Absent
from tests.services.servers import find_nginx


@dataclass(frozen=True)
class Served:
    """A conditional dataset behind nginx, and the key of who was granted it."""

    port: int
    dataset_id: str
    grant_id: str
    key: str
    database: Database
    blobs: Path

    def ask(
        self, address: str, headers: Mapping[str, str] | None = None, *, is_granted: bool = True
    ) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        sent = {"Authorization": f"Bearer {self.key}"} if is_granted else {}
        connection.request("GET", address, headers={**sent, **(headers or {})})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, body


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    try:
        program = find_nginx()
    except Absent as absent:
        pytest.skip(str(absent))
    folder = tmp_path_factory.mktemp("granted")
    settings = Settings(var_dir=folder / "var")
    database = Database(settings.effective_database_url)
    database.make_directory()
    migrate(database)
    dataset_id = publish_conditional(Built(database, open_store(settings)), folder)
    person = make_person(database, "granted@example.cn", name="赵申请")
    with database.transaction() as session:
        now = datetime.now(UTC)
        add_agreement(session, text_zh="仅用于申请的目的。", text_en="For the purpose.", person="张三", now=now)
        key = create_own_key(
            session, person.id, holder="x", scopes=frozenset(Scope), secret=site_secret(settings), now=now
        )
    give_grant(database, person.id, dataset_id, 900)
    with nginx(settings.var_dir, folder / "nginx", program) as running:
        yield Served(running.port, dataset_id, person.id, key.secret, database, settings.var_dir / "store")
    database.dispose()


def test_a_granted_download_resumes_until_the_grant_is_revoked(served: Served) -> None:
    address = f"/download/{served.dataset_id}/data.csv"
    assert served.ask(address, is_granted=False)[0] == 403
    status, whole = served.ask(address)
    assert (status, len(whole) > 1_000) == (200, True)
    assert served.ask(address, {"Range": "bytes=500-999"}) == (206, whole[500:1_000])
    files = [path for path in served.blobs.rglob("*") if path.is_file()]
    assert files
    for file in files:
        for internal in (f"/_blobs/{file.relative_to(served.blobs)}", f"//_blobs/{file.relative_to(served.blobs)}"):
            status, body = served.ask(internal)
            assert status == 404
            assert whole[:200] not in body
    with served.database.transaction() as session:
        revoke_grant(session, served.grant_id, Reviewer("李审核"), reason="超出目的", now=datetime.now(UTC))
    for headers in ({"Range": "bytes=1000-"}, {"Range": "bytes=1000-", "If-Range": '"x"'}, {}):
        status, body = served.ask(address, headers)
        assert status == 403
        assert whole[1_000:1_200] not in body
