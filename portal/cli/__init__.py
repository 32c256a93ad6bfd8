"""The command line `portal`."""

import click


@click.group()
def main() -> None:
    """Run and look after the portal."""
