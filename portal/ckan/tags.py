"""Actions about tags (our keywords). They belong to no vocabulary."""

from portal.ckan.actions import Call, action
from portal.ckan.errors import ActionNotFound
from portal.ckan.packages import NEWEST, packages_of
from portal.ckan.projections import Json, tag_json
from portal.index.lookup import MAX_FACET_VALUES, Is, Lookup, list_values, look_up

_MAX_PACKAGES = 1_000
_AUTOCOMPLETE = 10


@action("tag_list")
def tag_list(call: Call) -> object:
    """Return a list of the site's tags. :param query: only those that hold it. :param all_fields: whole ones."""
    if call.text("vocabulary_id"):
        raise ActionNotFound("Not found: could not find vocabulary")
    tags = _tags(call, call.text("query") or call.text("q"))
    return [tag_json(tag) for tag in tags] if call.flag("all_fields") else list(tags)


@action("tag_show")
def tag_show(call: Call) -> object:
    """Return the details of a tag. :param id: its name. :param include_datasets: with its datasets."""
    wanted = call.required("id")
    found = look_up(
        call.session, call.principal, Lookup(Is("tags", wanted.replace("\x00", "")), sort=NEWEST, limit=_MAX_PACKAGES)
    )
    if not found.total:
        raise ActionNotFound
    one = tag_json(wanted)
    shown: Json = {name: one[name] for name in ("id", "name", "vocabulary_id", "display_name")}
    return shown | ({"packages": packages_of(call, found.ids)} if call.flag("include_datasets") else {})


@action("tag_autocomplete")
def tag_autocomplete(call: Call) -> object:
    """Return a list of tag names that contain a string. :param q: the string. :param limit: how many, 10."""
    limit = call.natural("limit", _AUTOCOMPLETE) or 0
    return list(_tags(call, call.text("query") or call.required("q")))[:limit]


@action("tag_search")
def tag_search(call: Call) -> object:
    """Return a list of tags whose names contain a given string. :param query: the string. :param limit: :param offset:"""
    tags = _tags(call, call.text("query") or call.required("q"))
    offset, limit = call.natural("offset") or 0, call.natural("limit", MAX_FACET_VALUES) or 0
    results = [{n: v for n, v in tag_json(tag).items() if n != "display_name"} for tag in tags[offset : offset + limit]]
    return {"count": len(tags), "results": results}


@action("vocabulary_list")
def vocabulary_list(_call: Call) -> object:
    """Return a list of all the site's tag vocabularies: there are none."""
    return []


@action("vocabulary_show")
def vocabulary_show(call: Call) -> object:
    """Return a single tag vocabulary: there is none. :param id: its id or name."""
    call.required("id")
    raise ActionNotFound


def _tags(call: Call, part: str) -> tuple[str, ...]:
    return list_values(call.session, call.principal, "tags", part=part.replace("\x00", ""))
