"""Actions about datasets."""

from portal.catalogue.packages import find_package_id, list_packages
from portal.ckan.actions import Call, action
from portal.ckan.errors import ActionNotFound
from portal.ckan.projections import Json, package_json, plain_text
from portal.ckan.solr.fields import of_phrase
from portal.ckan.solr.grammar import Phrase
from portal.http.limits import charge
from portal.index.lookup import Holds, Lookup, Some, look_up
from portal.limits import BudgetClass

_MAX_NAMES = 100_000
_MAX_PACKAGES = 1_000
_FOR_ONE_UNIT = 100  # as many as /api/v1/datasets lists at a time
_DEFAULT_AUTOCOMPLETE = 10
BY_NAME = (("name", False),)
NEWEST = (("metadata_modified", True),)


@action("package_show")
def package_show(call: Call) -> object:
    """Return the metadata of a dataset (package) and its resources. :param id: the id or name of the dataset."""
    return show(call, call.text("id") or call.required("name_or_id"))


@action("package_list")
def package_list(call: Call) -> object:
    """Return a list of the names of the site's datasets (packages). :param limit: :param offset: a slice of it."""
    limit, offset = call.natural("limit") or _MAX_NAMES, call.natural("offset") or 0  # 0 is no limit, as there
    asked = Lookup(sort=BY_NAME, limit=min(limit, _MAX_NAMES), offset=offset)
    return list_names(call, asked)


@action("current_package_list_with_resources")
def current_package_list_with_resources(call: Call) -> object:
    """Return a list of the site's datasets (packages) and their resources, the most recently modified first.

    :param limit: at most 1,000. :param offset: how many to leave out.
    """
    limit = call.natural("limit")
    return _newest(call, _MAX_PACKAGES if limit is None else limit, call.natural("offset") or 0)


def _newest(call: Call, limit: int, offset: int) -> list[Json]:
    found = look_up(call.session, call.principal, Lookup(sort=NEWEST, limit=min(limit, _MAX_PACKAGES), offset=offset))
    return packages_of(call, found.ids)


@action("package_autocomplete")
def package_autocomplete(call: Call) -> object:
    """Return datasets (packages) that match a string. :param q: in name or title. :param limit: how many, 10."""
    q = call.required("q")
    limit = call.natural("limit", _DEFAULT_AUTOCOMPLETE) or 0
    if not q.strip():
        return []
    where = Some((Holds("name", q), Holds("title_string", q), of_phrase("title", Phrase(q), call.now)))
    found = look_up(call.session, call.principal, Lookup(where, sort=NEWEST, limit=min(limit, 100)))
    return [_suggestion(p.name, plain_text(p.title), q) for p in list_packages(call.session, call.principal, found.ids)]


def _suggestion(name: str, title: str, q: str) -> Json:
    is_name = q.lower() in name
    return {
        "name": name,
        "title": title,
        "match_field": "name" if is_name else "title",
        "match_displayed": name if is_name else f"{title} ({name})",
    }


def charge_hundreds(count: int) -> None:
    """Charge what a long answer costs beyond the call itself: a unit for each hundred datasets after the first."""
    if count > _FOR_ONE_UNIT:
        charge(BudgetClass.CATALOGUE, (count - 1) // _FOR_ONE_UNIT)


def show(call: Call, text: str) -> Json:
    """The dataset with this id or name. Raises ActionNotFound."""
    found = find_package_id(call.session, call.principal, text)
    packages = packages_of(call, (found,)) if found else []
    if not packages:
        raise ActionNotFound
    return packages[0]


def packages_of(call: Call, ids: tuple[str, ...]) -> list[Json]:
    """Whole packages, in that order; five statements whatever their number. Each hundred costs a unit of the budget."""
    charge_hundreds(len(ids))
    base_url = call.parts.settings.base_url
    return [package_json(package, base_url) for package in list_packages(call.session, call.principal, ids)]


def list_names(call: Call, asked: Lookup) -> list[str]:
    """Names of what is found, in order; ids where a dataset has none."""
    return list(look_up(call.session, call.principal, asked).names)
