"""`portal source schedule …` and `portal source schedules`: when sources are harvested, and who is told of it."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import click

from portal.cli.parts import opened_parts
from portal.cli.tables import print_table
from portal.ingest.runs.schedules import DEFAULT_LIMIT_MINUTES, list_schedules, set_schedule, turn_off
from portal.settings import Settings

_MINUTES = "%Y-%m-%d %H:%M"


@click.command("schedule")
@click.argument("name")
@click.argument("expression", required=False, metavar="CRON")
@click.option(
    "--time-limit",
    type=int,
    metavar="MINUTES",
    help=f"How long a run may take; {DEFAULT_LIMIT_MINUTES} for a new schedule.",
)
@click.option(
    "--notify", multiple=True, metavar="ADDRESS", help="Whom to tell of failed and held runs; may be repeated."
)
@click.option("--notify-nobody", is_flag=True, help="Take all addresses away.")
@click.option("--off", is_flag=True, help="Start no more runs; the schedule is kept.")
@click.pass_obj
def schedule(
    settings: Settings,
    name: str,
    expression: str | None,
    *,
    time_limit: int | None,
    notify: tuple[str, ...],
    notify_nobody: bool,
    off: bool,
) -> None:
    """Harvest a source at the times of a cron expression, such as "30 2 * * *" for every night at half past two.

    Five fields: minute, hour, day of month, month, day of week, in the zone of PORTAL_TIME_ZONE. What is not given stays as
    it was.
    """
    if off == (expression is not None):
        raise click.UsageError('Give either a cron expression such as "30 2 * * *", or --off.')
    if notify and notify_nobody:
        raise click.UsageError("Give --notify or --notify-nobody, not both.")
    zone, now = ZoneInfo(settings.time_zone), datetime.now(UTC)
    with opened_parts(settings) as worker, worker.parts.database.transaction() as session:
        if expression is None:
            turn_off(session, name)
            click.echo(f"No more runs of {name} are started; a run that goes on is not ended.")
            return
        addresses = () if notify_nobody else notify or None
        times = set_schedule(
            session, name, expression, time_limit_minutes=time_limit, notify=addresses, now=now, zone=zone
        )
    click.echo(f"{name} is harvested by the worker. The next times in {settings.time_zone}:")
    for at in times:
        click.echo(f"  {at.astimezone(zone):%Y-%m-%d %H:%M (%a)}")
    if addresses and not settings.smtp_host:
        click.echo("PORTAL_SMTP_HOST is not set here; without it the worker sends no mail.", err=True)


@click.command("schedules")
@click.pass_obj
def schedules(settings: Settings) -> None:
    """Every schedule with its next run, its last run and its state, the next ones first."""
    zone, now = ZoneInfo(settings.time_zone), datetime.now(UTC)
    with opened_parts(settings) as worker, worker.parts.database.reading() as session:
        found = list_schedules(session, now)
    print_table(
        ("source", "schedule", f"next run ({settings.time_zone})", "last run", "state", "limit", "told"),
        [
            (
                view.source_name,
                view.expression,
                _shown(view.next_run_at, zone),
                f"{_shown(view.last_run_at, zone)} {view.last_run_state} {view.last_run_reason.replace('_', ' ')}".strip(),
                view.state,
                f"{view.time_limit_minutes} min",
                ", ".join(view.notify),
            )
            for view in found
        ],
        empty="No source has a schedule; `portal source schedule NAME CRON` gives it one.",
    )


def _shown(at: datetime | None, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime(_MINUTES) if at else "never"
