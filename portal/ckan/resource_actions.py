"""Actions about resources (our distributions)."""

from collections.abc import Iterator
from typing import Final

from portal.catalogue.packages import list_packages
from portal.ckan.actions import Call, action, storable
from portal.ckan.errors import MISSING, ActionNotFound, ValidationError
from portal.ckan.projections import Json, resource_json
from portal.ckan.resources import parse_resource_id
from portal.index.lookup import Both, Condition, Every, Holds, Is, Lookup, look_up

_MAX_DATASETS: Final = 1_000
_MAX_WORDS: Final = 50
_DEFAULT_FORMATS: Final = 5
_NO_TEXTS: Final = frozenset(
    {"position", "size", "created", "last_modified", "metadata_modified", "cache_last_updated"}
)
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


@action("format_autocomplete")
def format_autocomplete(call: Call) -> object:
    """Return a list of resource formats that contain a string. :param q: the string. :param limit: how many, 5."""
    q, limit = call.required("q"), call.natural("limit", _DEFAULT_FORMATS) or 0
    where = Holds("res_format", q)
    asked = Lookup(where, limit=0, facets=("res_format",), facet_limit=-1)
    counts = look_up(call.session, call.principal, asked).facets["res_format"]
    return [name.lower() for name in counts if q.lower() in name.lower()][:limit]


@action("resource_search")
def resource_search(call: Call) -> object:
    """Search for resources in public datasets. :param query: `field:value`, or a list of such. :param limit: :param offset:

    A field has a resource whose value there holds the text; `hash` begins with it. Datasets of the first thousand that
    could have one are looked through.
    """
    limit, offset = call.natural("limit"), call.natural("offset") or 0
    terms, order = _terms(call), call.text("order_by")
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
    if order in _FIELDS:
        matching.sort(key=lambda one: (one[order] is None, str(one[order])))
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
    pairs = tuple(_pairs(call))
    for field, _ in pairs:
        if field not in _FIELDS or field == "datastore_active":
            raise _Wrong(f'Field "{field[:60]}" not recognised in resource_search.')
        if field in _NO_TEXTS:
            raise _Wrong(f'Field "{field}" holds no text, so none can be looked for in it.')
    return pairs


def _pairs(call: Call) -> Iterator[tuple[str, str]]:
    """From `query`, of which the last of a field counts, or from `fields` as older clients have it, word by word."""
    value, fields = call.parameters.get("query"), call.parameters.get("fields")
    if value is None and fields is None:
        raise _Wrong(MISSING)
    if value is not None and fields is not None:
        raise _Wrong('Do not specify if using "query" parameter', "fields")
    if value is None:
        for name, told in fields.items() if isinstance(fields, dict) else ():
            words = told.split() if isinstance(told, str) else told if isinstance(told, list) else [told]
            yield from ((name, storable(str(word))) for word in words[:_MAX_WORDS])
        return
    texts = value if isinstance(value, list) else [value]
    if not all(isinstance(one, str) and ":" in one for one in texts):
        raise _Wrong("Must be <field>:<value> pair(s)")
    split = (storable(str(one)).partition(":") for one in texts[:_MAX_WORDS])
    yield from {name: text for name, _, text in split}.items()


class _Wrong(ValidationError):
    """A question of `resource_search` that cannot be read."""

    def __init__(self, message: str, parameter: str = "query") -> None:
        super().__init__({parameter: [message]})
        self.fields = {parameter: message}


def _candidate(name: str, text: str) -> Condition:
    """What a dataset must have so that one of its resources can match."""
    if name in {"id", "package_id"}:
        return Is("id", text[:16])
    return Holds(_INDEXED[name], text) if name in _INDEXED and len(text) < 200 else Every()


def _matches(shown: Json, name: str, text: str) -> bool:
    value = str(shown[name] if shown[name] is not None else "").lower()
    return value.startswith(text.lower()) if name == "hash" else bool(value) and text.lower() in value
