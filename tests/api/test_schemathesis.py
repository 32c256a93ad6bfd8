"""`schemathesis`, unmodified, over the whole description of a served portal: every check it has, a bounded number of examples.

It is given a key and the address parts of a dataset that is there, so that it gets past the front door. Three of its
expectations are widened: text too long for an address is refused with 414; the languages of clauses and searches refuse with
400 what a schema of strings cannot tell from a sentence (`_CLAUSES` names them, no other operation may); and 503 is no
failure but the declared answer when too many files wait to be made, as they do here, where no worker runs. Doors that speak
other people's protocols (CKAN, OAI-PMH, MCP) may answer 200 to what their clients get away with there, tell errors in such an
answer, and refuse as those protocols do.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from portal.accounts.keys import create_own_key
from portal.catalogue.changes import announce_changes
from portal.kernel.vocab import Scope
from portal.settings import Settings, site_secret
from tests.accounts.people import make_person
from tests.builders import NOW
from tests.downloads.serving import waitress
from tests.http.site import generous, open_site

_EXAMPLES = "3"
_CONFIGURATION = """
[parameters]
"path.ref" = "{dataset}"
"path.part" = "data"

[checks]
not_a_server_error.expected-statuses = ["2xx", "3xx", "4xx", 503]
negative_data_rejection.expected-statuses = [400, 401, 403, 404, 405, 406, 409, 410, 413, 414, 415, 422, "5xx"]
positive_data_acceptance.expected-statuses = ["2xx", 303, 304, 401, 403, 404, 409, 410, 414, 416, 503]

[[operations]]
include-tag = ["ckan", "harvesting"]
checks.negative_data_rejection.expected-statuses = ["2xx", "4xx", "5xx"]
checks.positive_data_acceptance.expected-statuses = ["2xx", "4xx", 503]

[[operations]]
include-operation-id = {clauses}
checks.positive_data_acceptance.expected-statuses = ["2xx", 303, 304, 400, 401, 403, 404, 409, 410, 414, 416, 503]
"""


_CLAUSES = (
    *("list_rows", "query_rows", "compare_rows", "export_rows", "create_export", "download"),
    *("search_datasets", "feed_search", "follow_changes", "create_webhook", "show_catalogue"),
    *("create_my_key", "rotate_my_key", "try_webhook"),
)
"""Operations with a language of their own (clauses, searches, cursors, addresses), where 400 may answer any text; the last
three are refused when there are many already, as here after a while."""


@dataclass(frozen=True)
class Served:
    """Where it listens, a dataset that is there, and a key."""

    address: str
    dataset: str
    key: str


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    var: Path = tmp_path_factory.mktemp("schemathesis") / "var"
    settings = generous(Settings(var_dir=var))
    with open_site(settings, 5) as site:
        person = make_person(site.parts.database)
        with site.parts.database.transaction() as session:
            announce_changes(session, NOW)
            key = create_own_key(
                session,
                person.id,
                holder="schemathesis",
                scopes=frozenset(Scope),
                secret=site_secret(settings),
                now=datetime.now(UTC),
            )
        dataset = site.ids[0]
    with waitress(var) as server:
        yield Served(f"http://127.0.0.1:{server.port}", dataset, key.secret)


def test_schemathesis_finds_nothing(served: Served, tmp_path: Path) -> None:
    (tmp_path / "schemathesis.toml").write_text(
        _CONFIGURATION.format(dataset=served.dataset, clauses=json.dumps(_CLAUSES))
    )
    done = subprocess.run(
        [
            *(str(Path(sys.executable).with_name("schemathesis")), "run", f"{served.address}/api/v1/openapi.json"),
            *("--phases", "examples,coverage,fuzzing", "--checks", "all", "--max-examples", _EXAMPLES),
            *("--header", f"Authorization: Bearer {served.key}"),
            *("--seed", "1", "--no-color", "--request-timeout", "30"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout[-60_000:] + done.stderr[-2_000:]
