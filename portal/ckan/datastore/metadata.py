"""`_table_metadata`: the list of all resources that have rows, as a resource that can be searched itself."""

from collections.abc import Sequence
from typing import Final

from portal.catalogue.packages import list_open_tables
from portal.ckan.actions import Call
from portal.ckan.datastore.asking import SearchRequest
from portal.ckan.datastore.filters import FilterOp, parse_filters
from portal.ckan.datastore.links import page_links
from portal.ckan.datastore.ordering import check_fields, parse_sort, split_list
from portal.ckan.datastore.records import as_text
from portal.ckan.errors import ActionNotFound, ValidationError
from portal.ckan.resources import parse_resource_id, resource_id
from portal.kernel.digests import text_digest

TABLE_METADATA: Final = "_table_metadata"
_TYPES: Final = {"_id": "text", "name": "name", "oid": "oid", "alias_of": "name"}
_MAX_NAMES: Final = 200
_DELIMITERS: Final = {"csv": ",", "tsv": "\t"}


def search_metadata(call: Call, request: SearchRequest) -> dict[str, object]:
    """A page of the list, ordered by name; `filters` takes names. Tables that not everybody may read are not in it."""
    given = split_list(request.fields)
    check_fields(given or (), _TYPES)
    names = tuple(dict.fromkeys(given)) if given else tuple(_TYPES)
    sort = parse_sort(request.sort, _TYPES)
    if request.q or request.full_text or request.distinct or any(c.field != "name" or c.is_descending for c in sort):
        raise ValidationError(
            {"resource_id": [f"{TABLE_METADATA} is listed by name, and searched by filters on name."]}
        )
    operation = parse_filters(request.filters, _TYPES)
    keys = None if operation is None else _keys(operation)
    found, total = list_open_tables(call.session, limit=request.limit, offset=request.offset, keys=keys)
    records = [_record(resource_id(*key)) for key in found]
    told: dict[str, object] = dict(request.echo)
    if operation is not None:
        told["filterops"] = operation.as_json()
    told["records"] = _formatted([[record[name] for name in names] for record in records], names, request)
    told["fields"] = [{"id": name, "type": _TYPES[name]} for name in (names if given is None else given)]
    told["_links"] = page_links(request.limit, request.offset)
    return told | ({"total": total} if request.include_total else {})


def _keys(operation: FilterOp) -> list[tuple[str, str]]:
    """The names that a filter asks for. Raises ValidationError for any other."""
    if operation.field != "name" or operation.op not in {"eq", "in"}:
        raise ValidationError({"filters": [f"{TABLE_METADATA} is filtered by names alone."]})
    values = operation.value if isinstance(operation.value, list) else [operation.value]
    if len(values) > _MAX_NAMES:
        raise ValidationError({"filters": [f"At most {_MAX_NAMES} names are looked for."]})
    keys = []
    for value in values:
        try:
            ref, part = parse_resource_id(str(value))
        except ActionNotFound:
            continue
        keys.append((ref.dataset_id, part))
    return keys


def _record(name: str) -> dict[str, object]:
    digest = text_digest(name)
    return {"_id": digest[:16], "name": name, "oid": int(digest[:7], 16), "alias_of": None}


def _formatted(rows: list[list[object]], names: Sequence[str], request: SearchRequest) -> object:
    if request.records_format == "objects":
        return [dict(zip(names, row, strict=True)) for row in rows]
    if request.records_format == "lists":
        return rows
    return as_text(rows, [_TYPES[name] for name in names], _DELIMITERS[request.records_format])
