"""`package_search`: CKAN's search parameters into a lookup, and what was found into CKAN's answer."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from portal.catalogue.packages import Package, list_packages
from portal.catalogue.queries import name_publishers, name_themes
from portal.ckan.actions import Call, action, as_integer, storable
from portal.ckan.errors import SearchError, SearchQueryError, ValidationError
from portal.ckan.licences import BY_ID
from portal.ckan.packages import charge_hundreds
from portal.ckan.projections import Json, package_json, plain_text
from portal.ckan.solr import ReadQuery, Unreadable, read_filter, read_query
from portal.ckan.solr.fields import FIXED, MANY
from portal.ckan.solr.queries import DEFAULT_FIELDS, DEFAULT_MATCH
from portal.index.entries import EXTRAS, format_of
from portal.index.lookup import Both, Found, Lookup, look_up

MAX_ROWS: Final = 1_000
_MAX_FACETS: Final = 20
_DEFAULT_ROWS: Final = 10
_DEFAULT_FACET_VALUES: Final = 50
DEFAULT_SORT: Final = "score desc, metadata_modified desc"
_KNOWN: Final = frozenset(
    {
        "q", "fl", "fq", "rows", "sort", "start", "wt", "qf", "bf", "boost", "facet", "facet.mincount", "facet.limit",
        "facet.field", "extras", "fq_list", "tie", "defType", "mm", "df", "q.op",
        "include_drafts", "include_deleted", "include_private", "use_default_schema", "callback", "validate_schema",
    }
)  # fmt: skip
_SORT = re.compile(r"\s*([\w.\-*]+)\s+(asc|desc)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The parameters, read. `shown`: fields of `fl`, empty for whole packages."""

    lookup: Lookup
    sort: str
    shown: tuple[str, ...]


@action("package_search")
def package_search(call: Call) -> object:
    """Search for packages satisfying a given search criteria.

    :param q: words, or Solr's query syntax where fields are named. :param fq: :param fq_list: filters in that syntax.
    :param sort: `metadata_modified desc, name asc`. :param rows: at most 1,000. :param start: how many to leave out.
    :param facet.field: a JSON list of fields. :param facet.limit: :param facet.mincount: :param fl: fields to return.
    What is private, a draft or deleted is in no answer, whatever is asked.
    """
    _refuse_unknown(call)
    asked = _read(call)
    found = look_up(call.session, call.principal, asked.lookup)
    facets = {name: _fixed(name, found.total, asked.lookup) or counts for name, counts in found.facets.items()}
    charge_hundreds(len(found.ids))
    packages = list_packages(call.session, call.principal, found.ids)
    base_url = call.parts.settings.base_url
    if asked.shown:
        results = [_document(package, asked.shown, found, base_url) for package in packages]
    else:
        results = [package_json(package, base_url) for package in packages]
    return {
        "count": found.total,
        "facets": {name: dict(counts) for name, counts in facets.items()},
        "results": results,
        "sort": asked.sort,
        "search_facets": {name: _named(call, name, counts) for name, counts in facets.items()},
    }


def _fixed(name: str, total: int, asked: Lookup) -> Mapping[str, int]:
    """The one count of a field in which everything has the same value; empty for other fields."""
    is_counted = total >= asked.facet_least and asked.facet_limit != 0
    return {FIXED[name]: total} if name in FIXED and is_counted else {}


def _refuse_unknown(call: Call) -> None:
    unknown = [name for name in call.parameters if name not in _KNOWN and not name.startswith("ext_")]
    if unknown:
        raise SearchQueryError(f"Invalid search parameters: {[name[:60] for name in unknown[:10]]}")
    if call.text("wt", "json") not in {"json", ""}:
        raise ValidationError({"wt": ["Only json is offered"]})


def _read(call: Call) -> _Asked:
    rows = _DEFAULT_ROWS if call.parameters.get("rows") == "" else call.natural("rows", _DEFAULT_ROWS)
    start = call.natural("start", 0)
    sort = DEFAULT_SORT if call.parameters.get("sort") in (None, "rank") else call.text("sort")
    order = _order(sort)
    facets = _facet_fields(call)
    try:
        query = read_query(
            call.text("q"),
            call.now,
            fields=call.text("qf") or DEFAULT_FIELDS,
            least=call.text("mm") or DEFAULT_MATCH,
            parser=_parser(call),
        )
        filters = [read_filter(text, call.now) for text in _filters(call)]
    except Unreadable as error:
        raise SearchError(str(error)) from error
    lookup = Lookup(
        where=Both((query.where, *filters)) if filters else query.where,
        sort=order,
        offset=start or 0,
        limit=min(rows or 0, MAX_ROWS),
        facets=facets,
        facet_limit=_integer(call, "facet.limit", _DEFAULT_FACET_VALUES),
        facet_least=call.natural("facet.mincount", 1) or 0,
    )
    shown = _fields(call)
    return _Asked(_scored(lookup, query, shown), sort, shown)


def _scored(lookup: Lookup, query: ReadQuery, shown: tuple[str, ...]) -> Lookup:
    """With scores, where they are sorted by or shown."""
    is_needed = "score" in shown or any(name == "score" for name, _ in lookup.sort)
    return replace(lookup, boosts=query.boosts) if is_needed else lookup


