"""Atom 1.0 (RFC 4287) with paging (RFC 5005) and tombstones (RFC 6721), written from plain values."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

MEDIA_TYPE = "application/atom+xml"
_ATOM = "http://www.w3.org/2005/Atom"
_TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"
_HISTORY = "http://purl.org/syndication/history/1.0"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, production 2
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)

ET.register_namespace("", _ATOM)
ET.register_namespace("at", _TOMBSTONES)
ET.register_namespace("fh", _HISTORY)


@dataclass(frozen=True, slots=True)
class Words:
    """A text and the language tag that it is in."""

    text: str
    tag: str


@dataclass(frozen=True, slots=True)
class Link:
    """A related address."""

    rel: str
    href: str
    type: str = ""
    hreflang: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something to be read. `id` never changes, whatever else does."""

    id: str
    title: Words
    updated_at: datetime
    summary: Words
    author: Words
    links: tuple[Link, ...]
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gone:
    """An entry that is public no more, and why."""

    id: str
    gone_at: datetime
    reason: Words


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed or one page of it."""

    id: str
    title: Words
    author: Words
    links: tuple[Link, ...]
    entries: tuple[Entry | Gone, ...]

    @property
    def updated_at(self) -> datetime:
        """When the newest of its entries changed; 1970 where there is none."""
        return max((e.updated_at if isinstance(e, Entry) else e.gone_at for e in self.entries), default=_NEVER)


def write_feed(feed: Feed) -> bytes:
    """The feed as an XML document in UTF-8."""
    root = ET.Element(f"{{{_ATOM}}}feed", {_XML_LANG: feed.title.tag})
    _element(root, "id", feed.id)
    _words(root, "title", feed.title)
    _element(root, "updated", _instant(feed.updated_at))
    _author(root, feed.author)
    _links(root, feed.links)
    for entry in feed.entries:
        _tombstone(root, entry) if isinstance(entry, Gone) else _entry(root, entry)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _entry(root: ET.Element, entry: Entry) -> None:
    node = ET.SubElement(root, f"{{{_ATOM}}}entry")
    _element(node, "id", entry.id)
    _words(node, "title", entry.title)
    _element(node, "updated", _instant(entry.updated_at))
    _author(node, entry.author)
    _words(node, "summary", entry.summary)
    for term in entry.categories:
        ET.SubElement(node, f"{{{_ATOM}}}category", {"term": term})
    _links(node, entry.links)


def _tombstone(root: ET.Element, gone: Gone) -> None:
    node = ET.SubElement(root, f"{{{_TOMBSTONES}}}deleted-entry", {"ref": gone.id, "when": _instant(gone.gone_at)})
    comment = ET.SubElement(node, f"{{{_TOMBSTONES}}}comment", {_XML_LANG: gone.reason.tag})
    comment.text = _clean(gone.reason.text)


def _author(parent: ET.Element, words: Words) -> None:
    author = ET.SubElement(parent, f"{{{_ATOM}}}author")
    _words(author, "name", words)


def _links(parent: ET.Element, links: Sequence[Link]) -> None:
    for link in links:
        members = {"rel": link.rel, "href": link.href, "type": link.type, "hreflang": link.hreflang}
        ET.SubElement(parent, f"{{{_ATOM}}}link", {name: value for name, value in members.items() if value})


def _element(parent: ET.Element, name: str, text: str) -> ET.Element:
    node = ET.SubElement(parent, f"{{{_ATOM}}}{name}")
    node.text = _clean(text)
    return node


def _words(parent: ET.Element, name: str, words: Words) -> None:
    _element(parent, name, words.text).set(_XML_LANG, words.tag)


def _clean(text: str) -> str:
    """Without characters that no XML document may hold."""
    return _NOT_XML.sub(" ", text)


def _instant(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
