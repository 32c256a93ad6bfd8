"""`datastore_info`: the fields of a resource with their PostgreSQL types, and how many rows it has."""

from portal.ckan.actions import Call, action
from portal.ckan.datastore.fields import ROW_ID, Field
from portal.ckan.datastore.resources import open_resource


@action("datastore_info", permission="read_data", budget="catalogue")
def datastore_info(call: Call) -> object:
    """The fields of a resource and the size of its table.

    id (or resource_id): the resource. include_meta, include_fields_schema: true unless given.
    """
    resource = open_resource(call, call.required("resource_id", "id"), "Resource/Alias")
    is_schema_told = call.flag("include_fields_schema", default=True)
    fields = [_told(field, is_schema_told) for field in resource.fields.values() if field.id != ROW_ID]
    if not call.flag("include_meta", default=True):
        return {"fields": fields}
    size = resource.table.path.stat().st_size
    meta = {
        "id": resource.id,
        "count": resource.table.row_count,
        "table_type": "BASE TABLE",
        "size": size,
        "db_size": size,
        "idx_size": 0,
        "aliases": [],
    }
    return {"fields": fields, "meta": meta}


def _told(field: Field, is_schema_told: bool) -> dict[str, object]:
    if not is_schema_told:
        return field.as_json()
    schema = {
        "native_type": field.native_type,
        "notnull": False,
        "index_name": None,
        "is_index": False,
        "uniquekey": False,
    }
    if field.is_nested:  # CKAN keeps JSON in a type of its own
        return field.as_json() | {"type": "nested", "schema": schema | {"native_type": "nested"}}
    return field.as_json() | {"schema": schema}
