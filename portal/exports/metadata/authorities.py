"""Our closed vocabularies in those of the European Publications Office, which DCAT-AP asks for."""

from collections.abc import Mapping
from types import MappingProxyType

from portal.kernel.text import Language
from portal.kernel.vocab import Openness, UpdateCycle

AUTHORITY = "http://publications.europa.eu/resource/authority/"
DATA_THEMES = f"{AUTHORITY}data-theme"
COUNTRY = f"{AUTHORITY}country/CHN"
MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"

FREQUENCIES: Mapping[UpdateCycle, str] = MappingProxyType(
    {
        UpdateCycle.REALTIME: "UPDATE_CONT",
        UpdateCycle.DAILY: "DAILY",
        UpdateCycle.WEEKLY: "WEEKLY",
        UpdateCycle.MONTHLY: "MONTHLY",
        UpdateCycle.QUARTERLY: "QUARTERLY",
        UpdateCycle.HALF_YEARLY: "ANNUAL_2",
        UpdateCycle.YEARLY: "ANNUAL",
        UpdateCycle.IRREGULAR: "IRREG",
        UpdateCycle.NEVER: "NEVER",
        UpdateCycle.UNKNOWN: "UNKNOWN",
    }
)
ACCESS_RIGHTS: Mapping[Openness, str] = MappingProxyType(
    {Openness.UNCONDITIONAL: "PUBLIC", Openness.CONDITIONAL: "RESTRICTED", Openness.CLOSED: "NON_PUBLIC"}
)
LANGUAGES: Mapping[Language, str] = MappingProxyType({Language.ZH: "ZHO", Language.EN: "ENG"})
FILE_TYPES: Mapping[str, str] = MappingProxyType(
    {
        name: name.upper()
        for name in ("csv", "json", "geojson", "xlsx", "xls", "xml", "pdf", "zip", "docx", "html", "txt", "rtf")
    }
)
THEMES: Mapping[str, tuple[str, str]] = MappingProxyType(  # our theme → code and English label
    {
        "education": ("EDUC", "Education, culture and sport"),
        "health": ("HEAL", "Health"),
        "transport": ("TRAN", "Transport"),
        "environment": ("ENVI", "Environment"),
        "housing": ("REGI", "Regions and cities"),
        "finance": ("ECON", "Economy and finance"),
        "business": ("ECON", "Economy and finance"),
        "employment": ("SOCI", "Population and society"),
        "culture": ("EDUC", "Education, culture and sport"),
        "food": ("AGRI", "Agriculture, fisheries, forestry and food"),
        "weather": ("ENVI", "Environment"),
        "safety": ("JUST", "Justice, legal system and public safety"),
        "justice": ("JUST", "Justice, legal system and public safety"),
        "agriculture": ("AGRI", "Agriculture, fisheries, forestry and food"),
        "science": ("TECH", "Science and technology"),
        "energy": ("ENER", "Energy"),
        "government": ("GOVE", "Government and public sector"),
        "society": ("SOCI", "Population and society"),
    }
)


def authority(kind: str, code: str) -> str:
    """The address of a concept: `frequency`, `DAILY`."""
    return f"{AUTHORITY}{kind}/{code}"
