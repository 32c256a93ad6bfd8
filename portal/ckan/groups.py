"""Actions about organisations (our departments) and groups (our themes)."""

from collections.abc import Callable, Sequence

from portal.catalogue.queries import get_publisher, get_theme, list_publishers, list_themes
from portal.catalogue.views import PublisherView, ThemeView
from portal.ckan.actions import Call, action
from portal.ckan.errors import ActionNotFound, ValidationError
from portal.ckan.packages import NEWEST, packages_of
from portal.ckan.projections import Json, group_json, organization_json
from portal.index.lookup import Is, Lookup, look_up
from portal.kernel.errors import NotFound

_MAX_SHOWN = 25  # of whole ones, as CKAN's default
_MAX_NAMES = 1_000
_MAX_PACKAGES = 1_000
_SORTABLE = frozenset({"name", "package_count", "title"})
_AUTOCOMPLETE = 20


@action("organization_list")
def organization_list(call: Call) -> object:
    """Return a list of the names of the site's organizations. :param all_fields: whole ones. :param sort: :param limit:"""
    return _listed(call, "organization", lambda has_count: _organizations(call, has_count=has_count))


@action("group_list")
def group_list(call: Call) -> object:
    """Return a list of the names of the site's groups. :param all_fields: whole ones. :param sort: :param limit:"""
    return _listed(call, "group", lambda has_count: _groups(call, has_count=has_count))


@action("organization_show")
def organization_show(call: Call) -> object:
    """Return the details of a organization. :param id: its id or name. :param include_datasets: with its datasets."""
    publisher = _publisher(call, call.required("id"))
    shown = organization_json(publisher, has_count=call.flag("include_dataset_count", default=True))
    return _shown(call, shown, "organization", publisher.slug)


@action("group_show")
def group_show(call: Call) -> object:
    """Return the details of a group. :param id: its id or name. :param include_datasets: with its datasets."""
    slug = call.required("id")
    shown = group_json(_theme(call, slug), has_count=call.flag("include_dataset_count", default=True))
    return _shown(call, shown, "groups", slug)


@action("group_package_show")
def group_package_show(call: Call) -> object:
    """Return the datasets (packages) of a group. :param id: the id or name of the group. :param limit: how many."""
    limit = _limit_of_packages(call)
    return _packages(call, *_group(call), limit)


@action("organization_autocomplete")
def organization_autocomplete(call: Call) -> object:
    """Return a list of organization names that contain a string. :param q: the string. :param limit: how many, 20."""
    return _suggested(call, _organizations(call))


@action("group_autocomplete")
def group_autocomplete(call: Call) -> object:
    """Return a list of group names that contain a string. :param q: the string. :param limit: how many, 20."""
    return _suggested(call, _groups(call))


@action("member_list")
def member_list(call: Call) -> object:
    """Return the members of a group: its datasets, since accounts are told to nobody. :param id: :param object_type:"""
    field, slug = _group(call)
    if call.text("object_type", "package") != "package" or call.text("capacity", "public").lower() != "public":
        return []
    asked = Lookup(Is(field, slug), sort=(("id", False),), limit=_MAX_PACKAGES)
    return [[one, "package", "public"] for one in look_up(call.session, call.principal, asked).ids]


@action("group_follower_count")
def group_follower_count(call: Call) -> object:
    """Return the number of followers of a group: nobody can follow one here. :param id: its id or name."""
    return _no_followers(call, "groups", "Group")


@action("organization_follower_count")
def organization_follower_count(call: Call) -> object:
    """Return the number of followers of an organization: nobody can follow one here. :param id: its id or name."""
    return _no_followers(call, "organization", "Organization")


@action("organization_list_for_user")
def organization_list_for_user(_call: Call) -> object:
    """Return the organizations that the user has a given permission for: none, because this door only reads."""
    return []


@action("group_list_authz")
def group_list_authz(_call: Call) -> object:
    """Return the list of groups that the user is authorized to edit: none, because this door only reads."""
    return []


def _organizations(call: Call, *, has_count: bool = True) -> list[Json]:
    return [organization_json(one, has_count=has_count) for one in list_publishers(call.session, call.principal)]


def _groups(call: Call, *, has_count: bool = True) -> list[Json]:
    return [group_json(one, has_count=has_count) for one in list_themes(call.session, call.principal)]


