"""What the sample district deposits: written resources, and as many made-up ones as a benchmark wants."""

from ..shapes import Resource
from .hazardous import hazardous_resources
from .living import living_resources
from .public import public_resources
from .synthetic import synthetic_resources
from .trade import trade_resources
from .traffic import traffic_resources


def all_resources(*, big_rows: int, at_least: int = 0, tables: bool = True) -> tuple[Resource, ...]:
    """Written resources first, then made-up ones until there are `at_least` so many."""
    written = (
        *living_resources(),
        *traffic_resources(big_rows),
        *trade_resources(),
        *public_resources(),
        *hazardous_resources(),
    )
    return (*written, *synthetic_resources(max(0, at_least - len(written)), tables=tables))
