"""Actions about tags (our keywords). They belong to no vocabulary."""

from collections.abc import Sequence

from portal.ckan.actions import Call, action, storable
from portal.ckan.errors import ActionNotFound, ValidationError
from portal.ckan.packages import NEWEST, packages_of
from portal.ckan.projections import Json, tag_json
from portal.index.lookup import MAX_FACET_VALUES, Found, Is, Lookup, list_values, look_up

_MAX_PACKAGES = 1_000
_MAX_TERMS = 20


@action("tag_list")
def tag_list(call: Call) -> object:
    """Return a list of the site's tags. :param query: only those that hold it. :param all_fields: whole ones."""
    if call.text("vocabulary_id"):
        raise ActionNotFound("Not found: could not find vocabulary")
    part = (call.text("query") or call.text("q")).strip()
    tags = _tags(call, (part,))
    return [tag_json(tag) for tag in tags] if call.flag("all_fields") else list(tags)


@action("tag_show")
def tag_show(call: Call) -> object:
    """Return the details of a tag. :param id: its name or id. :param include_datasets: with its datasets."""
    wanted = call.required("id")
    found = _tagged(call, wanted)
    if not found.total:
        wanted = next((tag for tag in _tags(call, ()) if tag_json(tag)["id"] == wanted), wanted)
        found = _tagged(call, wanted)
    if not found.total or call.text("vocabulary_id"):
        raise ActionNotFound
    one = tag_json(wanted)
    shown: Json = {name: one[name] for name in ("id", "name", "vocabulary_id", "display_name")}
    return shown | ({"packages": packages_of(call, found.ids)} if call.flag("include_datasets") else {})


@action("tag_autocomplete")
def tag_autocomplete(call: Call) -> object:
    """Return a list of tag names that contain a string. :param query: it. :param limit: how many. :param offset:"""
    return list(_found(call)[1])


@action("tag_search")
def tag_search(call: Call) -> object:
    """Return a list of tags whose names contain a given string. :param query: it, or several. :param limit: :param offset:"""
    count, tags = _found(call)
    results = [{n: v for n, v in tag_json(tag).items() if n != "display_name"} for tag in tags]
    return {"count": count, "results": results}


@action("vocabulary_list")
def vocabulary_list(_call: Call) -> object:
    """Return a list of all the site's tag vocabularies: there are none."""
    return []


@action("vocabulary_show")
def vocabulary_show(call: Call) -> object:
    """Return a single tag vocabulary: there is none. :param id: its id or name."""
    call.required("id")
    raise ActionNotFound


def _found(call: Call) -> tuple[int, tuple[str, ...]]:
    """How many tags hold all terms that are asked for, and the slice of them; none where no term is."""
    offset, limit = call.natural("offset") or 0, call.natural("limit", MAX_FACET_VALUES) or 0
    if "vocabulary_id" in call.parameters:
        call.required("vocabulary_id")
        raise ActionNotFound
    terms = _terms(call)
    tags = _tags(call, terms) if terms else ()
    return len(tags), tags[offset : offset + limit]


def _terms(call: Call) -> tuple[str, ...]:
    """`query` or `q`, a text or a list of texts, and `fields` as older clients have it."""
    value = call.parameters.get("query") or call.parameters.get("q") or []
    values = value if isinstance(value, list) else [value]
    fields = call.parameters.get("fields")
    if isinstance(fields, dict):
        values = [*values, *(fields[name] for name in ("tag", "tags") if name in fields)]
    if len(values) > _MAX_TERMS or not all(isinstance(one, str) for one in values):
        raise ValidationError({"query": [f"Must be a text, or a list of at most {_MAX_TERMS} texts"]})
    return tuple(found for one in values if (found := storable(str(one)).strip()))


def _tagged(call: Call, tag: str) -> Found:
    asked = Lookup(Is("tags", storable(tag)), sort=NEWEST, limit=_MAX_PACKAGES)
    return look_up(call.session, call.principal, asked)


def _tags(call: Call, terms: Sequence[str]) -> tuple[str, ...]:
    """Tags that hold all terms, whatever their case."""
    first, *others = terms or ("",)
    found = list_values(call.session, call.principal, "tags", part=storable(first))
    return tuple(tag for tag in found if all(term.lower() in tag.lower() for term in others))