def _listed(call: Call, kind: str, read: Callable[[bool], list[Json]]) -> object:
    all_fields = call.flag("all_fields")
    field, is_falling = _order(call)
    limit, offset = call.natural("limit"), call.natural("offset") or 0
    most = _MAX_SHOWN if all_fields else _MAX_NAMES
    if call.parameters.get("limit") == 0:
        limit = None  # as there: the number 0 is no limit, the text 0 is one
    if call.text("type", kind) != kind:
        return []
    wanted, part = _names(call, f"{kind}s"), call.text("q").strip().lower()
    kept = [one for one in read(True) if (not wanted or one["name"] in wanted) and _holds(one, part)]
    kept.sort(key=lambda one: str(one["title"]))
    kept.sort(key=lambda one: _sortable(one, field), reverse=is_falling)
    page = kept[offset : offset + min(most, most if limit is None else limit)]
    if not all_fields:
        return [one["name"] for one in page]
    has_count = call.flag("include_dataset_count", default=True)
    more: Json = {name: [] for name in ("extras", "groups", "users") if call.flag(f"include_{name}")}
    return [{n: v for n, v in one.items() if has_count or n != "package_count"} | more for one in page]


def _holds(one: Json, part: str) -> bool:
    return any(part in str(one[name]).lower() for name in ("name", "title", "description"))


def _sortable(one: Json, field: str) -> tuple[int, str]:
    value = one[field]
    return (value, "") if isinstance(value, int) else (0, str(value))


def _order(call: Call) -> tuple[str, bool]:
    """The field and whether it falls. Raises ValidationError in CKAN's words."""
    sort = call.text("sort") or {"packages": "package_count", "": ""}.get(call.text("order_by"), call.text("order_by"))
    parts = sort.split() or ["title", "asc"]
    if len(parts) > 2 or "," in sort:
        raise ValidationError("Only one sort field is allowed")
    if parts[0] not in _SORTABLE | {"packages"}:
        raise ValidationError(f"Cannot sort by field `{parts[0][:40]}`")
    field = "package_count" if parts[0] == "packages" else parts[0]
    direction = parts[1].lower() if len(parts) == 2 else "desc" if field == "package_count" else "asc"
    if direction not in {"asc", "desc"}:
        raise ValidationError(f"Invalid sort direction `{parts[1][:40]}`")
    return field, direction == "desc"


def _names(call: Call, parameter: str) -> frozenset[str]:
    value = call.parameters.get(parameter)
    values = value if isinstance(value, list) else [value] if value else []
    return frozenset(str(one) for one in values)


def _shown(call: Call, shown: Json, field: str, slug: str) -> Json:
    if call.flag("include_datasets"):
        shown["packages"] = _packages(call, field, slug, _MAX_PACKAGES)
    if call.flag("include_users", default=True):
        shown["users"] = []
    if call.flag("include_extras", default=True):
        shown["extras"] = []
    if call.flag("include_groups", default=True):
        shown["groups"] = []
    return shown


def _limit_of_packages(call: Call) -> int:
    """CKAN's words here are one message and name no parameter."""
    try:
        return call.natural("limit") or _MAX_PACKAGES
    except ValidationError:
        raise ValidationError("Limit must be a positive integer") from None


def _packages(call: Call, field: str, slug: str, limit: int) -> list[Json]:
    asked = Lookup(Is(field, slug), sort=NEWEST, limit=min(limit, _MAX_PACKAGES))
    return packages_of(call, look_up(call.session, call.principal, asked).ids)


def _group(call: Call) -> tuple[str, str]:
    """The field that names the group asked for, and its name; CKAN takes an organisation where any group will do."""
    text = call.required("id")
    try:
        return "groups", _theme(call, text).slug
    except NotFound:
        return "organization", _publisher(call, text).slug


def _no_followers(call: Call, field: str, kind: str) -> int:
    try:
        found = _group(call)[0]
    except (NotFound, ActionNotFound):
        found = ""
    if found != field:
        raise ValidationError({"id": [f"Not found: {kind}"]})
    return 0


def _publisher(call: Call, text: str) -> PublisherView:
    try:
        return get_publisher(call.session, call.principal, text)
    except NotFound:
        found = [one for one in list_publishers(call.session, call.principal) if one.id == text]
        if not found:
            raise ActionNotFound from None
        return found[0]


def _theme(call: Call, slug: str) -> ThemeView:
    return get_theme(call.session, call.principal, slug)


def _suggested(call: Call, entries: Sequence[Json]) -> list[Json]:
    q, limit = call.required("q").lower(), call.natural("limit", _AUTOCOMPLETE) or 0
    found = [one for one in entries if q in str(one["name"]).lower() or q in str(one["title"]).lower()]
    found.sort(key=lambda one: str(one["name"]))
    return [{name: one[name] for name in ("id", "name", "title")} for one in found[:limit]]
