"""The root of `portal`: groups, and one place where errors become a sentence and an exit code."""

from typing import Any

import click
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from harvesters.errors import HarvestError
from portal.cli import (
    accounts,
    bundles,
    database,
    datasets,
    demo,
    grants,
    harvests,
    held,
    index,
    keys,
    mail,
    objections,
    reading,
    serving,
    sources,
)
from portal.kernel.errors import PortalError
from portal.kernel.masking import masked
from portal.logs import set_up_logs
from portal.settings import Settings, SettingsError


class _Portal(click.Group):
    """Turns what people can act on into a sentence; the rest into a sentence too, and a log entry with the traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (PortalError, HarvestError) as error:
            raise click.ClickException(str(error)) from error
        except SQLAlchemyError as error:
            raise click.ClickException(_about_database(error)) from error
        except OSError as error:
            raise click.ClickException(f"{error.strerror or error}: {error.filename or ''}".rstrip(": ")) from error


def _about_database(error: SQLAlchemyError) -> str:
    said = str(error.orig).splitlines()[0] if isinstance(error, DBAPIError) and error.orig else type(error).__name__
    if "no such table" in said or "does not exist" in said:
        return f"The database has no current schema ({said}). Run `portal db migrate`."
    if "unable to open database file" in said:
        return "There is no database in PORTAL_VAR_DIR yet. Run `portal db migrate`, or `make run` for the sample."
    if isinstance(error, ArgumentError):
        return "PORTAL_DATABASE_URL is not an address such as postgresql+psycopg://user:password@host/name. Correct it."
    return f"The database cannot be used: {masked(said)}"


@click.group(cls=_Portal, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="district-data-portal")
@click.pass_context
def main(context: click.Context) -> None:
    """Run and look after the portal. Settings come from PORTAL_… variables, see docs/settings.md."""
    try:
        settings = Settings.from_environment()
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    set_up_logs(settings.log_level if context.invoked_subcommand in {"worker", "serve"} else "WARNING")
    context.obj = settings


main.add_command(database.database, "db")
main.add_command(database.store)
main.add_command(sources.source)
main.add_command(harvests.harvest)
main.add_command(held.held)
main.add_command(reading.read)
main.add_command(datasets.withdraw)
main.add_command(datasets.lift)
main.add_command(keys.key)
main.add_command(accounts.account)
main.add_command(bundles.bundle)
main.add_command(index.index)
main.add_command(mail.mail)
main.add_command(objections.objection)
main.add_command(grants.application)
main.add_command(grants.grant)
main.add_command(grants.agreement)
main.add_command(serving.worker)
main.add_command(serving.serve)
main.add_command(demo.demo)
