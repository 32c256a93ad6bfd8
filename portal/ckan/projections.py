"""Datasets, departments and themes as CKAN's packages, organisations and groups: plain JSON-ready values."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from portal.catalogue.packages import Package, PackagePart
from portal.catalogue.views import PublisherView, ThemeView
from portal.ckan.licences import BY_ID
from portal.ckan.resources import resource_id
from portal.index.entries import EXTRAS, format_of
from portal.kernel.digests import text_digest
from portal.kernel.text import Language, Text
from portal.kernel.vocab import PartKind

Json = dict[str, object]

_OWN_FIELDS: Final = ("author", "author_email", "maintainer", "maintainer_email", "url", "version")
_RESOURCE_TEXTS: Final = (
    "hash",
    "last_modified",
    "mimetype",
    "mimetype_inner",
    "resource_type",
    "url_type",
    "description",
)
_NAMESPACE_CHARS: Final = 16


def plain_text(text: Text) -> str:
    """The Chinese wording, else the English one; empty where there is none."""
    wording = text.zh or text.en
    return wording.value if wording else ""


def instant(at: datetime) -> str:
    """Naive UTC with microseconds, as CKAN writes instants."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")


def package_json(package: Package, base_url: str) -> Json:
    """A dataset as `package_show` has it."""
    said = package.particulars
    license_id = said.get("license_id") or None
    known = BY_ID.get(license_id or "")
    own: Json = {name: said.get(name) for name in _OWN_FIELDS}
    if not said:
        own |= {"maintainer": package.owner or None, "url": f"{base_url}/zh/dataset/{package.id}"}
    licence_url = said.get("license_url") or (known.url if known else "")
    tags = sorted(package.keywords)
    return {
        "author": own["author"],
        "author_email": own["author_email"],
        "creator_user_id": _site_user(base_url),
        "id": package.id,
        "isopen": bool(known and known.is_open),
        "license_id": license_id,
        "license_title": said.get("license_title") or (known.title if known else package.licence or None),
        **({"license_url": licence_url} if licence_url else {}),
        "maintainer": own["maintainer"],
        "maintainer_email": own["maintainer_email"],
        "metadata_created": instant(package.created_at),
        "metadata_modified": instant(package.changed_at),
        "name": package.name,
        "notes": plain_text(package.description),
        "num_resources": len(package.parts),
        "num_tags": len(tags),
        "organization": organization_inside(package.publisher),
        "owner_org": package.publisher.id,
        "private": False,
        "state": "active",
        "title": plain_text(package.title),
        "type": "dataset",
        "url": own["url"],
        "version": own["version"],
        "extras": _extras(package),
        "groups": [_group_inside(theme) for theme in package.themes],
        "resources": [resource_json(package, part, number, base_url) for number, part in enumerate(package.parts)],
        "tags": [tag_json(tag) | {"state": "active"} for tag in tags],
        "relationships_as_subject": [],
        "relationships_as_object": [],
        **_translations(package),
    }


def resource_json(package: Package, part: PackagePart, position: int, base_url: str) -> Json:
    """A part as a resource; what the source says besides stands beside CKAN's own fields."""
    said = part.particulars
    is_link = part.kind is PartKind.LINK
    extension = "csv" if part.kind is PartKind.TABLE else "original"
    own: Json = {name: said.get(name) or None for name in _RESOURCE_TEXTS}
    if not is_link and not said:
        own |= {"mimetype": "text/csv" if extension == "csv" else part.media_type, "hash": part.sha256}
    size = said.get("size", "")
    return {
        **{name: value for name, value in said.items() if name not in _TAKEN},
        "cache_last_updated": None,
        "cache_url": None,
        "created": said.get("created") or instant(package.created_at),
        "datastore_active": part.has_rows,
        "description": said.get("description"),
        "format": "CSV" if part.kind is PartKind.TABLE else format_of(said, part.format),
        "hash": own["hash"] or "",
        "id": resource_id(package.id, part.slug),
        "last_modified": own["last_modified"],
        "metadata_modified": instant(package.changed_at),
        "mimetype": own["mimetype"],
        "mimetype_inner": own["mimetype_inner"],
        "name": said.get("name") or plain_text(part.name) or None,
        "package_id": package.id,
        "position": position,
        "resource_type": own["resource_type"],
        "size": int(size) if size.isdigit() and len(size) < 19 else None,
        "state": "active",
        "url": part.url if is_link else f"{base_url}/download/{package.id}/{part.slug}.{extension}",
        "url_type": own["url_type"],
    }


