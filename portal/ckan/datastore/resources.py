"""A resource id as the rows behind it: the same answer for what is not there and for what the caller may not see."""

from dataclasses import dataclass

from portal.catalogue.queries import open_version
from portal.catalogue.views import Ref
from portal.ckan.actions import Call
from portal.ckan.datastore.fields import Field, list_fields
from portal.ckan.datastore.widths import WIDTHS
from portal.ckan.errors import ActionNotFound
from portal.ckan.resources import parse_resource_id
from portal.kernel.errors import Gone, NotFound
from portal.tables import ReadableTable


@dataclass(frozen=True, slots=True)
class Resource:
    """An open table and its fields. `ref` is pinned to the version that is read."""

    id: str
    ref: Ref
    part: str
    table: ReadableTable
    fields: dict[str, Field]


def open_resource(call: Call, resource_id: str, kind: str = "Resource") -> Resource:
    """The rows of a resource. Raises ActionNotFound in CKAN's words for everything that gives none."""
    try:
        ref, part = parse_resource_id(resource_id)
        table = open_version(call.session, call.principal, ref, part, call.parts.store)
    except (ActionNotFound, NotFound, Gone) as error:
        raise ActionNotFound(f'Not found: {kind} "{resource_id[:200]}" was not found.') from error
    dataset_id, _, number = table.version_key.rpartition("/")[0].partition("@v")
    fields = list_fields(table.schema, WIDTHS.of(call.parts.rows, table))
    return Resource(resource_id, Ref(dataset_id, int(number)), part, table, fields)
