"""`portal account …`: people with an account, their tiers and the roles of staff. Who decides is named and kept."""

from datetime import UTC, datetime

import click
from sqlalchemy.orm import Session

from portal.accounts.acts import Act, list_acts, record_act
from portal.accounts.directory import (
    AccountView,
    create_account,
    disable_account,
    enable_account,
    find_account_id,
    get_account,
    list_accounts,
    normal_address,
    set_roles,
    set_tier,
)
from portal.accounts.errands import RESET, note_errand
from portal.accounts.tokens import link_of_errand
from portal.cli.parts import opened_parts
from portal.cli.tables import print_table
from portal.kernel.errors import InvalidInput, NotFound
from portal.kernel.vocab import StaffRole, Tier
from portal.settings import Settings, site_secret

_TIERS = click.Choice([tier.value for tier in Tier if tier is not Tier.ANONYMOUS])
_ROLES = click.Choice([role.value for role in StaffRole])
_PERSON = click.option("--person", required=True, help="Who decides, by name; it is kept.")
_WHO = click.argument("who", metavar="ADDRESS_OR_ID")


@click.group()
def account() -> None:
    """People with an account."""


@account.command("create")
@click.option("--email", required=True, help="Address with which the person signs in.")
@click.option("--name", required=True, help="The person's or office's name.")
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", help="Language of the link that is shown.")
@_PERSON
@click.pass_obj
def create(settings: Settings, email: str, name: str, language: str, person: str) -> None:
    """Make an account and show the link, valid once and for two hours, with which its person chooses a password."""
    now = datetime.now(UTC)
    with opened_parts(settings) as worker, worker.parts.database.transaction() as session:
        made = create_account(
            session, email=email, name=name, password_hash="", language=language, now=now, actor=f"staff:{person}"
        )
        errand = note_errand(session, RESET, made.email, now, is_mailed=False)
    _show_link(settings, language, errand)
    click.echo(f"Account {made.id} for {made.email}. Hand the link to the person alone; it opens once.", err=True)


@account.command("link")
@_WHO
@_PERSON
@click.pass_obj
def link(settings: Settings, who: str, person: str) -> None:
    """Show a link, valid once and for two hours, with which the person chooses a new password; for a site without mail."""
    now = datetime.now(UTC)
    with opened_parts(settings) as worker, worker.parts.database.transaction() as session:
        found = _found(session, who)
        if found.disabled_at or not found.email:
            raise InvalidInput(
                "The account is closed or has no address; `portal account list` shows its state.", parameter="who"
            )
        errand = note_errand(session, RESET, found.email, now, is_mailed=False)
        record_act(session, found.id, Act.LINK_MADE, actor=f"staff:{person}", now=now)
    _show_link(settings, found.language, errand)
    click.echo("Hand the link to the person alone; it opens once.", err=True)


@account.command("list")
@click.pass_obj
def list_all(settings: Settings) -> None:
    """The newest two hundred accounts."""
    with opened_parts(settings) as worker, worker.parts.database.reading() as session:
        found = list_accounts(session)
    print_table(
        ("id", "address", "name", "tier", "roles", "second factor", "created", "state"),
        [
            (a.id, a.email, a.name, a.tier.value, " ".join(sorted(a.roles)), "yes" if a.has_second_factor else "no",
             f"{a.created_at:%Y-%m-%d}", "deleted" if a.deleted_at else "disabled" if a.disabled_at else "open")
            for a in found
        ],
        empty="There is no account; people register at the page, or `portal account create` makes one.",
    )  # fmt: skip


@account.command("show")
@_WHO
@click.pass_obj
def show(settings: Settings, who: str) -> None:
    """What was done with an account, the newest first."""
    with opened_parts(settings) as worker, worker.parts.database.reading() as session:
        acts = list_acts(session, _found(session, who).id, 200)
    rows = [(f"{act.done_at:%Y-%m-%d %H:%M}", act.act, act.actor, str(dict(act.detail) or "")) for act in acts]
    print_table(("when (UTC)", "what", "by", "detail"), rows, empty="Nothing was done with it.")


@account.command("tier")
@_WHO
@click.argument("tier", type=_TIERS)
@_PERSON
@click.pass_obj
def change_tier(settings: Settings, who: str, tier: str, person: str) -> None:
    """Set the tier of an account; its keys have it from this moment."""
    with opened_parts(settings) as worker, worker.parts.database.transaction() as session:
        found = _found(session, who)
        set_tier(session, found.id, Tier(tier), person=person, now=datetime.now(UTC))
    click.echo(f"{found.email} is {tier} now.")


@account.command("role")
@_WHO
@click.option("--grant", type=_ROLES, multiple=True, help="A role to give; may be repeated.")
@click.option("--revoke", type=_ROLES, multiple=True, help="A role to take; may be repeated.")
@_PERSON
@click.pass_obj
def change_roles(settings: Settings, who: str, grant: tuple[str, ...], revoke: tuple[str, ...], person: str) -> None:
    """Give or take roles of staff; the person is signed out everywhere."""
    with opened_parts(settings) as worker, worker.parts.database.transaction() as session:
        found = _found(session, who)
        roles = (found.roles | {StaffRole(role) for role in grant}) - {StaffRole(role) for role in revoke}
        set_roles(session, found.id, roles, person=person, now=datetime.now(UTC))
    click.echo(f"{found.email} has the roles: {', '.join(sorted(roles)) or '(none)'}.")


@account.command("disable")
@_WHO
@click.option("--lift", is_flag=True, help="Take it back.")
@_PERSON
@click.pass_obj
def disable(settings: Settings, who: str, *, lift: bool, person: str) -> None:
    """Nobody signs in with the account and no key of it opens anything, from this moment."""
    with opened_parts(settings) as worker, worker.parts.database.transaction() as session:
        found = _found(session, who)
        (enable_account if lift else disable_account)(session, found.id, person=person, now=datetime.now(UTC))
    click.echo(f"{found.email} is {'open again' if lift else 'disabled'}.")


def _show_link(settings: Settings, language: str, errand: str) -> None:
    link = link_of_errand(errand, site_secret(settings))
    click.echo(f"{settings.base_url.rstrip('/')}/{language}/account/link?link={link}")


def _found(session: Session, who: str) -> AccountView:
    account_id = find_account_id(session, normal_address(who)) if "@" in who else who
    if account_id is None:
        raise NotFound(f"There is no account with the address {who[:254]}; `portal account list` shows them.")
    return get_account(session, account_id)
