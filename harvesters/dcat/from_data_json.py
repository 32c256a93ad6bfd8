"""An entry of a DCAT-US 1.1 `data.json` as a description (Project Open Data metadata schema v1.1)."""

from collections.abc import Mapping

from harvesters.dcat.descriptions import Described, Description, Tagged
from harvesters.texts import text_of, texts_of

Entry = Mapping[str, object]


def describe_entry(entry: Entry) -> Description:
    """Everything that is mapped. Its texts state no language; `language` names those of the data."""
    publisher = _object(entry, "publisher")
    return Description(
        id=text_of(entry, "identifier"),
        titles=_untagged(text_of(entry, "title")),
        descriptions=_untagged(text_of(entry, "description")),
        keywords={"": words} if (words := texts_of(entry, "keyword")) else {},
        publisher_names=_untagged(text_of(publisher, "name")),
        identifier=text_of(entry, "identifier"),
        themes=texts_of(entry, "theme"),
        cycle=text_of(entry, "accrualPeriodicity"),
        licence=text_of(entry, "license"),
        access=text_of(entry, "accessLevel"),
        issued=text_of(entry, "issued"),
        modified=text_of(entry, "modified"),
        parts=tuple(_describe_part(part, number) for number, part in enumerate(_objects(entry, "distribution"), 1)),
    )


def _describe_part(part: Entry, number: int) -> Described:
    download, access = text_of(part, "downloadURL"), text_of(part, "accessURL")
    return Described(
        key=text_of(part, "@id") or f"distribution-{number}",
        titles=_untagged(text_of(part, "title")),
        descriptions=_untagged(text_of(part, "description")),
        download_url=download,
        access_url=access,
        format=text_of(part, "format") or text_of(part, "mediaType"),
        stamp=(download, access),
    )


def _untagged(text: str) -> Tagged:
    return {"": (text,)} if text else {}


def _object(values: Entry, name: str) -> Entry:
    value = values.get(name)
    return value if isinstance(value, Mapping) else {}


def _objects(values: Entry, name: str) -> tuple[Entry, ...]:
    value = values.get(name)
    return tuple(entry for entry in value if isinstance(entry, Mapping)) if isinstance(value, list) else ()
