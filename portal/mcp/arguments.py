"""What the tools take, each declared once: checked by it, and described to models by it."""

from collections.abc import Mapping
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema, ValidationError, fields, validate
from marshmallow.exceptions import SCHEMA

from portal.index.facets import FACETS
from portal.kernel.errors import InvalidInput
from portal.tables.grammar import MAX_CHARS

MOST_DATASETS = 50
MOST_ROWS = 500
_DEEPEST = 9_950
_CLAUSES = {
    "select": "Columns and calculations, comma separated: `街道, sum(数量) as total, count(*)`. Empty: all columns.",
    "where": "A condition: `数量 >= 100 and (街道 = '东湖街道' or 名称 contains '学校') and not 面积 is null`. Operators: "
    "= != < <= > >= in between like contains 'starts with' 'ends with' is null and or not. Texts in 'single quotes', "
    'column names with spaces in "double quotes".',
    "group_by": "Makes groups: columns, `year(column)`, `month(column)`, `range(column, 0, 10, 100)`.",
    "having": "A condition on groups: `count(*) > 10`.",
    "order_by": "Columns or names from select, each with `desc` for descending.",
}


def _text(description: str, *, is_required: bool = False, most: int = 1_000) -> fields.String:
    more: dict[str, Any] = {"required": True} if is_required else {"load_default": ""}
    return fields.String(validate=validate.Length(max=most), metadata={"description": description}, **more)


class SearchArguments(Schema):
    """What to look for."""

    query = _text('Words in Chinese or English, "phrases", -not. Empty: everything.')
    sort = fields.String(
        load_default="relevance",
        validate=validate.OneOf(["relevance", "modified", "popularity"]),
        metadata={"description": "Order of the datasets."},
    )
    limit = fields.Integer(
        load_default=10,
        strict=True,
        validate=validate.Range(min=1, max=MOST_DATASETS),
        metadata={"description": "How many datasets at most."},
    )
    offset = fields.Integer(
        load_default=0,
        strict=True,
        validate=validate.Range(min=0, max=_DEEPEST),
        metadata={"description": "How many to leave out at the start."},
    )


SearchFacets = SearchArguments.from_dict(
    {
        facet.name: fields.List(
            fields.String(validate=validate.Length(min=1, max=200)),
            load_default=list,
            validate=validate.Length(max=50),
            metadata={"description": f"{facet.description} Several values are alternatives."},
        )
        for facet in FACETS
    },
    name="SearchFacets",
)


class DescribeArguments(Schema):
    """Which dataset."""

    dataset = _text("Id of a dataset, as search_datasets gives it, or `id@v3` for one version.", is_required=True)


class RowArguments(Schema):
    """Which rows or groups of which table."""

    dataset = _text("Id of a dataset, or `id@v3` for one version.", is_required=True)
    table = _text("Name of one of its tables, as describe_dataset gives it.", is_required=True)
    select = _text(_CLAUSES["select"], most=MAX_CHARS)
    where = _text(_CLAUSES["where"], most=MAX_CHARS)
    group_by = _text(_CLAUSES["group_by"], most=MAX_CHARS)
    having = _text(_CLAUSES["having"], most=MAX_CHARS)
    order_by = _text(_CLAUSES["order_by"], most=MAX_CHARS)
    limit = fields.Integer(
        load_default=50,
        strict=True,
        validate=validate.Range(min=1, max=MOST_ROWS),
        metadata={"description": "How many rows or groups at most."},
    )
    cursor = _text("Where the page before ended: its next_cursor, with all clauses as they were.", most=8_000)


def describe_arguments(schema: type[Schema]) -> dict[str, Any]:
    """The JSON schema of a tool's arguments."""
    plugin = MarshmallowPlugin()
    APISpec(title="", version="", openapi_version="3.1.0", plugins=[plugin])
    assert plugin.converter is not None
    described: dict[str, Any] = plugin.converter.schema2jsonschema(schema)  # type: ignore[no-untyped-call]
    return {**described, "additionalProperties": False}


def read_arguments(schema: Schema, given: object) -> Mapping[str, Any]:
    """The arguments, checked, with defaults for what is not given. Raises InvalidInput that names the first wrong one."""
    try:
        loaded: Mapping[str, Any] = schema.load(given if given is not None else {})  # type: ignore[arg-type]
    except ValidationError as error:
        name, messages = next(iter(error.messages_dict.items()))
        if name == SCHEMA:
            told = f"arguments is an object with {', '.join(schema.fields)}."
        elif name not in schema.fields:
            told = f"There is no argument {name[:60]!r}. Known are: {', '.join(schema.fields)}."
        else:
            told = f"{name}: {_first(messages)}"
        raise InvalidInput(told, parameter=name[:60]) from error
    if any(isinstance(value, str) and "\x00" in value for value in loaded.values()):
        raise InvalidInput("An argument holds a NUL character; remove it.", parameter="arguments")
    return loaded


def _first(messages: object) -> str:
    while isinstance(messages, dict):
        messages = next(iter(messages.values()))
    return str(messages[0]) if isinstance(messages, list) and messages else str(messages)
