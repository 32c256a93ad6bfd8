"""What callers may send: marshmallow schemas for query strings, and the one place that reads them.

Each schema loads into a frozen value of its own, so that nothing untyped goes further.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request
from marshmallow import Schema, ValidationError, fields, post_load, validate

from portal.http.parameters import refuse_unknown
from portal.index import SearchRequest
from portal.index.facets import FACETS
from portal.kernel.errors import InvalidInput

MAX_LIST_LIMIT = 100
MAX_SEARCH_DEPTH = 10_000
MAX_TEXT = 1_000
MAX_FACET_VALUES = 50


@dataclass(frozen=True, slots=True)
class Slice:
    """Which part of a list: items to leave out, items to give."""

    offset: int = 0
    limit: int = 20


@dataclass(frozen=True, slots=True)
class Prefix:
    """What was typed so far, and how many suggestions are wanted."""

    text: str
    limit: int


class NoParameters(Schema):
    """Nothing can be chosen."""

    @post_load
    def _value(self, _data: Mapping[str, Any], **_: Any) -> None:
        return None


class PageParameters(Schema):
    """Which slice of a list."""

    limit = fields.Integer(
        load_default=20,
        validate=validate.Range(min=1, max=MAX_LIST_LIMIT),
        metadata={"description": "How many items an answer has at most."},
    )
    offset = fields.Integer(
        load_default=0,
        validate=validate.Range(min=0, max=MAX_SEARCH_DEPTH),
        metadata={"description": "How many items to leave out at the start; `next` has the address of the next page."},
    )

    @post_load
    def _value(self, data: Mapping[str, Any], **_: Any) -> Slice:
        return Slice(data["offset"], data["limit"])


class _Words(Schema):
    q = fields.String(
        load_default="",
        validate=validate.Length(max=MAX_TEXT),
        metadata={"description": 'Words in Chinese or English, "phrases", -not, field:value. Empty: everything.'},
    )
    sort = fields.String(
        load_default="relevance",
        validate=validate.OneOf(["relevance", "modified", "popularity"]),
        metadata={"description": "Order of the items."},
    )
    limit = fields.Integer(
        load_default=20,
        validate=validate.Range(min=1, max=MAX_LIST_LIMIT),
        metadata={"description": "How many items an answer has at most."},
    )
    offset = fields.Integer(
        load_default=0,
        validate=validate.Range(min=0, max=MAX_SEARCH_DEPTH - 1),
        metadata={
            "description": f"How many items to leave out at the start; with `limit` at most {MAX_SEARCH_DEPTH:,}."
        },
    )
    facets = fields.Boolean(load_default=True, metadata={"description": "Whether to count the values of facets."})

    @post_load
    def _value(self, data: Mapping[str, Any], **_: Any) -> SearchRequest:
        chosen = {facet.name: tuple(data[facet.name]) for facet in FACETS if data[facet.name]}
        limit = min(data["limit"], MAX_SEARCH_DEPTH - data["offset"])
        return SearchRequest(
            text=data["q"],
            facets=chosen,
            sort=data["sort"],
            offset=data["offset"],
            limit=limit,
            with_facets=data["facets"],
        )


SearchParameters = _Words.from_dict(
    {
        facet.name: fields.List(
            fields.String(validate=validate.Length(min=1, max=200)),
            load_default=list,
            validate=validate.Length(max=MAX_FACET_VALUES),
            metadata={"description": f"{facet.description} Repeat it for any of several values."},
        )
        for facet in FACETS
    },
    name="SearchParameters",
)


class SuggestionParameters(Schema):
    """What was typed so far."""

    q = fields.String(
        required=True,
        validate=validate.Length(min=1, max=100),
        metadata={"description": "The beginning of a title, in Chinese or English."},
    )
    limit = fields.Integer(
        load_default=8,
        validate=validate.Range(min=1, max=20),
        metadata={"description": "How many suggestions at most."},
    )

    @post_load
    def _value(self, data: Mapping[str, Any], **_: Any) -> Prefix:
        return Prefix(data["q"], data["limit"])


def read_parameters(schema: Schema) -> object:
    """The query string as the schema's value. Raises InvalidInput naming the parameter and what is expected."""
    raw: dict[str, object] = {}
    known = {field.data_key or name: field for name, field in schema.fields.items()}
    refuse_unknown(known)
    for name, values in request.args.lists():
        if any("\x00" in value for value in values):
            raise InvalidInput(f"{name} holds a NUL character; remove it.", parameter=name)
        if isinstance(known[name], fields.List):
            raw[name] = values
        elif len(values) > 1:
            raise InvalidInput(f"{name} is given {len(values)} times; give it once.", parameter=name)
        else:
            raw[name] = values[0]
    try:
        return schema.load(raw)
    except ValidationError as error:
        name, messages = next(iter(error.messages_dict.items()))
        raise InvalidInput(f"{name}: {_first_message(messages)}", parameter=name) from error


def _first_message(messages: object) -> str:
    while isinstance(messages, dict):
        messages = next(iter(messages.values()))
    return str(messages[0]) if isinstance(messages, list) and messages else str(messages)
