"""Format labels as sources write them, as one name per format. Pure; an unknown label is kept and named as unknown."""

import re
from dataclasses import dataclass

_ALIASES: dict[str, tuple[str, ...]] = {
    "CSV": ("csv", "text/csv", "application/csv", "text/comma-separated-values"),
    "TSV": ("tsv", "tab", "text/tab-separated-values"),
    "XLSX": (
        "xlsx", "xslx", "xsls", "excel2007",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    "XLS": ("xls", "excel", "application/vnd.ms-excel", "application/msexcel", "application/x-excel"),
    "ODS": ("ods", "application/vnd.oasis.opendocument.spreadsheet"),
    "JSON": ("json", "application/json", "text/json"),
    "JSONL": ("jsonl", "ndjson", "application/x-ndjson", "application/jsonl"),
    "GeoJSON": ("geojson", "application/geo+json", "application/vnd.geo+json"),
    "XML": ("xml", "text/xml", "application/xml"),
    "GML": ("gml", "application/gml+xml"),
    "KML": ("kml", "application/vnd.google-earth.kml+xml"),
    "KMZ": ("kmz", "application/vnd.google-earth.kmz"),
    "SHP": ("shp", "shapefile", "esri shapefile"),
    "GPKG": ("gpkg", "geopackage", "application/geopackage+sqlite3"),
    "RSS": ("rss", "application/rss+xml"),
    "PDF": ("pdf", "application/pdf"),
    "DOCX": ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "DOC": ("doc", "word", "application/msword"),
    "TXT": ("txt", "text", "text/plain"),
    "HTML": ("html", "htm", "text/html", "web page", "网页"),
    "ZIP": ("zip", "application/zip", "application/x-zip-compressed"),
    "GZIP": ("gz", "gzip", "application/gzip"),
    "7Z": ("7z", "application/x-7z-compressed"),
    "RAR": ("rar", "application/x-rar-compressed", "application/vnd.rar"),
    "Parquet": ("parquet", "application/vnd.apache.parquet"),
    "API": ("api", "rest", "service", "接口"),
    "PNG": ("png", "image/png"),
    "JPEG": ("jpg", "jpeg", "image/jpeg"),
}  # fmt: skip
_NAMES = {alias: name for name, aliases in _ALIASES.items() for alias in aliases}


@dataclass(frozen=True, slots=True)
class FormatName:
    """`name`: our name of the format; for an unknown one the label in upper case. "" when nothing was stated."""

    name: str
    is_known: bool


def read_format(label: str) -> FormatName:
    """The format of a label such as `csv`, `"CSV "`, `.xlsx`, `text/csv; charset=gbk`, `Excel (.xlsx)`."""
    plain = label.partition(";")[0].strip().casefold()
    if not plain:
        return FormatName("", is_known=False)
    inner = re.fullmatch(r".*\(\s*\.?([a-z0-9]+)\s*\)", plain)
    for candidate in (plain, plain.lstrip("*."), inner.group(1) if inner else ""):
        if candidate in _NAMES:
            return FormatName(_NAMES[candidate], is_known=True)
    return FormatName(label.strip().upper()[:40], is_known=False)


def format_of_name(file_name: str) -> FormatName:
    """The format that the end of a file name claims."""
    _, dot, ending = file_name.rpartition(".")
    return read_format(ending) if dot else FormatName("", is_known=False)
