"""`portal harvest …`: run a source once, and read what a run did."""

import json
import sys
from collections import Counter

import click

from portal.cli.drawing import drawn_progress, words_for
from portal.cli.parts import opened_parts, workshop_of
from portal.cli.reconciliations import print_reconciliation, run_as_json
from portal.cli.tables import print_table
from portal.cli.wording import reason_in_words, without_numbers
from portal.ingest.conducting.running import RunReport, run_harvest
from portal.ingest.conducting.trying import try_harvest
from portal.ingest.errors import RunEnded
from portal.ingest.listings.reconciling import find_reconciliation
from portal.ingest.runs.bookkeeping import get_run, list_runs
from portal.ingest.runs.reporting import list_alarms, list_exceptions
from portal.ingest.runs.schedules import time_limit_of
from portal.ingest.runs.watching import ended_from_outside
from portal.ingest.workshop import Workshop
from portal.logs import set_up_logs
from portal.settings import Settings


@click.group()
def harvest() -> None:
    """Harvest sources."""


@harvest.command("run")
@click.argument("name")
@click.option("--dry-run", is_flag=True, help="Show every difference, field by field, and change nothing.")
@click.option("--full", is_flag=True, help="Compare all keys of tables that are fetched in parts, due or not.")
@click.option(
    "--attached", metavar="RUN", hidden=True, help="The worker's: go on with this run, end with standard input."
)
@click.pass_obj
def run(settings: Settings, name: str, *, dry_run: bool, full: bool, attached: str | None) -> None:
    """Harvest a source once. Exit code 1 when the run did not reach its end.

    The time limit of the source's schedule holds. SIGTERM ends the run; what it settled is kept.
    """
    with opened_parts(settings) as worker:
        workshop = workshop_of(worker)
        if dry_run:
            _show_trials(workshop, name)
            return
        if attached:
            set_up_logs(settings.log_level)
        report = _run(workshop, name, attached or "", is_full=full)
        if not attached:  # the worker that started it carries the index
            worker.parts.search.close_difference()
    click.echo(f"Run {report.run_id} of {name}: {report.state}. {words_for(Counter(report.counts))}")
    for error in report.errors:
        click.echo(f"  {error}", err=True)
    click.echo(f"`portal harvest show {report.run_id}` names every exception.")
    if report.state != "done":
        sys.exit(1)


def _run(workshop: Workshop, name: str, attached: str, *, is_full: bool) -> RunReport:
    """Run in this process, which a signal, the time limit or the end of its worker ends."""
    with workshop.database.reading() as session:
        limit_s = time_limit_of(session, name)
    try:
        with ended_from_outside(limit_s, sys.stdin.fileno() if attached else None):
            if attached:
                return run_harvest(workshop, name, run_id=attached)
            with drawn_progress() as progress:
                return run_harvest(workshop, name, progress=progress, is_full=is_full)
    except RunEnded as ended:
        raise click.ClickException(f"The run of {name} was over before it began: {ended.code}.") from ended


@harvest.command("runs")
@click.option("--source", "source_name", help="Only of this source.")
@click.pass_obj
def runs(settings: Settings, source_name: str | None) -> None:
    """The newest runs first."""
    with opened_parts(settings) as worker, worker.parts.database.reading() as session:
        found = list_runs(session, source_name)
    print_table(
        ("run", "source", "started", "by", "state", "counts"),
        [
            (
                r.id,
                r.source_name,
                f"{r.started_at:%Y-%m-%d %H:%M}",
                r.started_by,
                f"{r.state} ({r.end_reason.replace('_', ' ')})" if r.end_reason not in {"", r.state} else r.state,
                words_for(Counter(r.counts)),
            )
            for r in found
        ],
        empty="Nothing was harvested yet.",
    )


@harvest.command("show")
@click.argument("run_id", metavar="RUN")
@click.option("--json", "as_json", is_flag=True, help="Everything as one JSON object.")
@click.pass_obj
def show(settings: Settings, run_id: str, *, as_json: bool) -> None:
    """Counts of a run, how its listing compares with what was known, and each exception with its reason in words."""
    with opened_parts(settings) as worker, worker.parts.database.reading() as session:
        found = get_run(session, run_id)
        compared = find_reconciliation(session, run_id)
        if as_json:
            whole = run_as_json(found, compared, tuple(list_exceptions(session, run_id)))
            click.echo(json.dumps(whole, ensure_ascii=False, indent=2))
            return
        took = f", {(found.finished_at - found.started_at).total_seconds():.1f} s" if found.finished_at else ""
        click.echo(f"Run {found.id} of {found.source_name}: {found.state}, {found.started_at:%Y-%m-%d %H:%M} UTC{took}")
        for action, count in sorted(found.counts.items()):
            click.echo(f"  {action:10} {count}")
        for error in found.errors:
            click.echo(f"  error: {error}")
        print_reconciliation(compared)
        for line in list_exceptions(session, run_id):
            click.echo(f"\n{line.action.value}: {_named(line.record_id, line.title)}")
            if line.note:
                click.echo(f"  {line.note}")
            for reason in line.reasons:
                if reason.severity in {"refuse", "hold"} or line.action.value in {"skip", "withdraw"}:
                    click.echo(f"  {reason_in_words(reason)}")
        alarms = list_alarms(session, run_id)
    if alarms:
        click.echo("\nPublished, with something to tell the publisher:")
    for line in alarms:
        told = "; ".join(dict.fromkeys(reason_in_words(r) for r in line.reasons if r.severity == "alarm"))
        click.echo(f"  {_named(line.record_id, line.title)}: {told}")


def _show_trials(workshop: Workshop, name: str) -> None:
    counts: Counter[str] = Counter()
    for trial in try_harvest(workshop, name):
        settled = trial.settled
        counts[settled.action.value] += 1
        click.echo(f"{settled.action.value}: {_named(settled.record_id, settled.title)}")
        if settled.note:
            click.echo(f"  {settled.note}")
        for reason in settled.reasons:
            if reason.severity in {"refuse", "hold"} or settled.action.value in {"skip", "withdraw"}:
                click.echo(f"  {reason_in_words(reason)}")
        for change in trial.changes:
            click.echo(f"  {change.field}: {_shown(change.before)} → {_shown(change.after)}")
    click.echo(f"Nothing was changed. A run would: {words_for(counts) or 'change nothing'}.")


def _named(record_id: str, title: str) -> str:
    return without_numbers(title if title == record_id or not record_id else f"{record_id} {title}")


def _shown(value: str | None) -> str:
    if value is None:
        return "(absent)"
    plain = value.replace("\n", " ⏎ ")
    return plain if len(plain) <= 160 else f"{plain[:160]}… ({len(plain)} characters)"
