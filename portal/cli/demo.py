"""`portal demo`: a sample exchange platform, one harvest, the site. What `make run` starts."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from portal.catalogue.queries import get_dataset, list_newest
from portal.catalogue.views import DatasetView, PartView, Ref
from portal.cli.drawing import drawn_progress, words_for
from portal.cli.parts import opened_parts, workshop_of
from portal.cli.processes import child, first_line
from portal.cli.sample_people import add_people, words_for_people
from portal.cli.serving import check_port
from portal.db import Database
from portal.db.migrating import migrate
from portal.grants import add_agreement, find_agreement
from portal.ingest.conducting.running import run_harvest
from portal.ingest.listings.standing import count_standing
from portal.ingest.sources import add_source, keep_secret, sign_mapping
from portal.kernel.principal import ANONYMOUS
from portal.kernel.vocab import PartKind
from portal.paths import ROOT
from portal.settings import Settings
from portal.wiring import WorkerParts

SOURCE = "sample"
SIGNER = "示例数据 sample data"
PLATFORM = ROOT / "tests" / "sample_platform"
_AGREEMENT_ZH = (
    "使用数据的人承诺：\n\n1. 数据仅用于申请时说明的目的和场景。\n"
    "2. 不转让，不识别任何个人。\n3. 期满销毁，并提交利用报告。"
)
_AGREEMENT_EN = (
    "Who uses the data promises:\n\n"
    "1. The data is used for the purpose and in the setting of the application alone.\n"
    "2. It is not passed on, and nobody is identified from it.\n"
    "3. At the end it is destroyed, and a report is made of what came of it."
)
_HOST = "127.0.0.1"
_START_S = 60.0
_SECRET = {"app_key": "sample-portal", "app_secret": "sample-long-lived-secret-0001"}  # of the sample platform alone


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--big-rows", type=click.IntRange(min=1), hidden=True, help="Rows of the sample's largest table.")
@click.pass_obj
def demo(settings: Settings, port: int, big_rows: int | None) -> None:
    """Start a sample platform, harvest it, and serve the site until Ctrl-C. The data is sample data."""
    check_port(_HOST, port)
    if not PLATFORM.is_dir():
        raise click.ClickException(f"The sample platform is not here ({PLATFORM}); it comes with the project's source.")
    for number in (signal.SIGTERM, signal.SIGINT):  # a shell starts background jobs with SIGINT ignored
        signal.signal(number, _interrupt)
    settings = replace(settings, is_sample=True, base_url=f"http://{_HOST}:{port}")
    environment = os.environ | {
        "PORTAL_VAR_DIR": str(settings.var_dir),
        "PORTAL_IS_SAMPLE": "1",
        "PORTAL_BASE_URL": settings.base_url,
    }
    try:
        with ExitStack() as stack:
            extra = ["--big-rows", str(big_rows)] if big_rows else []
            platform = stack.enter_context(child([str(PLATFORM), "--port", "0", *extra], environment))
            address = first_line(platform, "The sample platform").split()[-1]
            with opened_parts(settings) as worker:
                _prepare(settings, worker, address)
                log = stack.enter_context(_log_file(settings.var_dir / "demo.log"))
                site = stack.enter_context(  # starts while the harvest runs
                    child(["-m", "portal.cli", "serve", "--host", _HOST, "--port", str(port)], environment, log=log)
                )
                _harvest(worker)
                stack.enter_context(child(["-m", "portal.worker"], environment, log=log))
                _wait_for(site, port, settings.var_dir / "demo.log")
                _say_hello(worker.parts.database, settings)
            _watch(site, platform)
    except KeyboardInterrupt:
        click.echo("\nStopped; nothing is left running.")


def _prepare(settings: Settings, worker: WorkerParts, address: str) -> None:
    """Bring the database up to date and register the sample platform at today's address."""
    database = worker.parts.database
    migrate(database)
    now = datetime.now(UTC)
    mapping = json.loads((PLATFORM / "mapping.json").read_text(encoding="utf-8"))
    secret = settings.var_dir / "sample-secret.json"
    secret.write_text(json.dumps(_SECRET))
    try:
        secret_name = keep_secret(settings.effective_secrets_dir, SOURCE, secret)
    finally:
        secret.unlink()
    with database.transaction() as session:
        add_source(session, SOURCE, "exchange", {"base_url": address}, secret_name=secret_name, replace=True, now=now)
        sign_mapping(session, SOURCE, mapping, SIGNER, now)
        if find_agreement(session) is None:  # what those accept who are granted the sample's conditional dataset
            add_agreement(session, text_zh=_AGREEMENT_ZH, text_en=_AGREEMENT_EN, person=SIGNER, now=now)
        add_people(session, settings.var_dir, SIGNER, now)


