"""The catalogue itself as statements: who publishes it, its service, its pages by Hydra; and graphs as bytes."""

from collections.abc import Sequence
from dataclasses import dataclass

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF, RDF, XSD

from portal.catalogue.views import DatasetView
from portal.exports.metadata import authorities
from portal.exports.metadata.dcat import (
    DCAT,
    HYDRA,
    add_contact,
    add_dataset,
    add_resource,
    add_scheme,
    add_text,
    add_typed,
    new_graph,
)
from portal.exports.metadata.site import Site
from portal.kernel.text import Language, Text

_TITLE = Text.of("公共数据目录", "Catalogue of public data")
_ABOUT = Text.of(
    "本站开放的全部数据集：来自各部门，经逐行检查，有版本、有校验值。",
    "All datasets of this site: from its departments, checked row by row, with versions and checksums.",
)
_SERVICE = Text.of("数据查询接口", "Data API")


@dataclass(frozen=True, slots=True)
class Syntax:
    """One way to write statements down. `extension` is part of its address."""

    extension: str
    media_type: str
    rdflib_name: str
    charset: str = ""

    @property
    def content_type(self) -> str:
        """As the header has it: whoever reads Turtle as any other text has to be told how (RDF/XML says it inside)."""
        return f"{self.media_type}; charset={self.charset}" if self.charset else self.media_type


SYNTAXES: dict[str, Syntax] = {
    s.extension: s
    for s in (
        Syntax("ttl", "text/turtle", "turtle", "utf-8"),
        Syntax("rdf", "application/rdf+xml", "xml"),
        Syntax("jsonld", "application/ld+json", "json-ld"),
    )
}


@dataclass(frozen=True, slots=True)
class CataloguePage:
    """A page of the catalogue. Addresses of the others are absolute, empty where there is none; `total` in datasets."""

    datasets: Sequence[DatasetView]
    total: int
    address: str
    first: str
    last: str
    previous: str = ""
    following: str = ""


def describe_one(view: DatasetView, site: Site) -> Graph:
    """A dataset with the service that answers questions about it."""
    graph = new_graph()
    node = add_dataset(graph, view, site)
    graph.add((_add_service(graph, site), DCAT.servesDataset, node))
    return graph


def describe_page(page: CataloguePage, site: Site) -> Graph:
    """The catalogue with the datasets of one page, and where the other pages are."""
    graph = new_graph()
    catalogue = URIRef(f"{site.base}/catalog")
    graph.add((catalogue, RDF.type, DCAT.Catalog))
    graph.add((catalogue, RDF.type, HYDRA.Collection))
    add_text(graph, catalogue, DCTERMS.title, _title_of(site))
    add_text(graph, catalogue, DCTERMS.description, _ABOUT)
    owner = URIRef(f"{site.base}/#publisher")
    graph.add((owner, RDF.type, FOAF.Agent))
    add_text(graph, owner, FOAF.name, site.name)
    graph.add((catalogue, DCTERMS.publisher, owner))
    home = URIRef(f"{site.base}/")
    graph.add((catalogue, FOAF.homepage, home))
    graph.add((home, RDF.type, FOAF.Document))
    graph.add((catalogue, DCAT.contactPoint, add_contact(graph, site)))
    graph.add((catalogue, DCAT.themeTaxonomy, add_scheme(graph, site)))
    graph.add((catalogue, DCAT.service, _add_service(graph, site)))
    for language in Language:
        code = URIRef(authorities.authority("language", authorities.LANGUAGES[language]))
        add_typed(graph, catalogue, DCTERMS.language, code, "LinguisticSystem")
    add_typed(graph, catalogue, DCTERMS.spatial, URIRef(authorities.COUNTRY), "Location")
    add_typed(graph, catalogue, DCTERMS.license, URIRef(site.terms(Language.ZH)), "LicenseDocument")
    for view in page.datasets:
        graph.add((catalogue, DCAT.dataset, add_dataset(graph, view, site)))
    _add_pages(graph, catalogue, page)
    return graph


def write_graph(graph: Graph, syntax: Syntax) -> bytes:
    """The statements in one syntax, as UTF-8."""
    if syntax.extension == "jsonld":
        prefixes = {prefix: str(namespace) for prefix, namespace in graph.namespaces() if prefix}
        return graph.serialize(format="json-ld", context=prefixes, encoding="utf-8", indent=None)
    return graph.serialize(format=syntax.rdflib_name, encoding="utf-8")


def _title_of(site: Site) -> Text:
    found = [site.name.wording(language) or _TITLE.wording(language) for language in Language]
    return Text(*found)


def _add_service(graph: Graph, site: Site) -> URIRef:
    service = URIRef(f"{site.base}/api/v1")
    graph.add((service, RDF.type, DCAT.DataService))
    add_text(graph, service, DCTERMS.title, _SERVICE)
    add_resource(graph, service, DCAT.endpointURL, service)
    add_resource(graph, service, DCAT.endpointDescription, URIRef(f"{service}/openapi.json"))
    return service


def _add_pages(graph: Graph, catalogue: URIRef, page: CataloguePage) -> None:
    view = URIRef(page.address)
    graph.add((catalogue, HYDRA.totalItems, Literal(page.total, datatype=XSD.integer)))
    graph.add((catalogue, HYDRA.view, view))
    graph.add((view, RDF.type, HYDRA.PartialCollectionView))
    for name, address in (
        ("first", page.first),
        ("last", page.last),
        ("previous", page.previous),
        ("next", page.following),
    ):
        if address:
            graph.add((view, HYDRA[name], URIRef(address)))
