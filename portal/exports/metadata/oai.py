"""Answers of OAI-PMH 2.0 (https://www.openarchives.org/OAI/openarchivesprotocol.html) as XML: headers, records, lists."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from urllib.parse import urlsplit
from xml.etree import ElementTree as Xml

from portal.catalogue.datestamps import Stamped
from portal.catalogue.views import DatasetView
from portal.exports.metadata.dcat import plain_words
from portal.exports.metadata.dcat_catalogue import SYNTAXES, describe_one, write_graph
from portal.exports.metadata.offers import is_for_all, list_offers
from portal.exports.metadata.site import Site, web_address
from portal.kernel.text import Language, Text

OAI = "http://www.openarchives.org/OAI/2.0/"
OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
DC = "http://purl.org/dc/elements/1.1/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_IDENTIFIERS = "http://www.openarchives.org/OAI/2.0/oai-identifier"

FORMATS: Mapping[str, tuple[str, str]] = MappingProxyType(  # prefix → schema, namespace
    {
        "oai_dc": ("http://www.openarchives.org/OAI/2.0/oai_dc.xsd", OAI_DC),
        "dcat": ("https://www.w3.org/2000/07/rdf.xsd", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
    }
)
for _prefix, _namespace in (("oai_dc", OAI_DC), ("dc", DC), ("xsi", XSI), ("oai-identifier", _IDENTIFIERS)):
    Xml.register_namespace(_prefix, _namespace)
for _prefix, _namespace in (
    ("dcat", "http://www.w3.org/ns/dcat#"),
    ("dct", "http://purl.org/dc/terms/"),
    ("foaf", "http://xmlns.com/foaf/0.1/"),
    ("skos", "http://www.w3.org/2004/02/skos/core#"),
    ("vcard", "http://www.w3.org/2006/vcard/ns#"),
    ("spdx", "http://spdx.org/rdf/terms#"),
):
    Xml.register_namespace(_prefix, _namespace)

Element = Xml.Element


def identifier_of(site: Site, dataset_id: str) -> str:
    """The name of a dataset's record."""
    return f"oai:{urlsplit(site.base).hostname}:{dataset_id}"


def dataset_of(site: Site, identifier: str) -> str:
    """The dataset that a record's name names; empty when it is none of ours."""
    head = identifier_of(site, "")
    return identifier.removeprefix(head) if identifier.startswith(head) else ""


