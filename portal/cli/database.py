"""`portal db …` and `portal store …`: schema, rights and the bucket, before the first start and after each upgrade."""

import os

import click
from sqlalchemy import Connection, text

from portal.cli.parts import opened_parts
from portal.db.migrating import migrate
from portal.db.roles import grant_rights
from portal.settings import Settings
from portal.storage.buckets import prepare_bucket

WEB_ROLE, WORKER_ROLE = "portal_web", "portal_worker"


@click.group()
def database() -> None:
    """The catalogue database."""


@database.command("migrate")
@click.pass_obj
def migrate_database(settings: Settings) -> None:
    """Create the schema, or bring it up to date. Doing it twice does no harm."""
    with opened_parts(settings) as worker:
        migrate(worker.parts.database)
    click.echo("The database has the current schema.")


@database.command("roles")
@click.pass_obj
def grant_roles(settings: Settings) -> None:
    """Create the roles of the web process and the worker, and give each exactly its rights (PostgreSQL).

    Passwords come from WEB_DATABASE_PASSWORD and WORKER_DATABASE_PASSWORD; without them a role keeps its own.
    """
    with opened_parts(settings) as worker:
        if worker.parts.database.is_sqlite:
            click.echo("SQLite has no roles; nothing was done.")
            return
        with worker.parts.database.writing() as connection:
            _make_role(connection, WEB_ROLE, os.environ.get("WEB_DATABASE_PASSWORD", ""))
            _make_role(connection, WORKER_ROLE, os.environ.get("WORKER_DATABASE_PASSWORD", ""))
            grant_rights(connection, WEB_ROLE, WORKER_ROLE)
    click.echo(f"The roles {WEB_ROLE} and {WORKER_ROLE} have their rights.")


@click.group()
def store() -> None:
    """The store of published files."""


@store.command("prepare")
@click.pass_obj
def prepare_store(settings: Settings) -> None:
    """Create the bucket of an S3-compatible store if it is missing; nothing for a local directory."""
    if not settings.store_url:
        click.echo("Published files lie in a local directory; nothing was done.")
        return
    prepare_bucket(
        settings.store_url,
        endpoint=settings.store_endpoint,
        key=settings.store_key,
        secret=settings.store_secret,
    )
    click.echo(f"The bucket of {settings.store_url} is there.")


def _make_role(connection: Connection, role: str, password: str) -> None:
    """Create a role that may log in, or change its password; the name is one of ours, the server quotes the password."""
    is_there = connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}).scalar()
    if not is_there:
        connection.exec_driver_sql(f"CREATE ROLE {role} LOGIN")
    if password:
        quoted = connection.execute(text("SELECT quote_literal(:password)"), {"password": password}).scalar_one()
        connection.exec_driver_sql(f"ALTER ROLE {role} PASSWORD {quoted}".replace("%", "%%"))
