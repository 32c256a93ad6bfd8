"""Which formats a table is offered in: declared once, for pages, API and downloads."""

from portal.exports.formats import FORMATS, Format
from portal.kernel.columns import TableSchema
from portal.tables.geometry import geometry_columns


def offered_formats(schema: TableSchema | None) -> tuple[Format, ...]:
    """The formats that a table can be had in, however long it is: a layer as GeoJSON first, then as in FORMATS."""
    is_layer = schema is not None and bool(geometry_columns(schema.columns))
    able = [made for made in FORMATS.values() if is_layer or not made.is_for_layers]
    able.sort(key=lambda made: not made.is_for_layers)
    return tuple(able)