_TAKEN: Final = frozenset({*_RESOURCE_TEXTS, "created", "format", "name", "size"})


def organization_inside(publisher: PublisherView) -> Json:
    """A department as a package shows it."""
    return {
        "id": publisher.id,
        "name": publisher.slug,
        "title": plain_text(publisher.name),
        "type": "organization",
        "description": plain_text(publisher.description),
        "image_url": "",
        "created": _BEGINNING,
        "is_organization": True,
        "approval_status": "approved",
        "state": "active",
    }


def organization_json(publisher: PublisherView, *, has_count: bool = True) -> Json:
    """A department as `organization_list` and `organization_show` have it."""
    return _group_like(
        publisher.id,
        publisher.slug,
        plain_text(publisher.name),
        plain_text(publisher.description),
        publisher.dataset_count if has_count else None,
        is_organization=True,
    )


def group_json(theme: ThemeView, *, has_count: bool = True) -> Json:
    """A theme as `group_list` and `group_show` have it."""
    count = theme.dataset_count if has_count else None
    return _group_like(theme.slug, theme.slug, plain_text(theme.name), "", count, is_organization=False)


def tag_json(tag: str) -> Json:
    """A keyword as a tag; its id is made from it."""
    return {"display_name": tag, "id": text_digest(tag)[:_NAMESPACE_CHARS], "name": tag, "vocabulary_id": None}


_BEGINNING: Final = "2024-01-01T00:00:00.000000"


def _group_like(id_: str, name: str, title: str, description: str, count: int | None, *, is_organization: bool) -> Json:
    return {
        "approval_status": "approved",
        "created": _BEGINNING,
        "description": description,
        "display_name": title or name,
        "id": id_,
        "image_display_url": "",
        "image_url": "",
        "is_organization": is_organization,
        "name": name,
        "num_followers": 0,
        **({} if count is None else {"package_count": count}),
        "state": "active",
        "title": title,
        "type": "organization" if is_organization else "group",
    }


def _group_inside(theme: ThemeView) -> Json:
    title = plain_text(theme.name)
    return {
        "description": "",
        "display_name": title,
        "id": theme.slug,
        "image_display_url": "",
        "name": theme.slug,
        "title": title,
    }


def _extras(package: Package) -> list[Json]:
    said = {name: value for name, value in package.particulars.items() if name.startswith(EXTRAS)}
    if not package.particulars:
        said = {
            "extras_update_frequency": package.update_cycle.value,
            "extras_openness": package.openness.value,
            "extras_resource_code": package.resource_code,
        }
    return [{"key": name.removeprefix(EXTRAS), "value": value} for name, value in said.items() if value]


def _translations(package: Package) -> Mapping[str, object]:
    """Both languages, where there are two, under the names of ckanext-fluent."""
    found: Json = {}
    for name, text in (("title", package.title), ("notes", package.description)):
        if text.zh and text.en:
            found[f"{name}_translated"] = {
                language.value: wording.value for language in Language if (wording := text.wording(language))
            }
    return found


def _site_user(base_url: str) -> str:
    """Who made a package: the site itself, under an id that never changes; accounts are nobody's business here."""
    return text_digest(f"{base_url} site user")[:_NAMESPACE_CHARS]
