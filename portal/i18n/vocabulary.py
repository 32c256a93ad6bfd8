"""The closed vocabularies in words: (vocabulary, code) → message id. Unknown codes are shown as they are."""

from collections.abc import Mapping
from types import MappingProxyType

from portal.i18n.messages import translate
from portal.kernel.text import Language

VOCABULARY: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("openness", "unconditional"): "Open to everyone",
        ("openness", "conditional"): "Open on application",
        ("openness", "closed"): "Not open",
        ("cycle", "realtime"): "Real time",
        ("cycle", "daily"): "Daily",
        ("cycle", "weekly"): "Weekly",
        ("cycle", "monthly"): "Monthly",
        ("cycle", "quarterly"): "Quarterly",
        ("cycle", "half_yearly"): "Every half-year",
        ("cycle", "yearly"): "Yearly",
        ("cycle", "irregular"): "Irregular",
        ("cycle", "never"): "Not updated any more",
        ("cycle", "unknown"): "Not stated",
        ("language", "zh"): "Chinese",
        ("language", "en"): "English",
        ("grade", "general"): "General data",
        ("grade", "important"): "Important data",
        ("grade", "core"): "Core data",
        ("type", "text"): "Text",
        ("type", "integer"): "Whole number",
        ("type", "number"): "Number",
        ("type", "boolean"): "Yes or no",
        ("type", "date"): "Date",
        ("type", "datetime"): "Date and time",
        ("type", "geometry"): "Geometry (WGS 84)",
        ("geometry", "Point"): "Point",
        ("geometry", "MultiPoint"): "Points",
        ("geometry", "LineString"): "Line",
        ("geometry", "MultiLineString"): "Lines",
        ("geometry", "Polygon"): "Area",
        ("geometry", "MultiPolygon"): "Areas",
        ("geometry", "GeometryCollection"): "Collection of geometries",
        ("action", "publish"): "Published as delivered",
        ("action", "mask"): "Masked",
        ("action", "drop"): "Not published",
        ("action", "generalise"): "Generalised",
        ("action", "suppress"): "Small counts left out",
        ("format", "csv"): "CSV",
        ("format", "excel.csv"): "CSV for Excel",
        ("format", "geojson"): "GeoJSON",
        ("format", "xlsx"): "Excel workbook",
        ("format", "json"): "JSON",
        ("format", "jsonl"): "JSON Lines",
        ("format", "parquet"): "Parquet",
        ("format", "original"): "Original file",
        ("tier", "anonymous"): "Anonymous",
        ("tier", "registered"): "Registered",
        ("tier", "verified"): "Verified",
        ("tier", "partner"): "Partner",
        ("budget", "pages"): "Pages",
        ("budget", "catalogue"): "Catalogue",
        ("budget", "rows"): "Rows",
        ("budget", "exports"): "Bytes of files",
        ("budget", "files"): "Downloading files",
        ("budget", "objections"): "Objections",
        ("objection", "personal"): "It holds personal information about me",
        ("objection", "privacy"): "It lets people find out about my private life",
        ("objection", "business"): "It holds a business secret of mine",
        ("objection", "wrong"): "What it says about me is wrong",
        ("sort", "relevance"): "Relevance",
        ("sort", "modified"): "Last updated",
        ("sort", "popularity"): "Most used",
    }
)


def label(language: Language, vocabulary: str, code: str) -> str:
    """The words for a code in a language; the code itself when it is not of the vocabulary."""
    message = VOCABULARY.get((vocabulary, code))
    return translate(language, message) if message else code
