"""`portal mail …`: notices that no server has taken yet, or ever."""

from datetime import datetime
from zoneinfo import ZoneInfo

import click

from portal.cli.parts import opened_parts
from portal.cli.tables import print_table
from portal.notify import list_mail
from portal.settings import Settings


@click.group()
def mail() -> None:
    """Notices by mail."""


@mail.command("list")
@click.pass_obj
def list_all(settings: Settings) -> None:
    """Mail that waits to be sent, and mail that was given up after a day or refused for good; the newest first."""
    zone = ZoneInfo(settings.time_zone)
    with opened_parts(settings) as worker, worker.parts.database.reading() as session:
        found = list_mail(session)

    def shown(at: datetime | None) -> str:
        return at.astimezone(zone).strftime("%Y-%m-%d %H:%M") if at else ""

    print_table(
        ("mail", "to", "about", "written", "state", "attempts", "next", "what was said"),
        [
            (
                item.id,
                item.to,
                f"{item.source_name} {' '.join(item.events)}",
                shown(item.created_at),
                "given up" if item.is_given_up else "waits",
                item.attempts,
                shown(item.due_at),
                item.error,
            )
            for item in found
        ],
        empty="Every mail was sent.",
    )
