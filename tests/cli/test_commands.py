"""Commands as an operator types them: sentences, exit codes, no tracebacks."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from portal.cli import main
from tests.ingest.conftest import SAMPLE, SECRET, Bench, Sample
from tests.ingest.conftest import make_bench as make_bench  # noqa: PLC0414 - a fixture
from tests.ingest.conftest import make_sample as make_sample  # noqa: PLC0414 - a fixture
from tests.ingest.test_increments import first_published

Portal = Callable[..., Result]


@pytest.fixture
def portal(tmp_path: Path) -> Portal:
    """Runs one command in a directory of this test's own."""
    environment = {
        "PORTAL_VAR_DIR": str(tmp_path / "var"),
        "PORTAL_SECRET_KEY": "00" * 32,
        "PORTAL_QUARANTINE_KEY": "11" * 32,
        "PORTAL_LOG_LEVEL": "ERROR",
    }

    def run(*arguments: str) -> Result:
        result = CliRunner().invoke(main, arguments, env=environment)
        assert "Traceback" not in result.output
        return result

    return run


def test_a_command_before_the_schema_says_what_to_do(portal: Portal, tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    result = portal("source", "list")
    assert result.exit_code == 1
    assert "portal db migrate" in result.output


def test_a_database_that_is_not_there_says_what_to_do(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    result = portal("source", "list")
    assert result.exit_code == 1
    assert "portal db migrate" in result.output
    monkeypatch.setenv("PORTAL_DATABASE_URL", "nonsense")
    result = portal("source", "list")
    assert result.exit_code == 1
    assert "PORTAL_DATABASE_URL is not an address" in result.output


def test_the_whole_way_by_hand(portal: Portal, tmp_path: Path, make_sample: Callable[..., Sample]) -> None:
    sample = make_sample(resources=3)
    secret, config = tmp_path / "secret.json", tmp_path / "config.json"
    secret.write_text(json.dumps(SECRET))
    config.write_text(json.dumps({"base_url": sample.address}))
    assert portal("db", "migrate").exit_code == 0
    add = ["source", "add", "sample", "--kind", "exchange", "--config", str(config), "--secret-file", str(secret)]
    assert portal(*add).exit_code == 0
    assert "NOT SIGNED" in portal("source", "list").output
    assert portal("source", "check", "sample").exit_code == 0
    signed = portal(
        "source", "mapping", "sign", "sample", "--mapping", str(SAMPLE / "mapping.json"), "--sign", "王签署"
    )
    assert signed.exit_code == 0
    dry = portal("harvest", "run", "sample", "--dry-run")
    assert "Nothing was changed" in dry.output
    run = portal("harvest", "run", "sample")
    assert run.exit_code == 0, run.output
    run_id = run.output.split("Run ")[1].split()[0]
    assert "listed     3" in portal("harvest", "show", run_id).output
    assert portal("held", "list").exit_code == 0
    assert portal("index", "compare").exit_code == 0
    again = portal(*add)
    assert again.exit_code == 1
    assert "--replace" in again.output


def test_a_withdrawn_dataset_is_gone_and_its_source_cannot_bring_it_back(
    portal: Portal, make_bench: Callable[..., Bench]
) -> None:
    bench = make_bench(resources=4)
    bench.run()
    record_id = first_published(bench)
    dataset_id = bench.scalar("SELECT id FROM dataset WHERE source_key = :key", key=f"sample:{record_id}")
    assert portal("withdraw", dataset_id, "--reason", "申请撤回", "--actor", "王签署").exit_code == 0
    bench.sample.control("touch", resource=record_id)
    report = bench.run()
    assert bench.action_of(report.run_id, record_id) == "refuse"
    assert bench.state_of(record_id) == "withdrawn"
    assert bench.scalar("SELECT count(*) FROM version_part WHERE dataset_id = :id", id=dataset_id) == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("harvest", "run", "nobody"), "There is no source 'nobody'"),
        (("harvest", "show", "nothing"), "There is no run"),
        (("held", "release", "nothing", "--reviewer", "A", "--reason", "B"), "There is no held record"),
        (("withdraw", "nothing", "--reason", "A", "--actor", "B"), "There is no dataset"),
        (("key", "revoke", "nothing"), "no"),
        (("source", "add", "a b", "--kind", "folder", "--url", "/tmp"), "name"),
        (("source", "add", "x", "--kind", "exchange", "--url", "not an address"), "Source 'x'"),
    ],
)
def test_what_does_not_exist_is_a_sentence(portal: Portal, arguments: tuple[str, ...], said: str) -> None:
    assert portal("db", "migrate").exit_code == 0
    result = portal(*arguments)
    assert result.exit_code == 1
    assert said in result.output


def test_a_key_is_shown_once_and_listed_without_its_secret(portal: Portal) -> None:
    portal("db", "migrate")
    made = portal("key", "create", "--holder", "测试单位")
    secret = next(line for line in made.output.splitlines() if line.startswith("odp_"))
    listed = portal("key", "list").output
    assert "测试单位" in listed
    assert secret not in listed
