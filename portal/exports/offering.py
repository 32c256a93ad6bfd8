"""Which formats a table is offered in: declared once, for pages, API and downloads."""

from portal.exports.formats import FORMATS, Format
from portal.kernel.columns import TableSchema
from portal.settings import Settings
from portal.tables.geometry import geometry_columns


def most_rows(format_name: str, settings: Settings) -> int | None:
    """Rows up to which a format is offered; None: any number."""
    declared = FORMATS[format_name].max_rows
    return settings.xlsx_max_rows if declared == 0 else declared


def offered_formats(row_count: int | None, schema: TableSchema | None, settings: Settings) -> tuple[Format, ...]:
    """The formats that a table of so many rows can be had in: a layer as GeoJSON first, the others in the order of FORMATS."""
    is_layer = schema is not None and bool(geometry_columns(schema.columns))
    able = [made for made in FORMATS.values() if is_layer or not made.is_for_layers]
    able.sort(key=lambda made: not made.is_for_layers)
    limits = ((made, most_rows(made.name, settings)) for made in able)
    return tuple(made for made, most in limits if most is None or row_count is None or row_count <= most)
