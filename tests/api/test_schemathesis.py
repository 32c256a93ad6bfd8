"""`schemathesis`, unmodified, over the whole description of a served portal: every check it has, a bounded number of examples."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.catalogue.changes import announce_changes
from portal.settings import Settings
from tests.builders import NOW
from tests.downloads.serving import waitress
from tests.http.site import generous, open_site

_EXAMPLES = "6"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    var: Path = tmp_path_factory.mktemp("schemathesis") / "var"
    settings = generous(Settings(var_dir=var, secret_key="00" * 32))
    with open_site(settings, 5) as site, site.parts.database.transaction() as session:
        announce_changes(session, NOW)
    with waitress(var) as served:
        yield f"http://127.0.0.1:{served.port}"


def test_schemathesis_finds_nothing(address: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [
            *(str(Path(sys.executable).with_name("schemathesis")), "run", f"{address}/api/v1/openapi.json"),
            *("--phases", "examples,coverage,fuzzing", "--checks", "all", "--max-examples", _EXAMPLES),
            *("--seed", "1", "--no-color", "--request-timeout", "30"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-60_000:] + done.stderr[-2_000:]
