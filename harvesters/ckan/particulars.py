"""What a CKAN says of a package or a resource besides what is mapped: its own fields and extras, as text. Pure."""

import json
from collections.abc import Mapping

Package = Mapping[str, object]

# Mapped elsewhere, made anew by whoever asks, or about accounts of that CKAN alone.
_NOT_OF_PACKAGES = frozenset(
    {
        "id", "name", "title", "notes", "organization", "owner_org", "groups", "tags", "resources", "extras", "private",
        "state", "num_resources", "num_tags", "isopen", "creator_user_id", "relationships_as_subject",
        "relationships_as_object", "metadata_created", "metadata_modified", "revision_id", "type",
        "tracking_summary", "plugin_data",
    }
)  # fmt: skip
_NOT_OF_RESOURCES = frozenset(
    {
        "id", "package_id", "position", "state", "datastore_active", "url", "metadata_modified", "revision_id",
        "tracking_summary", "cache_url", "cache_last_updated",
    }
)  # fmt: skip
_MOST = 60
_LONGEST = 20_000
EXTRAS = "extras_"


def package_particulars(package: Package) -> dict[str, str]:
    """Name → text of the fields that CKAN or its extensions have besides; `extras_` before the names of extras."""
    found = _texts(package, _NOT_OF_PACKAGES)
    extras = package.get("extras")
    for extra in extras if isinstance(extras, list) else ():
        if isinstance(extra, Mapping) and isinstance(key := extra.get("key"), str):
            found |= _texts({f"{EXTRAS}{key}": extra.get("value")}, frozenset())
    return dict(list(found.items())[:_MOST])


def resource_particulars(resource: Package) -> dict[str, str]:
    """Name → text of the fields of a resource."""
    return dict(list(_texts(resource, _NOT_OF_RESOURCES).items())[:_MOST])


def _texts(values: Package, left_out: frozenset[str]) -> dict[str, str]:
    """Texts as they are, numbers and truth values as JSON; what is null, nested or very long is left out."""
    found = {}
    for name, value in values.items():
        if name in left_out or not 0 < len(name) <= 100:
            continue
        if isinstance(value, bool | int | float):
            found[name] = json.dumps(value)
        elif isinstance(value, str) and len(value) <= _LONGEST:
            found[name] = value.strip()
    return found
