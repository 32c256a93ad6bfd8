"""A DCAT feed over HTTP: pages of Turtle, RDF/XML or JSON-LD linked by Hydra, or one `data.json`; all data is made up."""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from rdflib import RDF, XSD, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF

HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
CONTENT_TYPES = {"turtle": "text/turtle", "xml": "application/rdf+xml", "json-ld": "application/ld+json"}


@dataclass
class Entry:
    """One dataset of the feed with one file."""

    number: int
    modified: str = "2026-01-01T00:00:00"
    content: bytes = b"\xe8\xb7\xaf\xe7\xba\xbf,\xe7\xab\x99\xe6\x95\xb0\n1,20\n"
    titles: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return f"https://catalogue.example/dataset/{self.number}"


class Feed(ThreadingHTTPServer):
    """The feed with its entries. `body`: one answer to everything, instead of the pages."""

    daemon_threads = True

    def __init__(self, count: int = 5, *, syntax: str = "turtle", page_size: int = 2) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        titles = {"zh": "公交线路 {}", "en": "Bus routes {}", "zh-Hant": "公車路線 {}", "de": "Buslinien {}"}
        self.entries = [Entry(n, titles={t: v.format(n) for t, v in titles.items()}) for n in range(1, count + 1)]
        self.syntax = syntax
        self.page_size = page_size
        self.states_total: int | None = None
        self.next_after_last = ""
        self.body: tuple[str, bytes] | None = None
        self.contexts: dict[str, bytes] = {}
        self.is_short = False
        self.counters: Counter[str] = Counter()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that goes away is no news."""

    def page(self, number: int) -> bytes:
        """One page as a graph."""
        graph, start = Graph(), (number - 1) * self.page_size
        catalogue = URIRef(f"{self.address}/catalog")
        graph.add((catalogue, RDF.type, DCAT.Catalog))
        view = URIRef(f"{self.address}/catalog?page={number}")
        total = len(self.entries) if self.states_total is None else self.states_total
        graph.add((view, HYDRA.totalItems, Literal(total)))
        is_last = start + self.page_size >= len(self.entries)
        if not is_last or self.next_after_last:
            following = self.next_after_last if is_last else f"{self.address}/catalog?page={number + 1}"
            graph.add((view, HYDRA.next, URIRef(following)))
        for entry in self.entries[start : start + self.page_size]:
            graph.add((catalogue, DCAT.dataset, URIRef(entry.id)))
            self._describe(graph, entry)
        return graph.serialize(format=self.syntax, encoding="utf-8")

    def data_json(self) -> bytes:
        """All entries as a DCAT-US catalogue."""
        datasets = [
            {
                "@type": "dcat:Dataset",
                "identifier": entry.id,
                "title": entry.titles["en"],
                "description": "Made up.",
                "keyword": ["bus"],
                "modified": entry.modified,
                "accessLevel": "public",
                "accrualPeriodicity": "R/P1D",
                "publisher": {"@type": "org:Organization", "name": "Transport Bureau"},
                "license": "https://example.org/licence",
                "distribution": [
                    {"downloadURL": f"{self.address}/files/{entry.number}.csv", "mediaType": "text/csv", "title": "All"}
                ],
            }
            for entry in self.entries
        ]
        schema = "https://project-open-data.cio.gov/v1.1/schema"
        return json.dumps({"conformsTo": schema, "dataset": datasets}).encode()

    def _describe(self, graph: Graph, entry: Entry) -> None:
        node, part = URIRef(entry.id), URIRef(f"{entry.id}/csv")
        bureau, checksum = URIRef("https://catalogue.example/transport"), URIRef(f"{entry.id}/sum")
        right = "http://publications.europa.eu/resource/authority/access-right/PUBLIC"
        graph.add((node, RDF.type, DCAT.Dataset))
        for tag, text in entry.titles.items():
            graph.add((node, DCTERMS.title, Literal(text, lang=tag)))
        graph.add((node, DCTERMS.modified, Literal(entry.modified, datatype=XSD.dateTime)))
        graph.add((node, DCTERMS.publisher, bureau))
        graph.add((bureau, FOAF.name, Literal("交通局", lang="zh")))
        graph.add((bureau, FOAF.name, Literal("Transport Bureau", lang="en")))
        graph.add((node, DCAT.keyword, Literal("公交", lang="zh")))
        graph.add((node, DCAT.keyword, Literal("bus", lang="en")))
        graph.add((node, DCTERMS.accessRights, URIRef(right)))
        graph.add((node, DCAT.distribution, part))
        graph.add((part, DCAT.downloadURL, URIRef(f"{self.address}/files/{entry.number}.csv")))
        graph.add((part, DCAT.mediaType, URIRef("http://www.iana.org/assignments/media-types/text/csv")))
        graph.add((part, DCAT.byteSize, Literal(len(entry.content))))
        graph.add((part, SPDX.checksum, checksum))
        graph.add((checksum, SPDX.algorithm, SPDX.checksumAlgorithm_sha256))
        graph.add((checksum, SPDX.checksumValue, Literal(hashlib.sha256(entry.content).hexdigest())))


class Handler(BaseHTTPRequestHandler):
    """Pages under /catalog, files under /files."""

    protocol_version = "HTTP/1.1"
    server: Feed

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        pass

    def do_GET(self) -> None:
        split = urlsplit(self.path)
        self.server.counters[split.path] += 1
        if split.path.startswith("/files/"):
            number = int(split.path.removeprefix("/files/").removesuffix(".csv"))
            content = self.server.entries[number - 1].content
            self._send("text/csv", content[:-3] if self.server.is_short else content)
        elif split.path in self.server.contexts:
            self._send("application/ld+json", self.server.contexts[split.path])
        elif self.server.body is not None:
            self._send(*self.server.body)
        elif split.path == "/data.json":
            self._send("application/json", self.server.data_json())
        else:
            page = int(dict(parse_qsl(split.query)).get("page", "1"))
            self._send(CONTENT_TYPES[self.server.syntax], self.server.page(page))

    def _send(self, content_type: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
