"""JSON bodies: read once, checked by the declared schema, refused with the member that is wrong."""

from collections.abc import Mapping
from typing import Any

import orjson
from flask import request
from marshmallow import Schema, ValidationError, fields
from werkzeug.exceptions import UnsupportedMediaType

from portal.kernel.errors import InvalidInput

_DEEPEST = 40


def read_body(schema: Schema) -> object:
    """The body as the schema's value.

    Raises UnsupportedMediaType for anything but JSON, and InvalidInput whose `parameter` is the member's path in the body
    (`events.0`), or `body` for the whole.
    """
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("Send JSON, with the header `Content-Type: application/json`.")
    try:
        raw = orjson.loads(request.get_data())
    except orjson.JSONDecodeError as error:
        raise InvalidInput(f"The body is not JSON: {error.msg}.", parameter="body", position=error.pos) from error
    if not isinstance(raw, dict):
        raise InvalidInput("The body must be a JSON object.", parameter="body")
    _check_types(schema, raw, "")
    try:
        return schema.load(raw)
    except ValidationError as error:
        place, message = _first(error.messages_dict)
        raise InvalidInput(f"{place}: {message}", parameter=place[:100]) from error


def _check_types(schema: Schema, raw: Mapping[str, object], place: str) -> None:
    """Raise InvalidInput for a word or a number where true or false stands in the description, and the like: query strings
    must be read so kindly, JSON must not."""
    for name, field in schema.fields.items():
        key = field.data_key or name
        value = raw.get(key)
        if value is None:
            continue
        here = f"{place}{key}"
        if isinstance(field, fields.Boolean) and not isinstance(value, bool):
            raise InvalidInput(f"{here}: true or false, not a word or a number.", parameter=here)
        if isinstance(field, fields.Integer) and (isinstance(value, bool) or not isinstance(value, int)):
            raise InvalidInput(f"{here}: a whole number, not in quotes.", parameter=here)
        if isinstance(field, fields.Nested) and isinstance(field.schema, Schema) and isinstance(value, dict):
            _check_types(field.schema, value, f"{here}.")


def _first(messages: Any) -> tuple[str, str]:
    """The path of the first member that is wrong, and what is wrong with it."""
    steps: list[str] = []
    while isinstance(messages, dict) and len(steps) < _DEEPEST:
        step, messages = next(iter(messages.items()))
        steps.append(str(step))
    message = messages[0] if isinstance(messages, list) and messages else messages
    shown = [step for step in steps if step != "_schema"]
    return ".".join(shown) or "body", str(message)
