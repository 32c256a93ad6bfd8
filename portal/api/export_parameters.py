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

    @post_load
    def _value(self, data: Mapping[str, Any], **_: Any) -> Clauses:
        return Clauses.of(data)


class ExportBody(ClauseParameters):
    """Which rows, what of them, and as what."""

    format = fields.String(
        required=True, validate=validate.OneOf(list(FORMATS)), metadata={"description": "The format."}
    )

    @post_load
    def _value(self, data: Mapping[str, Any], **_: Any) -> Wanted:
        return Wanted(data["format"], Clauses.of(data))
