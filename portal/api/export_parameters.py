"""What an export takes: the clauses of rows, in the address or in a body."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import fields, post_load, validate

from portal.api.clauses import ClauseParameters
from portal.exports import FORMATS
from portal.exports.questions import Clauses


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that is asked for by a body."""

    format: str
    clauses: Clauses


class ExportParameters(ClauseParameters):
    """Which rows, and what of them; nothing: all of the table."""

    limit = fields.Integer(
        load_default=None,
        validate=validate.Range(min=1, max=10**15 - 1),
        metadata={"description": "How many rows of the answer the file has at most, from its start; left out: all."},
    )

    @post_load
    def _value(self, data: Mapping[str, Any], **_: Any) -> Clauses:
        return _clauses(data)


class ExportBody(ExportParameters):
    """Which rows, what of them, and as what."""

    format = fields.String(
        required=True, validate=validate.OneOf(list(FORMATS)), metadata={"description": "The format."}
    )

    @post_load
    def _value(self, data: Mapping[str, Any], **_: Any) -> Wanted:
        return Wanted(data["format"], _clauses(data))


def _clauses(data: Mapping[str, Any]) -> Clauses:
    return Clauses.of({name: str(value) for name, value in data.items() if value is not None and name != "format"})
