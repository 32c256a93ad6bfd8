"""A tree of RDF statements as a description: DCAT 2 and 3, DCAT-AP, and what older catalogues wrote."""

from typing import Any

from harvesters.dcat.descriptions import Described, Description, Tagged
from harvesters.dcat.rdf import Tree

_DCT = "http://purl.org/dc/terms/"
_DCAT = "http://www.w3.org/ns/dcat#"
_FOAF = "http://xmlns.com/foaf/0.1/"
_SKOS = "http://www.w3.org/2004/02/skos/core#"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_SPDX = "http://spdx.org/rdf/terms#"
_ADMS = "http://www.w3.org/ns/adms#"
_VCARD = "http://www.w3.org/2006/vcard/ns#"
_NAMES = (
    f"{_FOAF}name",
    f"{_SKOS}prefLabel",
    f"{_VCARD}fn",
    f"{_VCARD}organization-name",
    f"{_DCT}title",
    f"{_RDFS}label",
)


def identifier_of(tree: Tree) -> str:
    """The address of a dataset, or its stated identifier where it is a blank node."""
    return str(tree.get("@id", "")) or _literal(tree, f"{_DCT}identifier") or _literal(tree, f"{_ADMS}identifier")


def describe_tree(tree: Tree) -> Description:
    """Everything that is mapped, from one dataset's tree."""
    publisher = _first(tree, f"{_DCT}publisher") or _first(tree, f"{_DCT}creator") or {}
    nodes = [node for node in tree.get(f"{_DCAT}distribution", ()) if "@value" not in node]
    return Description(
        id=identifier_of(tree),
        titles=_tagged(tree, f"{_DCT}title"),
        descriptions=_tagged(tree, f"{_DCT}description"),
        keywords=_tagged(tree, f"{_DCAT}keyword"),
        publisher_names=next((found for name in _NAMES if (found := _tagged(publisher, name))), {}),
        publisher_code=str(publisher.get("@id", "")),
        identifier=_literal(tree, f"{_DCT}identifier"),
        themes=tuple(dict.fromkeys(_label(node) for node in tree.get(f"{_DCAT}theme", ()))),
        cycle=_label(_first(tree, f"{_DCT}accrualPeriodicity")),
        licence=_licence(tree, nodes),
        access=_label(_first(tree, f"{_DCT}accessRights")),
        issued=_literal(tree, f"{_DCT}issued"),
        modified=_literal(tree, f"{_DCT}modified"),
        parts=tuple(_describe_part(node, number) for number, node in enumerate(nodes, 1)),
    )


def _describe_part(node: Tree, number: int) -> Described:
    service = _first(node, f"{_DCAT}accessService") or {}
    kind = _label(_first(node, f"{_DCT}format")) or _label(_first(node, f"{_DCAT}mediaType"))
    size = _literal(node, f"{_DCAT}byteSize").partition(".")[0]
    return Described(
        key=str(node.get("@id", "")) or f"distribution-{number}",
        titles=_tagged(node, f"{_DCT}title"),
        descriptions=_tagged(node, f"{_DCT}description"),
        download_url=_address(_first(node, f"{_DCAT}downloadURL")),
        access_url=_address(_first(service, f"{_DCAT}endpointURL")) or _address(_first(node, f"{_DCAT}accessURL")),
        format=kind or ("API" if service else ""),
        language=_label(_first(node, f"{_DCT}language")),
        size_bytes=int(size) if size.isdigit() else None,
        sha256=_sha256(node),
        stamp=(_literal(node, f"{_DCT}modified"), _literal(node, f"{_DCT}issued"), size),
    )


def _sha256(node: Tree) -> str:
    checksum = _first(node, f"{_SPDX}checksum") or {}
    algorithm = _label(_first(checksum, f"{_SPDX}algorithm")).lower()
    value = _literal(checksum, f"{_SPDX}checksumValue").lower()
    return value if algorithm.endswith("sha256") and len(value) == 64 else ""


def _licence(tree: Tree, distributions: list[Tree]) -> str:
    stated = [_first(node, f"{_DCT}license") for node in (tree, *distributions)]
    return next((label for node in stated if (label := _label(node, is_whole=True))), "")


def _first(tree: Tree, predicate: str) -> Tree | None:
    values: list[Tree] = tree.get(predicate, [])
    return values[0] if values else None


def _literal(tree: Tree, predicate: str) -> str:
    return next((str(value["@value"]).strip() for value in tree.get(predicate, ()) if "@value" in value), "")


def _tagged(tree: Tree, predicate: str) -> Tagged:
    found: dict[str, list[str]] = {}
    for value in tree.get(predicate, ()):
        if text := str(value.get("@value", "")).strip():
            found.setdefault(str(value.get("@language", "")), []).append(text)
    return {tag: tuple(texts) for tag, texts in found.items()}


def _address(node: Tree | None) -> str:
    """An address, whether written as a resource or, wrongly and often, as a text."""
    return str((node or {}).get("@id", "") or (node or {}).get("@value", "")).strip()


def _label(node: Tree | None, *, is_whole: bool = False) -> str:
    """A literal, a concept's own label, or the last part of its address (all of it when `is_whole`)."""
    values: dict[str, Any] = node or {}
    if "@value" in values:
        return str(values["@value"]).strip()
    own = next((text for name in _NAMES if (text := _literal(values, name))), "")
    address = str(values.get("@id", ""))
    if own or is_whole:
        return own or address
    _, is_media_type, media_type = address.partition("/media-types/")
    return media_type if is_media_type else address.rstrip("/#").rpartition("#")[2].rpartition("/")[2]
