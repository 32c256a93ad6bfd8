"""`portal serve` and `portal worker`: the two processes of the portal without a server to install."""

import errno
import os
import signal
import socket
import sys
from typing import TYPE_CHECKING

import click
from waitress.server import BaseWSGIServer, create_server

from portal.cli.raw_addresses import take_raw_addresses
from portal.db.migrating import check_schema
from portal.settings import Settings
from portal.tables.waiting import WEB_THREADS
from portal.wiring import web_parts

if TYPE_CHECKING:
    from flask import Flask


@click.command()
@click.option("--host", envvar="HOST", default="127.0.0.1", show_default=True)
@click.option("--port", envvar="PORT", type=click.IntRange(0, 65535), default=8000, show_default=True)
@click.pass_obj
def serve(settings: Settings, host: str, port: int) -> None:
    """Serve the site with waitress. Ctrl-C or SIGTERM ends it."""
    # The doors take a third of a second to import, which no other command need spend.
    from portal.app import create_app  # noqa: PLC0415

    check_port(host, port)
    parts = web_parts(settings)
    check_schema(parts.database)
    server = open_server(create_app(parts), host, port)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    click.echo(f"Serving at http://{host}:{server.effective_port}")
    try:
        server.run()
    finally:
        server.close()
        parts.jobs.close()
        parts.database.dispose()


def open_server(app: "Flask", host: str, port: int) -> BaseWSGIServer:
    """waitress, listening. What a proxy forwards is handed to the application, which trusts it by `trusted_proxies` alone:
    without that, everybody behind a proxy would be one caller."""
    sockets: dict[int, object] = {}
    server = create_server(
        app,
        map=sockets,
        host=host,
        port=port,
        threads=WEB_THREADS,
        ident="waitress",
        clear_untrusted_proxy_headers=False,
    )
    take_raw_addresses(sockets)
    return server


@click.command()
def worker() -> None:
    """Run the worker: purges, index, files, house-keeping. Ctrl-C or SIGTERM ends it after the step at hand."""
    os.execv(sys.executable, [sys.executable, "-m", "portal.worker"])  # noqa: S606 - becomes that process


def check_port(host: str, port: int) -> None:
    """Raise ClickException with a sentence when the port cannot be had."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise click.ClickException(
                    f"Port {port} of {host} is taken by another program. Stop it, or choose another: "
                    f"--port {port + 1} (make run PORT={port + 1})."
                ) from error
            raise click.ClickException(f"Port {port} of {host} cannot be used: {error.strerror}.") from error
