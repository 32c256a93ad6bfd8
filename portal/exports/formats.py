"""The download formats, declared once for doors, documentation and the worker."""

from dataclasses import dataclass

_LONG_CELLS = 200_000_000  # written in some ten seconds


@dataclass(frozen=True, slots=True)
class Format:
    """One format. `name` is its key and what follows the last part of a download address (`schools.excel.csv`).

    `extension` is what the saved file is called by. `is_job`: too slow for a request, made by the worker on demand; `slowness`:
    how many times longer than others it takes. `is_for_layers`: offered for tables with a geometry only.
    """

    name: str
    extension: str
    media_type: str
    is_job: bool = False
    slowness: int = 1
    is_for_layers: bool = False


FORMATS: dict[str, Format] = {
    f.name: f
    for f in (
        Format("csv", "csv", "text/csv; charset=utf-8; header=present"),
        Format("excel.csv", "csv", "text/csv; charset=utf-8; header=present"),
        Format(
            "xlsx",
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            is_job=True,
            slowness=100,
        ),
        Format("json", "json", "application/json"),
        Format("jsonl", "jsonl", "application/jsonl"),
        Format("geojson", "geojson", "application/geo+json", is_for_layers=True),
        Format("xml", "xml", "application/xml"),
        Format("parquet", "parquet", "application/vnd.apache.parquet"),
    )
}


def is_long(cells: int, format_name: str) -> bool:
    """Whether a file takes long that is made from so many cells: rows times columns of the table that is read."""
    return cells * FORMATS[format_name].slowness > _LONG_CELLS
