"""A page of RDF as plain trees, one for each dataset. What is in the tree is all the page says about it, nothing else.

A tree is JSON-like, after the expanded form of JSON-LD: `{"@id": …, predicate: [value …]}`; a value is a literal
`{"@value", "@language", "@type"}` or a tree of its own. Blank nodes have no `@id`, for their labels mean nothing.
Values are sorted, so that equal statements give equal trees whatever order they came in.
"""

import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from rdflib import RDF, BNode, Graph, Literal, URIRef
from rdflib.namespace import DCAT
from rdflib.plugins.parsers.jsonld import to_rdf
from rdflib.term import Node

from harvesters.dcat.contexts import Contexts
from harvesters.errors import HarvestError, StopRun

Tree = dict[str, Any]

_HYDRA = "http://www.w3.org/ns/hydra/core#"
_NEXT = (URIRef(f"{_HYDRA}next"), URIRef(f"{_HYDRA}nextPage"))
_TOTAL = URIRef(f"{_HYDRA}totalItems")
_DEEPEST = 4
_EXTERNAL_ENTITY = re.compile(
    rb"<!ENTITY[^>]*\b(?:SYSTEM|PUBLIC)\b|<!DOCTYPE[^>\[]*\b(?:SYSTEM|PUBLIC)\b", re.IGNORECASE
)
_FORMATS = {"turtle": "turtle", "rdf_xml": "xml"}

for _name in ("rdflib.term", "rdflib.plugins.parsers.jsonld"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)  # they quote what they cannot convert


@dataclass(frozen=True, slots=True)
class GraphPage:
    """The datasets of one page, in the order of their identifiers; what Hydra says about the rest."""

    datasets: tuple[Tree, ...]
    total: int | None
    following: tuple[str, ...]


def read_graph(body: bytes, syntax: str, address: str, contexts: Contexts) -> GraphPage:
    """Parse a page. `syntax`: turtle, rdf_xml or json_ld. Raises StopRun when it is not whole or asks for outside parts."""
    if syntax == "rdf_xml" and _EXTERNAL_ENTITY.search(body):
        raise StopRun(f"{address} holds RDF/XML that asks for outside entities; that is not followed.")
    graph = Graph(store="SimpleMemory")  # statements of named graphs count like any other
    try:
        if syntax == "json_ld":
            to_rdf(contexts.inlined(body), graph, base=address)
        else:
            graph.parse(data=body, format=_FORMATS[syntax], publicID=address)
    except HarvestError:
        raise
    except Exception as error:  # every parser of rdflib has errors of its own
        raise StopRun(
            f"{address} answered with {syntax} that cannot be read whole ({type(error).__name__})."
        ) from error
    nodes = set(graph.subjects(RDF.type, DCAT.Dataset))
    nodes |= {node for node in graph.objects(None, DCAT.dataset) if (node, None, None) in graph}
    trees = sorted((_tree(graph, node, frozenset()) for node in nodes), key=_order)
    return GraphPage(tuple(trees), _total(graph), tuple(sorted(_following(graph, address))))


def _tree(graph: Graph, node: Node, above: frozenset[Node]) -> Tree:
    tree: Tree = {} if isinstance(node, BNode) else {"@id": str(node)}
    if node in above or len(above) >= _DEEPEST:
        return tree
    inside = above | {node}
    for predicate in sorted(set(graph.predicates(node)), key=str):
        values = [_value(graph, value, inside) for value in graph.objects(node, predicate)]
        tree[str(predicate)] = sorted(values, key=_order)
    return tree


def _value(graph: Graph, node: Node, inside: frozenset[Node]) -> Tree:
    if not isinstance(node, Literal):
        return _tree(graph, node, inside)
    value: Tree = {"@value": str(node)}
    if node.language:
        value["@language"] = node.language
    if node.datatype:
        value["@type"] = str(node.datatype)
    return value


def _order(tree: Tree) -> str:
    return repr(sorted(tree.items(), key=lambda item: item[0]))


def _total(graph: Graph) -> int | None:
    totals = {str(value) for value in graph.objects(None, _TOTAL)}
    return int(next(iter(totals))) if len(totals) == 1 and next(iter(totals)).isdigit() else None


def _following(graph: Graph, address: str) -> Iterator[str]:
    """Addresses of next pages that differ from this one."""
    found: Iterable[Node] = (node for predicate in _NEXT for node in graph.objects(None, predicate))
    yield from {str(node) for node in found if str(node) not in {"", address}}
