"""The download formats, declared once for doors, documentation and the worker."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Format:
    """One format. `name` is its key and what follows the last part of a download address (`schools.excel.csv`).

    `extension` is what the saved file is called by. `is_job`: too slow for a request, made by the worker on demand.
    `max_rows` None: tables of any length; 0: the limit is the setting `xlsx_max_rows`.
    `is_for_layers`: offered for tables with a geometry only.
    """

    name: str
    extension: str
    media_type: str
    is_job: bool = False
    max_rows: int | None = None
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
            max_rows=0,
        ),
        Format("json", "json", "application/json"),
        Format("jsonl", "jsonl", "application/jsonl"),
        Format("geojson", "geojson", "application/geo+json", is_for_layers=True),
        Format("xml", "xml", "application/xml"),
        Format("parquet", "parquet", "application/vnd.apache.parquet"),
    )
}