def oai_instant(when: datetime) -> str:
    """A datestamp, to the second, in UTC."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def element(name: str, text: str = "", *children: Element, **attributes: str) -> Element:
    """An element of the protocol, whose namespace is that of the whole answer."""
    made = Element(name, {key: plain_words(value) for key, value in attributes.items()})
    made.text = plain_words(text) or None
    made.extend(children)
    return made


def identify(site: Site, earliest: datetime) -> Element:
    """Who we are. Deletions are kept for good."""
    host = urlsplit(site.base).hostname or "localhost"
    named = Element(f"{{{_IDENTIFIERS}}}oai-identifier")
    named.set(f"{{{XSI}}}schemaLocation", f"{_IDENTIFIERS} {_IDENTIFIERS}.xsd")
    for name, text in (
        ("scheme", "oai"),
        ("repositoryIdentifier", host),
        ("delimiter", ":"),
        ("sampleIdentifier", identifier_of(site, "abcdefghijklmnop")),
    ):
        Xml.SubElement(named, f"{{{_IDENTIFIERS}}}{name}").text = text
    return element(
        "Identify",
        "",
        element("repositoryName", site.name.shown(Language.EN).value),
        element("baseURL", f"{site.base}/oai"),
        element("protocolVersion", "2.0"),
        element("adminEmail", site.contact_mail or f"postmaster@{host}"),
        element("earliestDatestamp", oai_instant(earliest)),
        element("deletedRecord", "persistent"),
        element("granularity", "YYYY-MM-DDThh:mm:ssZ"),
        element("description", "", named),
    )


def list_formats() -> Element:
    """The forms in which every record is offered."""
    formats = (
        element(
            "metadataFormat",
            "",
            element("metadataPrefix", prefix),
            element("schema", schema),
            element("metadataNamespace", namespace),
        )
        for prefix, (schema, namespace) in FORMATS.items()
    )
    return element("ListMetadataFormats", "", *formats)


def list_sets(sets: Iterable[tuple[str, Text]]) -> Element:
    """Departments and themes: specification and name of each."""
    listed = (
        element("set", "", element("setSpec", spec), element("setName", _both(name) or spec)) for spec, name in sets
    )
    return element("ListSets", "", *listed)


def header(stamp: Stamped, view: DatasetView | None, site: Site) -> Element:
    """The header of a record; of one that is gone its name and the date alone."""
    lines = [
        element("identifier", identifier_of(site, stamp.dataset_id)),
        element("datestamp", oai_instant(stamp.at)),
    ]
    if view is None:
        return element("header", "", *lines, status="deleted")
    sets = (f"publisher:{view.card.publisher_slug}", *(f"theme:{slug}" for slug in view.card.theme_slugs))
    return element("header", "", *lines, *(element("setSpec", spec) for spec in sets))


def record(stamp: Stamped, view: DatasetView | None, prefix: str, site: Site) -> Element:
    """A record; of one that is gone the header alone."""
    top = header(stamp, view, site)
    if view is None:
        return element("record", "", top)
    told = _dublin_core(view, site) if prefix == "oai_dc" else _rdf(view, site)
    return element("record", "", top, element("metadata", "", told))


def write_answer(body: Element, *, site: Site, arguments: Mapping[str, str], now: str) -> bytes:
    """The whole answer: when, to what, and the body (an error among them)."""
    root = element(
        "OAI-PMH",
        "",
        element("responseDate", now),
        element("request", f"{site.base}/oai", **arguments),
        body,
    )
    root.set("xmlns", OAI)
    root.set(f"{{{XSI}}}schemaLocation", f"{OAI} http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd")
    written: bytes = Xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _rdf(view: DatasetView, site: Site) -> Element:
    return Xml.fromstring(write_graph(describe_one(view, site), SYNTAXES["rdf"]))  # noqa: S314 - written by ourselves


def _dublin_core(view: DatasetView, site: Site) -> Element:
    root = Element(f"{{{OAI_DC}}}dc")
    root.set(f"{{{XSI}}}schemaLocation", f"{OAI_DC} {FORMATS['oai_dc'][0]}")
    card = view.card

    def add(name: str, text: str, language: Language | None = None) -> None:
        if kept := plain_words(text):
            made = Xml.SubElement(root, f"{{{DC}}}{name}")
            made.text = kept
            if language:
                made.set(_LANG, language.value)

    for name, text in (("title", card.title), ("description", card.description), ("publisher", card.publisher_name)):
        for language in text.languages:
            add(name, text.shown(language).value, language)
    for language, keywords in view.keywords.items():
        for keyword in keywords:
            add("subject", keyword, language)
    for theme in view.themes:
        for language in theme.name.languages:
            add("subject", theme.name.shown(language).value, language)
    add("date", (view.version.data_modified_at or card.modified_at).date().isoformat())
    add("type", "Dataset")
    add("identifier", site.resource(card.id))
    add("identifier", site.page(Language.ZH, card.id))
    for media_type in dict.fromkeys(offer.media_type for offer in list_offers(view, site) if offer.media_type):
        add("format", media_type)
    for tag in card.languages:
        add("language", tag.value)
    add("rights", web_address(view.licence) or view.licence or site.terms(Language.ZH))
    add("rights", "public" if is_for_all(view) else f"restricted {view.open_condition}".strip())
    return root


def _both(text: Text) -> str:
    return " / ".join(text.shown(language).value for language in text.languages)
