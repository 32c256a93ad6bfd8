"""Which formats a table is offered in: declared once, for pages, API and downloads."""

from portal.exports.formats import FORMATS, Format
from portal.settings import Settings


def most_rows(format_name: str, settings: Settings) -> int | None:
    """Rows up to which a format is offered; None: any number."""
    declared = FORMATS[format_name].max_rows
    return settings.xlsx_max_rows if declared == 0 else declared


def offered_formats(row_count: int | None, settings: Settings) -> tuple[Format, ...]:
    """The formats that a table of so many rows can be had in, in the order of FORMATS."""
    limits = ((made, most_rows(made.name, settings)) for made in FORMATS.values())
    return tuple(made for made, most in limits if most is None or row_count is None or row_count <= most)
