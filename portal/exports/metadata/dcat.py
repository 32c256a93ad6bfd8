"""One dataset as statements of DCAT-AP 3 (https://semiceu.github.io/DCAT-AP/releases/3.0.0/).

Both languages stand as literals with their tag. Nothing has a blank node, so that two documents can be compared and merged.
"""

import re
from datetime import datetime
from urllib.parse import quote

from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, FOAF, RDF, RDFS, SKOS, XSD
from rdflib.term import Node

from portal.catalogue.views import DatasetView
from portal.exports.metadata import authorities
from portal.exports.metadata.offers import Offer, list_offers
from portal.exports.metadata.site import Site, web_address
from portal.kernel.text import Language, Text
from portal.kernel.vocab import PartKind

DCAT = Namespace("http://www.w3.org/ns/dcat#")  # version 3, of which rdflib knows the second
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
ADMS = Namespace("http://www.w3.org/ns/adms#")
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
# what XML 1.0 cannot hold, and what UTF-8 cannot: RDF/XML is made of the same statements as the others
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def new_graph() -> Graph:
    """An empty graph that knows the prefixes people expect."""
    graph = Graph(bind_namespaces="none")
    for prefix, namespace in (
        ("dcat", DCAT),
        ("dct", DCTERMS),
        ("foaf", FOAF),
        ("skos", SKOS),
        ("rdf", RDF),
        ("rdfs", RDFS),
        ("xsd", XSD),
        ("vcard", VCARD),
        ("spdx", SPDX),
        ("adms", ADMS),
        ("hydra", HYDRA),
    ):
        graph.bind(prefix, namespace)
    return graph


def plain_words(text: str) -> str:
    """The text without what XML cannot hold."""
    return _NOT_IN_XML.sub("", text)


def words(text: str, language: Language | None = None) -> Literal:
    """A literal that every syntax can hold."""
    return Literal(plain_words(text), lang=language.value if language else None)


def instant(when: datetime) -> Literal:
    """A point in time, in UTC."""
    return Literal(when.isoformat().replace("+00:00", "Z"), datatype=XSD.dateTime, normalize=False)


def add_text(graph: Graph, node: Node, predicate: URIRef, text: Text, fallback: str = "") -> None:
    """Each language there is; the fallback without a language where there is none."""
    for language in text.languages:
        if wording := text.wording(language):
            graph.add((node, predicate, words(wording.value, language)))
    if not text.languages and fallback:
        graph.add((node, predicate, words(fallback)))


def add_dataset(graph: Graph, view: DatasetView, site: Site) -> URIRef:
    """All statements about a dataset, its publisher, themes and distributions. Answers its name."""
    card = view.card
    ref = card.id if view.is_current else f"{card.id}@v{view.version.number}"
    node = URIRef(site.resource(ref))
    graph.add((node, RDF.type, DCAT.Dataset))
    graph.add((node, DCTERMS.identifier, words(ref)))
    _add_words(graph, node, view)
    _add_dates(graph, node, view)
    _add_terms(graph, node, view, site)
    _add_people(graph, node, view, site)
    add_themes(graph, node, view, site)
    _add_pages(graph, node, ref, site)
    if not view.is_current:
        graph.add((node, DCAT.isVersionOf, URIRef(site.resource(card.id))))
    for offer in list_offers(view, site):
        graph.add((node, DCAT.distribution, _add_offer(graph, node, offer, view, site)))
    return node


def _add_words(graph: Graph, node: URIRef, view: DatasetView) -> None:
    card = view.card
    add_text(graph, node, DCTERMS.title, card.title, card.id)
    add_text(graph, node, DCTERMS.description, card.description if card.description.languages else card.title, card.id)
    for language, keywords in view.keywords.items():
        for keyword in keywords:
            graph.add((node, DCAT.keyword, words(keyword, language)))
    for language in card.languages:
        add_typed(graph, node, DCTERMS.language, _code("language", authorities.LANGUAGES[language]), "LinguisticSystem")
    graph.add((node, DCAT.version, words(str(view.version.number))))
    if view.resource_code:
        graph.add((node, DCTERMS.alternative, words(view.resource_code)))
    told = view.version.provenance
    origin = " · ".join(str(told[name]) for name in ("source", "record_id") if told.get(name))
    if origin:
        statement = URIRef(f"{node}#provenance")
        add_typed(graph, node, DCTERMS.provenance, statement, "ProvenanceStatement")
        graph.add((statement, RDFS.label, words(f"来源记录:{origin}", Language.ZH)))
        graph.add((statement, RDFS.label, words(f"Record at the source: {origin}", Language.EN)))


def _add_dates(graph: Graph, node: URIRef, view: DatasetView) -> None:
    graph.add((node, DCTERMS.issued, instant(view.issued_at)))
    graph.add((node, DCTERMS.modified, instant(view.version.data_modified_at or view.card.modified_at)))
    frequency = _code("frequency", authorities.FREQUENCIES[view.card.update_cycle])
    add_typed(graph, node, DCTERMS.accrualPeriodicity, frequency, "Frequency")


def _add_terms(graph: Graph, node: URIRef, view: DatasetView, site: Site) -> None:
    rights = _code("access-right", authorities.ACCESS_RIGHTS[view.openness])
    add_typed(graph, node, DCTERMS.accessRights, rights, "RightsStatement")
    add_typed(graph, node, DCTERMS.license, licence_node(view, site), "LicenseDocument")
    if view.licence and not web_address(view.licence):
        graph.add((licence_node(view, site), DCTERMS.title, words(view.licence)))
    if view.open_condition:
        condition = URIRef(f"{node}#condition")
        add_typed(graph, node, DCTERMS.rights, condition, "RightsStatement")
        graph.add((condition, RDFS.label, words(view.open_condition)))
    add_typed(graph, node, DCTERMS.spatial, URIRef(authorities.COUNTRY), "Location")


