"""`portal key …`: API keys of registered callers."""

from datetime import UTC, datetime, timedelta

import click

from portal.accounts import KeyView, create_key, list_keys, revoke_key
from portal.cli.parts import opened_parts
from portal.cli.tables import print_table
from portal.kernel.vocab import Tier
from portal.settings import Settings, site_secret


@click.group()
def key() -> None:
    """API keys of registered callers."""


@key.command("create")
@click.option("--holder", required=True, help="Whose key it is: name and how to reach them.")
@click.option(
    "--tier", type=click.Choice([tier.value for tier in Tier if tier is not Tier.ANONYMOUS]), default="registered"
)
@click.option("--days", type=click.IntRange(min=1), help="Days until it expires; never, when left out.")
@click.pass_obj
def create(settings: Settings, holder: str, tier: str, days: int | None) -> None:
    """Make a key and show it, this once."""
    now = datetime.now(UTC)
    with opened_parts(settings) as worker, worker.parts.database.transaction() as session:
        made = create_key(
            session,
            holder=holder,
            secret=site_secret(settings),
            now=now,
            tier=Tier(tier),
            expires_at=now + timedelta(days=days) if days else None,
        )
    click.echo(made.secret)
    click.echo(f"Key {made.id} for {holder}. It is shown this once; send it as `Authorization: Bearer …`.", err=True)


@key.command("list")
@click.pass_obj
def list_all(settings: Settings) -> None:
    """All keys, without their secrets."""
    with opened_parts(settings) as worker, worker.parts.database.reading() as session:
        keys = list_keys(session)
    print_table(
        ("id", "prefix", "holder", "tier", "created", "expires", "revoked"),
        [
            (
                k.id,
                k.prefix,
                k.holder,
                _whose(k),
                _day(k.created_at),
                _day(k.expires_at),
                _day(k.revoked_at),
            )
            for k in keys
        ],
        empty="There is no key; `portal key create` makes one.",
    )


@key.command("revoke")
@click.argument("key_id", metavar="KEY")
@click.pass_obj
def revoke(settings: Settings, key_id: str) -> None:
    """Take a key back, from this moment."""
    with opened_parts(settings) as worker, worker.parts.database.transaction() as session:
        revoke_key(session, key_id, datetime.now(UTC))
    click.echo(f"Key {key_id} is revoked.")


def _whose(key: KeyView) -> str:
    return key.tier.value if key.tier else f"account {key.account_id}"


def _day(instant: datetime | None) -> str:
    return f"{instant:%Y-%m-%d}" if instant else ""
