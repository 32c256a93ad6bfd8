"""Where the portal's things are, and what the portal is called: all that a description needs to know of the site."""

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from portal.kernel.text import Language, Text
from portal.settings import Settings

_SCHEMES = frozenset({"http", "https", "ftp", "ftps"})
_KEPT = "!#$%&'()*+,/:;=?@[]~"  # what may stand in an address as it is, RFC 3986


DESCRIPTIONS = (  # name of the document, media type, what it is called: the same in both languages
    ("ttl", "text/turtle", "DCAT-AP (Turtle)"),
    ("rdf", "application/rdf+xml", "DCAT-AP (RDF/XML)"),
    ("jsonld", "application/ld+json", "DCAT-AP (JSON-LD)"),
    ("schema.jsonld", "application/ld+json", "schema.org"),
    ("croissant.json", "application/ld+json", "Croissant"),
    ("datapackage.json", "application/json", "Data Package"),
)


@dataclass(frozen=True, slots=True)
class Site:
    """One portal. `base` has no slash at its end; `contact_mail` may be empty."""

    base: str
    name: Text
    contact_mail: str = ""

    @classmethod
    def of(cls, settings: Settings) -> "Site":
        """The site as it is configured."""
        name = Text.of(settings.site_name_zh, settings.site_name_en)
        return cls(settings.base_url.rstrip("/"), name, settings.contact_mail)

    def resource(self, ref: str) -> str:
        """The dataset itself, of which the pages and files tell: its name in linked data."""
        return f"{self.base}/dataset/{ref}"

    def document(self, ref: str, name: str) -> str:
        """A description of the dataset: `ttl`, `rdf`, `jsonld` follow a dot, the others are files of it."""
        return f"{self.resource(ref)}{'.' if '.' not in name else '/'}{name}"

    def documents(self, ref: str) -> tuple[tuple[str, str, str], ...]:
        """Address, media type and name of every description of the dataset."""
        return tuple((self.document(ref, name), kind, called) for name, kind, called in DESCRIPTIONS)

    def page(self, language: Language, ref: str) -> str:
        """The page for people."""
        return f"{self.base}/{language.value}/dataset/{ref}"

    def terms(self, language: Language) -> str:
        """The terms of use."""
        return f"{self.base}/{language.value}/terms"

    def publisher(self, slug: str) -> str:
        """A department, as linked data names it."""
        return f"{self.base}/api/v1/publishers/{quote(slug)}"

    def theme(self, slug: str) -> str:
        """A theme, as linked data names it."""
        return f"{self.base}/api/v1/themes/{quote(slug)}"

    @property
    def themes(self) -> str:
        """The scheme of all themes."""
        return f"{self.base}/api/v1/themes"

    def download(self, ref: str, part: str, format_name: str) -> str:
        """A file."""
        return f"{self.base}/download/{ref}/{quote(part)}.{format_name}"

    def table(self, ref: str, part: str) -> str:
        """A table in the API."""
        return f"{self.base}/api/v1/datasets/{ref}/tables/{quote(part)}"


def web_address(text: str) -> str:
    """An address from elsewhere with everything escaped that may not stand in one; empty when it leads nowhere."""
    try:
        is_known = urlsplit(text.strip()).scheme.lower() in _SCHEMES
    except ValueError:
        return ""
    return quote(text.strip(), safe=_KEPT) if is_known else ""
