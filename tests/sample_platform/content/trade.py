"""Written below."""

from ..shapes import Resource


def trade_resources() -> tuple[Resource, ...]:
    return ()