def _harvest(worker: WorkerParts) -> None:
    """Harvest what changed, and find it."""
    started = time.monotonic()
    with drawn_progress() as progress:
        report = run_harvest(workshop_of(worker), SOURCE, progress=progress)
    click.echo(f"Harvest {report.state} in {time.monotonic() - started:.1f} s: {words_for(Counter(report.counts))}")
    for error in report.errors:
        click.echo(f"  {error}", err=True)
    while worker.parts.search.close_difference():
        pass


def _say_hello(database: Database, settings: Settings) -> None:
    base_url = settings.base_url
    with database.reading() as session:
        standing = count_standing(session, SOURCE)
        cards = list_newest(session, ANONYMOUS, 50)
        views = (get_dataset(session, ANONYMOUS, Ref(card.id)) for card in cards if card.row_count)
        example = next(((view, part) for view in views if (part := _handy_table(view))), None)
        people = words_for_people(session, settings.var_dir, base_url)
    click.echo(f"\n  {base_url}/    (sample data)\n")
    click.echo(
        f"  harvested {standing.harvested}   held {standing.held}   refused {standing.refused}   "
        f"published {standing.published}\n"
    )
    if example:
        view, part = example
        click.echo("  Try:")
        click.echo(f"    a page      {base_url}/zh/dataset/{view.card.id}")
        click.echo(f"    a download  curl -OJ {base_url}/download/{view.card.id}/{part.slug}.csv")
        click.echo(f"    the API     curl '{base_url}/api/v1/datasets/{view.card.id}/tables/{part.slug}/rows?limit=3'")
    click.echo("".join(f"\n  {line}" for line in people))
    click.echo(f"\n  What waits for a person: {_command()} held list. Ctrl-C stops everything.")


def _command() -> str:
    """`portal` as it can be typed here: the environment of `make run` is not on the search path."""
    beside = Path(sys.executable).with_name("portal")
    return str(beside.relative_to(Path.cwd())) if beside.is_relative_to(Path.cwd()) else "portal"


def _handy_table(view: DatasetView) -> PartView | None:
    tables = (part for part in view.parts if part.kind is PartKind.TABLE)
    return next((part for part in tables if part.row_count and 3 <= part.row_count <= 20_000), None)


def _wait_for(site: subprocess.Popen[str], port: int, log: Path) -> None:
    """Return when the site answers. Raises ClickException when it ends first or takes too long."""
    until = time.monotonic() + _START_S
    while time.monotonic() < until and site.poll() is None:
        connection = http.client.HTTPConnection(_HOST, port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == http.HTTPStatus.OK:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise click.ClickException(f"The site did not start; {log} says why.")


def _watch(*processes: subprocess.Popen[str]) -> None:
    """Wait until somebody interrupts, or one of the processes ends by itself."""
    while all(process.poll() is None for process in processes):
        time.sleep(0.5)
    raise click.ClickException("A part of the portal ended by itself; var/demo.log says why.")


@contextmanager
def _log_file(path: Path) -> Iterator[int]:
    with path.open("ab") as file:
        yield file.fileno()


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
