"""The actions of the CKAN door, which `portal.ckan` serves: each by GET and by POST, with the same parameters."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from marshmallow import Schema, fields

from portal.api.operations import Gives
from portal.api.outside.telling import COMPRESSED, flag, taking, tell, text, whole

Parameters = Mapping[str, fields.Field[Any]]


class CkanAnswer(Schema):
    """The envelope of what an action gives."""

    help = text("Address that explains the action.", required=True)
    success = fields.Boolean(required=True, metadata={"description": "True."})
    result = fields.Raw(required=True, metadata={"description": "What the action gives."})


class CkanError(Schema):
    """The envelope of what went wrong."""

    help = text("Address that explains the action.", required=True)
    success = fields.Boolean(required=True, metadata={"description": "False."})
    error = fields.Dict(
        required=True, metadata={"description": "`__type`, and `message` or what is wrong with each parameter."}
    )


_PLAIN = ("text/plain",)
ERRORS = tuple(
    replace(error, headers=("Access-Control-Allow-Origin",))
    for error in (
        Gives(
            400, media_types=("application/json",), text="The request cannot be read, or has a parameter nobody knows."
        ),
        Gives(403, CkanError, text="Authorization Error: nobody may do that here."),
        Gives(404, CkanError, text="Not Found Error: there is none, or none that you may see."),
        Gives(405, media_types=_PLAIN, text="Only GET and POST are offered."),
        Gives(409, CkanError, text="Validation Error or Search Error: a parameter is not acceptable."),
        Gives(413, media_types=_PLAIN, text="The body is too large."),
        Gives(414, media_types=_PLAIN, text="The address is too long; send it by POST."),
        Gives(415, media_types=_PLAIN, text="The body is neither JSON nor a form."),
        Gives(429, media_types=_PLAIN, text="Too many requests; plain text, so that no client takes it for an answer."),
        Gives(500, CkanError, text="Something went wrong here."),
        Gives(503, media_types=_PLAIN, text="A part is busy or away."),
    )
)
_DESCRIPTION = "As CKAN 2.12 answers it, with its envelope and its status codes. `/api/action/…` is the same address."
_NAMED = "Its id or name."
_RESOURCE = "Id of the resource: `<dataset id>-<part>`."
_BODY = "The same with the parameters in a JSON object or a form."


def _id(description: str) -> fields.String:
    return text(description, required=True)


def _slice() -> dict[str, fields.Field[Any]]:
    return {"limit": whole("How many at most."), "offset": whole("How many to leave out at the start.")}


def _suggesting() -> dict[str, fields.Field[Any]]:
    return {"q": text("A piece of the name.", required=True), "limit": whole("How many at most.")}


def _tagging() -> dict[str, fields.Field[Any]]:
    return {
        "query": text("A piece of the name; by POST also a list of pieces, all of which it has to hold."),
        "q": text("The same in its older form."),
        "vocabulary_id": text("A vocabulary: there is none."),
        **_slice(),
    }


def _listing() -> dict[str, fields.Field[Any]]:
    return _slice() | {
        "all_fields": flag("Whole entries instead of names."),
        "sort": text("`name`, `title` or `package_count`, with `asc` or `desc`."),
        "order_by": text("The same in its older form."),
        "q": text("A piece of the name, title or description."),
        "include_extras": flag("With extras, where all fields are asked for."),
        "include_groups": flag("With groups, where all fields are asked for."),
        "include_users": flag("With its users, of whom none is told."),
        "type": text("Kind of entries; no other has any."),
        "include_dataset_count": flag("With the number of datasets."),
    }


def _showing() -> dict[str, fields.Field[Any]]:
    return {
        "id": _id(_NAMED),
        "include_datasets": flag("With its datasets."),
        "include_dataset_count": flag("With the number of datasets."),
        "include_users": flag("With its users, of whom none is told."),
        "include_groups": flag("With its groups."),
        "include_extras": flag("With its extras."),
    }


def _searching() -> dict[str, fields.Field[Any]]:
    return {
        "q": text("Words, or Solr's query syntax where fields are named."),
        "fq": text("A filter in that syntax."),
        "fq_list": fields.List(fields.String(), metadata={"description": "Several filters."}),
        "sort": text("`metadata_modified desc, name asc`."),
        "rows": whole("How many at most, up to 1,000."),
        "start": whole("How many to leave out at the start."),
        "fl": text("Fields to return, separated by commas."),
        "facet": flag("Whether to count facets."),
        "facet.field": text("Fields to count, as a JSON list."),
        "facet.limit": fields.Integer(metadata={"description": "How many values at most; negative: all."}),
        "facet.mincount": whole("Values with fewer are left out."),
        "qf": text("Fields that words are looked for in, with weights."),
        "mm": text("How many of the words must be there."),
        "defType": text("`dismax`, `edismax` or `lucene`."),
        "include_private": flag("Changes nothing: what is private is in no answer."),
        "include_drafts": flag("Changes nothing: what is private is in no answer."),
    }


def datastore_parameters() -> dict[str, fields.Field[Any]]:
    """What a search of rows takes, beside the resource."""
    return {
        "filters": text('What fields must be, as JSON: `{"year": [2005, 2006]}`, with `gte`, `lt`, `$and`, `$or`.'),
        "q": text("Words, or as JSON words for each field."),
        "plain": flag("False: `q` is a query with `&`, `|`, `!` and `word:*`."),
        "language": text("Language of the words."),
        "fields": text("Fields to return, separated by commas."),
        "sort": text("`year desc nulls last, name`."),
        "limit": whole("How many at most."),
        "offset": whole("How many to leave out at the start."),
        "distinct": flag("Each answer once."),
    }


def _rows() -> dict[str, fields.Field[Any]]:
    return {
        "resource_id": _id(_RESOURCE),
        **datastore_parameters(),
        "full_text": text("Words that are in the row."),
        "records_format": text("`objects`, `lists`, `csv` or `tsv`."),
        "include_total": flag("Whether to count the whole answer."),
        "include_next_page": flag("With `next_page`, a filter that leads on."),
    }


@dataclass(frozen=True, slots=True)
class _Action:
    """`summary` is a message id."""

    name: str
    summary: str
    takes: Parameters = field(default_factory=dict)
    permission: str = "read_catalogue"
    budget: str = "catalogue"


_ACTIONS = (
    _Action("package_search", "Search datasets", _searching()),
    _Action("package_show", "Get a dataset", {"id": text(_NAMED), "name_or_id": text("The same in its older form.")}),
    _Action("package_list", "List names of datasets", _slice()),
    _Action("current_package_list_with_resources", "List whole datasets, the newest first", _slice()),
    _Action("package_autocomplete", "Suggest datasets", _suggesting()),
    _Action("package_relationships_list", "List relationships: there are none", {"id": _id(_NAMED)}),
    _Action("package_collaborator_list", "List collaborators: not offered here"),
    _Action("organization_list", "List departments", _listing() | {"organizations": text("Only these names.")}),
    _Action("organization_show", "Get a department", _showing()),
    _Action("organization_autocomplete", "Suggest departments", _suggesting()),
    _Action("organization_list_for_user", "List departments that you may change: none"),
    _Action("group_list", "List themes", _listing() | {"groups": text("Only these names.")}),
    _Action("group_show", "Get a theme", _showing()),
    _Action("group_package_show", "List datasets of a theme", {"id": _id(_NAMED), "limit": whole("How many at most.")}),
    _Action("group_autocomplete", "Suggest themes", _suggesting()),
    _Action("group_list_authz", "List themes that you may change: none"),
    _Action(
        "member_list",
        "List ids of the datasets of a department or theme",
        {
            "id": _id(_NAMED),
            "object_type": text("`package`; of other kinds none is told."),
            "capacity": text("`public`; there is no other."),
        },
    ),
    _Action("organization_follower_count", "Count who follows a department: nobody can here", {"id": _id(_NAMED)}),
    _Action("group_follower_count", "Count who follows a theme: nobody can here", {"id": _id(_NAMED)}),
    _Action("dataset_follower_count", "Count who follows a dataset: nobody can here", {"id": _id(_NAMED)}),
    _Action(
        "tag_list",
        "List keywords",
        {
            "query": text("A piece of the name."),
            "all_fields": flag("Whole entries instead of names."),
            "vocabulary_id": text("A vocabulary: there is none."),
        },
    ),
    _Action("tag_show", "Get a keyword", {"id": _id("Its name."), "include_datasets": flag("With its datasets.")}),
    _Action("tag_search", "Search keywords", _tagging()),
    _Action("tag_autocomplete", "Suggest keywords", _tagging()),
    _Action("vocabulary_list", "List vocabularies of keywords: there are none"),
    _Action("vocabulary_show", "Get a vocabulary of keywords: there is none", {"id": _id(_NAMED)}),
    _Action("resource_show", "Get a resource", {"id": _id(_RESOURCE)}),
    _Action(
        "resource_search",
        "Search resources",
        {
            "query": text("`field:value`; several are joined by and."),
            "order_by": text("Field to sort by."),
            **_slice(),
        },
    ),
    _Action("format_autocomplete", "Suggest formats of resources", _suggesting()),
    _Action("resource_view_list", "List views of a resource: there are none", {"id": _id(_RESOURCE)}),
    _Action("license_list", "List licences that CKAN knows"),
    _Action("status_show", "See what this site is"),
    _Action("help_show", "Explain an action", {"name": _id("Name of the action.")}),
    _Action("user_show", "Get an account: none is told", {"id": text(_NAMED)}),
    _Action("user_list", "List accounts: none is told"),
    _Action("user_autocomplete", "Suggest accounts: none is told", {"q": text("A piece of the name.", required=True)}),
    _Action("am_following_dataset", "Whether you follow a dataset: nobody can here", {"id": text(_NAMED)}),
    _Action("am_following_group", "Whether you follow a theme: nobody can here", {"id": text(_NAMED)}),
    _Action("dataset_follower_list", "Who follows a dataset: not told", {"id": text(_NAMED)}),
    _Action("group_follower_list", "Who follows a theme: not told", {"id": text(_NAMED)}),
    _Action("datastore_search", "Search rows of a resource", _rows(), "read_data", "rows"),
    _Action(
        "datastore_info",
        "See the fields of a resource",
        {
            "resource_id": _id(_RESOURCE),
            "include_meta": flag("With the size of the table."),
            "include_fields_schema": flag("With each field's schema."),
        },
        "read_data",
    ),
    _Action(
        "datastore_search_sql",
        "Learn the call for a SELECT: no SQL is run",
        {"sql": _id("The statement.")},
        "read_data",
        "rows",
    ),
)


def _tell(declared: _Action) -> None:
    words = "".join(word.title() for word in declared.name.split("_"))
    takes = taking(f"Ckan{words}", **declared.takes)
    gives = (Gives(200, CkanAnswer, text="The envelope with the result.", headers=COMPRESSED),)
    for method in ("GET", "POST"):
        is_get = method == "GET"
        tell(
            f"ckan_{declared.name}" if is_get else f"ckan_{declared.name}_by_post",
            f"/api/3/action/{declared.name}",
            method="GET" if is_get else "POST",
            summary=declared.summary,
            description=_DESCRIPTION if is_get else _BODY,
            tag="ckan",
            takes=takes if is_get else taking(f"Ckan{words}Nothing"),
            body=None if is_get or not declared.takes else takes,
            body_types=("application/json", "application/x-www-form-urlencoded"),
            needs_body=any(parameter.required for parameter in declared.takes.values()),
            gives=gives,
            errors=ERRORS,
            has_problems=False,
            is_private=True,
            permission=declared.permission,
            budget=declared.budget,
        )


for _declared in _ACTIONS:
    _tell(_declared)
