"""A CKAN package in our words. Pure: the same package always gives the same record."""

from collections.abc import Mapping

from harvesters.ckan.config import CkanConfig
from harvesters.ckan.particulars import package_particulars, resource_particulars
from harvesters.errors import SkipRecord
from harvesters.formats import read_format
from harvesters.languages import pick_texts, read_languages
from harvesters.records import DatasetRecord, FilePart, LinkPart, Part, RawRecord, TablePart
from harvesters.texts import check_lengths, stamp_of, text_of, texts_of
from harvesters.web_files import file_name_of, is_web_address

Package = Mapping[str, object]

# Where portals put what CKAN itself has no field for; the first that is not blank counts.
_CYCLE = ("update_frequency", "frequency", "accrual_periodicity", "updateFrequency")
_LANGUAGE = ("inLanguage", "language", "lang")
# Suffixes of translated fields, beside `title_translated: {tag: text}` of ckanext-fluent.
_SUFFIXES = ("en", "zh", "zh_hans", "zh_hant", "sc", "tc", "zh_cn", "zh_hk")


def data_stamp(package: Package) -> str:
    """Changes whenever the package or one of its resources says that it changed."""
    names = ("id", "url", "hash", "size", "last_modified", "metadata_modified", "revision_id")
    resources = [tuple(resource.get(name) for name in names) for resource in _objects(package, "resources")]
    return stamp_of(package.get("metadata_modified"), package.get("revision_id"), resources)


def map_package(raw: RawRecord, config: CkanConfig) -> DatasetRecord:
    """The record of a package. Raises SkipRecord when it has no title, is deleted, or a resource has no usable URL."""
    package: Package = raw.raw
    if raw.problem:
        raise SkipRecord(raw.problem, record_id=raw.id)
    state = text_of(package, "state")
    if state not in {"", "active"}:
        raise SkipRecord(f"The package {raw.id[:80]!r} is in state {state[:20]!r}, not active.", record_id=raw.id)
    titles = _texts(package, "title", config.language)
    descriptions = _texts(package, "notes", config.language)
    check_lengths(titles, descriptions, raw.id)
    organization = package.get("organization")
    publisher: Package = organization if isinstance(organization, Mapping) else {}
    tags = tuple(text_of(tag, "display_name") or text_of(tag, "name") for tag in _objects(package, "tags"))
    extras = {text_of(extra, "key"): text_of(extra, "value") for extra in _objects(package, "extras")}
    stated = {
        "update_cycle_label": _first(package, _CYCLE) or _first(extras, _CYCLE),
        "licence_label": text_of(package, "license_title") or text_of(package, "license_id"),
        "open_label": "private" if package.get("private") is True else config.labels.get("open_label", "public"),
        "owner": text_of(package, "maintainer") or text_of(package, "author"),
    }
    labels = dict(config.labels) | {name: label for name, label in stated.items() if label}
    return DatasetRecord(
        id=raw.id,
        titles=titles,
        descriptions=descriptions,
        publisher_names=_texts(publisher, "title", config.language),
        publisher_code=text_of(publisher, "name"),
        resource_code=text_of(package, "name"),
        theme_labels=tuple(
            label
            for group in _objects(package, "groups")
            if (label := text_of(group, "name") or text_of(group, "title"))
        ),
        keywords={config.language: kept} if (kept := tuple(tag for tag in tags if tag)) else {},
        created=text_of(package, "metadata_created"),
        modified=text_of(package, "metadata_modified"),
        fields=(),
        parts=_parts(package, raw.id, config),
        particulars=package_particulars(package),
        **labels,
    )


def _parts(package: Package, record_id: str, config: CkanConfig) -> tuple[Part, ...]:
    parts: list[Part] = []
    used: set[str] = set()
    for position, resource in enumerate(_objects(package, "resources"), 1):
        if text_of(resource, "state") not in {"", "active"}:
            continue
        key = text_of(resource, "id") or f"resource-{position}"
        if key in used:
            raise SkipRecord(f"The package {record_id[:80]!r} has two resources with one id.", record_id=record_id)
        used.add(key)
        parts.append(_part(resource, key, position, record_id, config))
    return tuple(parts)


def _part(resource: Package, key: str, position: int, record_id: str, config: CkanConfig) -> Part:
    url = text_of(resource, "url")
    if not is_web_address(url):
        raise SkipRecord(
            f"Resource {position} of package {record_id[:80]!r} has no http or https address without user and password.",
            record_id=record_id,
        )
    names = _texts(resource, "name", config.language)
    label = read_format(text_of(resource, "format") or text_of(resource, "mimetype")).name
    particulars = resource_particulars(resource)
    identifier = text_of(resource, "id")
    if config.fetch_tables and identifier and resource.get("datastore_active") is True:
        return TablePart(key=key, names=names, locator={"resource_id": identifier}, particulars=particulars)
    if config.fetch_files:
        return FilePart(
            key=key,
            names=names,
            locator={"url": url},
            file_name=file_name_of(url, f"resource-{position}"),
            format_label=label,
            particulars=particulars,
        )
    return LinkPart(
        key=key,
        names=names,
        url=url,
        format_label=label,
        language_label=read_languages(_language_of(resource)).label,
        descriptions=_texts(resource, "description", config.language),
        particulars=particulars,
    )


def _language_of(resource: Package) -> str:
    for name in _LANGUAGE:
        found = ", ".join(texts_of(resource, name))
        if found:
            return found
    return ""


def _texts(values: Package, name: str, language: str) -> dict[str, str]:
    """A text in both languages: the plain field, `name_translated`, and `name_<tag>` fields."""
    candidates = {}
    translated = values.get(f"{name}_translated")
    if isinstance(translated, Mapping):
        candidates = {str(tag): text for tag, text in translated.items() if isinstance(text, str)}
    for suffix in _SUFFIXES:
        candidates.setdefault(suffix, text_of(values, f"{name}_{suffix}"))
    found = pick_texts(candidates)
    plain = text_of(values, name)
    if plain:
        found.setdefault(language, plain)
    return found


def _first(values: Mapping[str, object], names: tuple[str, ...]) -> str:
    return next((text for name in names if (text := text_of(values, name))), "")


def _objects(values: Package, name: str) -> tuple[Package, ...]:
    value = values.get(name)
    return tuple(entry for entry in value if isinstance(entry, Mapping)) if isinstance(value, list) else ()