def _parser(call: Call) -> str:
    parser = call.text("defType")
    if parser not in {"", "dismax", "edismax", "lucene"}:
        raise SearchError(f"Query parser '{parser[:40]}' is not known; dismax, edismax and lucene are.")
    return parser


def _order(sort: str) -> tuple[tuple[str, bool], ...]:
    order = []
    for part in sort.split(",") if sort.strip() else ():
        found = _SORT.fullmatch(part)
        if found is None:
            raise SearchQueryError('Invalid "sort" parameter')
        if found[1] in MANY or found[1].startswith(("vocab_", "res_extras_")):
            raise SearchError(f"can not sort on multivalued field: {found[1][:60]}")
        order.append((found[1], found[2].lower() == "desc"))
    return tuple(order[:10])


def _filters(call: Call) -> list[str]:
    """`fq` and `fq_list`; a list where a text was meant is taken as a list."""
    found: list[str] = []
    for name in ("fq", "fq_list"):
        value = call.parameters.get(name)
        values = value if isinstance(value, list) else [] if value is None else [value]
        if not all(isinstance(one, str) for one in values):
            raise ValidationError({name: ["Must be a Unicode string value"]})
        found += [storable(str(one)) for one in values]
    if len(found) > 50:
        raise ValidationError({"fq_list": ["At most 50 filters are read"]})
    return found


def _facet_fields(call: Call) -> tuple[str, ...]:
    value = call.parameters.get("facet.field")
    if value is None:
        return ()
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError) as error:
            raise ValidationError({"facet.field": ["Could not parse as valid JSON"]}) from error
    if not isinstance(value, list):
        raise ValidationError({"facet.field": ["Not a list"]})
    if others := [one for one in value if not isinstance(one, str)]:
        raise ValidationError({"facet.field": [f"Not a string: {str(others[0])[:60]}"]})
    if not call.flag("facet", default=True):
        return ()
    return tuple(dict.fromkeys(storable(str(one))[:110] for one in value))[:_MAX_FACETS]


def _fields(call: Call) -> tuple[str, ...]:
    value = call.parameters.get("fl")
    texts = value if isinstance(value, list) else [value or ""]
    return tuple(name for text in texts for name in re.split(r"[,\s]+", str(text)) if name)[:50]


def _integer(call: Call, name: str, default: int) -> int:
    value = call.parameters.get(name)
    return default if value is None else as_integer(name, value)


def _named(call: Call, name: str, counts: Mapping[str, int]) -> Json:
    """A facet with what its values are called, in falling order of the names as CKAN has it."""
    names: dict[str, str] = {}
    if name == "organization":
        found = name_publishers(call.session, call.principal, tuple(counts))
        names = {slug: plain_text(text) for slug, text in found.items()}
    elif name == "groups":
        names = {slug: plain_text(text) for slug, text in name_themes(call.session, tuple(counts)).items()}
    elif name == "license_id":
        names = {value: BY_ID[value].title for value in counts if value in BY_ID}
    items = [{"name": v, "display_name": names.get(v) or v, "count": n} for v, n in counts.items()]
    return {"title": name, "items": sorted(items, key=lambda item: str(item["display_name"]), reverse=True)}


def _document(package: Package, shown: tuple[str, ...], found: Found, base_url: str) -> Json:
    """The fields asked for by `fl`, as the index keeps them; what a dataset does not have is left out."""
    whole = package_json(package, base_url)
    parts = package.parts
    values: Json = {
        **{name: whole[name] for name in _SINGLE},
        "dataset_type": "dataset",
        "entity_type": "package",
        "capacity": "public",
        "site_id": "default",
        "license": whole["license_title"],
        "metadata_created": f"{str(whole['metadata_created'])[:23]}Z",
        "metadata_modified": f"{str(whole['metadata_modified'])[:23]}Z",
        "organization": package.publisher.slug,
        "tags": sorted(package.keywords),
        "groups": [theme.slug for theme in package.themes],
        "res_format": [format_of(part.particulars, part.format) for part in parts],
        "res_url": [part.url for part in parts if part.url],
        "res_name": [plain_text(part.name) for part in parts],
        "res_description": [d for part in parts if (d := part.particulars.get("description"))],
        **{name: value for name, value in package.particulars.items() if name.startswith(EXTRAS)},
    }
    if "data_dict" in shown or "validated_data_dict" in shown:
        values |= dict.fromkeys(("data_dict", "validated_data_dict"), json.dumps(whole, ensure_ascii=False))
    if "score" in shown:
        values["score"] = found.scores.get(package.id, 0.0) or 1.0
    names = tuple(values) if "*" in shown else shown
    return {n.removeprefix(EXTRAS): values[n] for n in names if values.get(n) not in (None, "", [])}


_SINGLE: Final = (
    "id", "name", "title", "notes", "author", "author_email", "maintainer", "maintainer_email", "url", "version",
    "license_id", "state", "owner_org", "num_resources", "num_tags",
)  # fmt: skip
