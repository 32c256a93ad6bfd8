"""The examples on a dataset's page run as they stand, against a served site."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from portal.kernel.columns import Column
from portal.kernel.text import Text
from portal.kernel.vocab import ColumnType
from portal.settings import Settings
from portal.web.code_examples import Example, examples_of
from tests.downloads.serving import waitress
from tests.http.site import generous, open_site

_COLUMNS = (Column("名称", ColumnType.TEXT, Text(), Text(), "名称"),)


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Example]]:
    """The examples of a dataset, by tool, and of its page where it has no table."""
    var: Path = tmp_path_factory.mktemp("examples") / "var"
    with open_site(generous(Settings(var_dir=var, secret_key="00" * 32)), 1, rows=5) as site:
        dataset = site.ids[0]
        page = unescape(site.client.get(f"/en/dataset/{dataset}").text)
        assert all(one.code in page for one in examples_of(site.parts.settings.base_url, dataset, "data", _COLUMNS))
    with waitress(var) as server:
        base = f"http://127.0.0.1:{server.port}"
        yield {
            **{one.tool: one for one in examples_of(base, dataset, "data", _COLUMNS)},
            **{f"{one.tool} of a dataset": one for one in examples_of(base, dataset, None, ())},
        }


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_example_for_curl_runs(examples: dict[str, Example]) -> None:
    rows = json.loads(_run("sh", "-c", examples["curl"].code))["rows"]
    assert len(rows) == 5 and rows[0]["名称"]
    assert json.loads(_run("sh", "-c", examples["curl of a dataset"].code))["id"]


def test_the_example_for_python_runs(examples: dict[str, Example]) -> None:
    assert _run(sys.executable, "-X", "utf8", "-c", examples["Python"].code).count("名称") == 5
    assert "parts" in _run(sys.executable, "-X", "utf8", "-c", examples["Python of a dataset"].code)


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not here")
def test_the_example_for_javascript_runs(examples: dict[str, Example]) -> None:
    assert _run("node", "--input-type=module", "-e", examples["JavaScript"].code).count("名称") == 5
    assert "parts" in _run("node", "--input-type=module", "-e", examples["JavaScript of a dataset"].code)


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not here")
def test_the_example_for_r_runs(examples: dict[str, Example]) -> None:
    assert "名称" in _run("Rscript", "-e", examples["R"].code)


def test_names_with_quotes_stay_one_argument() -> None:
    column = Column("a\"b'c", ColumnType.TEXT, Text(), Text(), "x")
    code = examples_of("https://a.example", "k" * 16, "data", (column,))[0].code
    shown = _run("sh", "-c", code.replace("curl -sS -G", "printf '%s\\n'"))
    assert 'where=not "a""b\'c" is null' in shown