def licence_node(view: DatasetView, site: Site) -> URIRef:
    """The licence: its own address, a named one of this dataset, else the terms of the site."""
    if not view.licence:
        return URIRef(site.terms(Language.ZH))
    return URIRef(web_address(view.licence) or f"{site.resource(view.card.id)}#licence")


def _add_people(graph: Graph, node: URIRef, view: DatasetView, site: Site) -> None:
    publisher = URIRef(site.publisher(view.card.publisher_slug))
    graph.add((node, DCTERMS.publisher, publisher))
    graph.add((publisher, RDF.type, FOAF.Agent))
    graph.add((publisher, RDF.type, FOAF.Organization))
    add_text(graph, publisher, FOAF.name, view.card.publisher_name, view.card.publisher_slug)
    contact = add_contact(graph, site)
    graph.add((node, DCAT.contactPoint, contact))


def add_contact(graph: Graph, site: Site) -> URIRef:
    """Whom to write to: the site, for every dataset; departments' people are named nowhere."""
    contact = URIRef(f"{site.base}/#contact")
    graph.add((contact, RDF.type, VCARD.Kind))
    graph.add((contact, RDF.type, VCARD.Organization))
    add_text(graph, contact, VCARD.fn, site.name)
    graph.add((contact, VCARD.hasURL, URIRef(f"{site.base}/zh/about")))
    if site.contact_mail:
        graph.add((contact, VCARD.hasEmail, URIRef(f"mailto:{site.contact_mail}")))
    return contact


def add_themes(graph: Graph, node: URIRef, view: DatasetView, site: Site) -> None:
    """Our own concepts, and the European ones where they say the same."""
    scheme = URIRef(site.themes)
    for theme in view.themes:
        concept = URIRef(site.theme(theme.slug))
        graph.add((node, DCAT.theme, concept))
        graph.add((concept, RDF.type, SKOS.Concept))
        graph.add((concept, SKOS.inScheme, scheme))
        add_text(graph, concept, SKOS.prefLabel, theme.name, theme.slug)
        if theme.slug in authorities.THEMES:
            code, label = authorities.THEMES[theme.slug]
            european = _code("data-theme", code)
            graph.add((node, DCAT.theme, european))
            graph.add((european, RDF.type, SKOS.Concept))
            graph.add((european, SKOS.inScheme, URIRef(authorities.DATA_THEMES)))
            graph.add((european, SKOS.prefLabel, words(label, Language.EN)))
            graph.add((concept, SKOS.broadMatch, european))
    if view.themes:
        add_scheme(graph, site)


def add_scheme(graph: Graph, site: Site) -> URIRef:
    """The scheme of our themes."""
    scheme = URIRef(site.themes)
    graph.add((scheme, RDF.type, SKOS.ConceptScheme))
    graph.add((scheme, DCTERMS.title, words("主题", Language.ZH)))
    graph.add((scheme, DCTERMS.title, words("Themes", Language.EN)))
    return scheme


def _add_pages(graph: Graph, node: URIRef, ref: str, site: Site) -> None:
    for language in Language:
        page = URIRef(site.page(language, ref))
        graph.add((node, DCAT.landingPage if language is Language.ZH else FOAF.page, page))
        graph.add((page, RDF.type, FOAF.Document))


def _add_offer(graph: Graph, node: URIRef, offer: Offer, view: DatasetView, site: Site) -> URIRef:
    part = URIRef(f"{node}#{quote(offer.name)}")
    graph.add((part, RDF.type, DCAT.Distribution))
    page = URIRef(site.page(Language.ZH, view.card.id))
    add_resource(graph, part, DCAT.accessURL, URIRef(offer.download) if offer.download else page)
    add_text(graph, part, DCTERMS.title, offer.part.name, offer.part.slug)
    add_typed(graph, part, DCTERMS.license, licence_node(view, site), "LicenseDocument")
    if offer.download and offer.part.kind is not PartKind.LINK:
        add_resource(graph, part, DCAT.downloadURL, URIRef(offer.download))
    if offer.media_type:
        media_type = URIRef(f"{authorities.MEDIA_TYPES}{quote(offer.media_type)}")
        add_typed(graph, part, DCAT.mediaType, media_type, "MediaType")
    if known := authorities.FILE_TYPES.get(offer.format):
        add_typed(graph, part, DCTERMS.format, _code("file-type", known), "MediaTypeOrExtent")
    if offer.sha256:
        checksum = URIRef(f"{part}-checksum")
        graph.add((part, SPDX.checksum, checksum))
        graph.add((checksum, RDF.type, SPDX.Checksum))
        graph.add((checksum, SPDX.algorithm, SPDX.checksumAlgorithm_sha256))
        graph.add((SPDX.checksumAlgorithm_sha256, RDF.type, SPDX.ChecksumAlgorithm))
        value = Literal(offer.sha256, datatype=XSD.hexBinary, normalize=False)
        graph.add((checksum, SPDX.checksumValue, value))
    return part


def add_typed(graph: Graph, node: URIRef, predicate: URIRef, value: URIRef, kind: str) -> None:
    """A value and its class of Dublin Core, which DCAT-AP's shapes ask for."""
    graph.add((node, predicate, value))
    graph.add((value, RDF.type, DCTERMS[kind]))


def add_resource(graph: Graph, node: URIRef, predicate: URIRef, value: URIRef) -> None:
    """A value with the class that the shapes ask for and that no statement needs: everything is a resource."""
    graph.add((node, predicate, value))
    graph.add((value, RDF.type, RDFS.Resource))


def _code(kind: str, code: str) -> URIRef:
    return URIRef(authorities.authority(kind, code))
