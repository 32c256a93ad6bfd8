"""Actions about resources (our distributions)."""

from typing import Final

from portal.catalogue.packages import list_packages
from portal.ckan.actions import Call, action
from portal.ckan.errors import ActionNotFound, ValidationError
from portal.ckan.projections import Json, resource_json
from portal.ckan.resources import parse_resource_id
from portal.index.lookup import Both, Condition, Every, Holds, Is, Lookup, look_up

_MAX_DATASETS: Final = 1_000
_INDEXED: Final = {"name": "res_name", "description": "res_description", "url": "res_url", "format": "res_format"}
_FIELDS: Final = (
    "id", "package_id", "url", "format", "description", "hash", "position", "name", "resource_type", "mimetype",
    "mimetype_inner", "size", "created", "last_modified", "metadata_modified", "cache_url", "cache_last_updated",
    "url_type", "state", "datastore_active",
)  # fmt: skip


@action("resource_show")
def resource_show(call: Call) -> object:
    """Return the metadata of a resource. :param id: the id of the resource."""
    return _resource(call, call.required("id"))


@action("resource_view_list")
def resource_view_list(call: Call) -> object:
    """Return the list of resource views for a particular resource: there are none. :param id: the id of the resource."""
    _resource(call, call.required("id"))
    return []


@action("resource_search")
def resource_search(call: Call) -> object:
    """Search for resources in public datasets. :param query: `field:value`, or a list of such. :param limit: :param offset:

    A field has a resource whose value there holds the text; `hash` begins with it. Datasets of the first thousand that
    could have one are looked through.
    """
    limit, offset = call.natural("limit"), call.natural("offset") or 0
    terms = _terms(call)
    asked = Lookup(
        Both(tuple(_candidate(name, text) for name, text in terms)), sort=(("id", False),), limit=_MAX_DATASETS
    )
    found = look_up(call.session, call.principal, asked)
    base_url = call.parts.settings.base_url
    shown = [
        resource_json(package, part, number, base_url)
        for package in list_packages(call.session, call.principal, found.ids)
        for number, part in enumerate(package.parts)
    ]
    matching = [{name: one[name] for name in _FIELDS} for one in shown if all(_matches(one, *term) for term in terms)]
    end = len(matching) if limit is None else offset + limit
    return {"count": len(matching), "results": matching[offset:end]}


def _resource(call: Call, text: str) -> Json:
    ref, slug = parse_resource_id(text)
    for package in list_packages(call.session, call.principal, (ref.dataset_id,)):
        for number, part in enumerate(package.parts):
            if part.slug == slug:
                return resource_json(package, part, number, call.parts.settings.base_url)
    raise ActionNotFound


def _terms(call: Call) -> tuple[tuple[str, str], ...]:
    """(field, text) pairs. Raises ValidationError; CKAN's message here is a text and not a list."""
    value = call.parameters.get("query")
    values = value if isinstance(value, list) else [value]
    pairs = []
    for one in values:
        if not isinstance(one, str) or not one:
            raise ValidationError({"query": ["Missing value"]})
        field, colon, text = one.partition(":")
        if not colon:
            raise _Wrong("Must be <field>:<value> pair(s)")
        if field not in _FIELDS:
            raise _Wrong(f'Field "{field[:60]}" not recognised in resource_search.')
        pairs.append((field, text))
    return tuple(pairs)


class _Wrong(ValidationError):
    """A query of `resource_search` that cannot be read."""

    def __init__(self, message: str) -> None:
        super().__init__({"query": [message]})
        self.fields = {"query": message}


def _candidate(name: str, text: str) -> Condition:
    """What a dataset must have so that one of its resources can match."""
    if name in {"id", "package_id"}:
        return Is("id", text[:16])
    return Holds(_INDEXED[name], text) if name in _INDEXED and len(text) < 200 else Every()


def _matches(shown: Json, name: str, text: str) -> bool:
    value = str(shown[name] if shown[name] is not None else "").lower()
    return value.startswith(text.lower()) if name == "hash" else bool(value) and text.lower() in value
