"""How an operation of another door is told: its view lives there, here stands only what it takes and gives."""

from typing import Any

from marshmallow import Schema, fields

from portal.api.operations import Answer, Gives, Method, Operation, describe_outside
from portal.api.parameters import NoParameters

DESCRIBED = ("ETag", "Vary", "Content-Encoding")
"""Headers of a document that can be asked about again."""

COMPRESSED = ("Vary", "Content-Encoding")
"""Headers of an answer that has no tag and may come compressed."""


def _served_elsewhere(*_: object) -> Answer:
    raise LookupError("This is served by another door.")


def tell(
    name: str,
    path: str,
    *,
    summary: str,
    description: str,
    tag: str,
    gives: tuple[Gives, ...],
    method: Method = "GET",
    takes: type[Schema] = NoParameters,
    takes_headers: tuple[str, ...] = (),
    problems: tuple[str, ...] = (),
    permission: str = "read_catalogue",
    budget: str = "catalogue",
    **more: Any,
) -> None:
    """Describe an operation at a whole address; the rest is as `Operation` has it."""
    declared = {"body": None, "is_private": method != "GET", "prefix": "", "view": _served_elsewhere} | more
    describe_outside(
        Operation(
            name=name,
            method=method,
            path=path,
            summary=summary,
            description=description,
            tag=tag,
            takes=takes,
            gives=gives,
            takes_headers=takes_headers,
            permission=permission,
            budget=budget,
            problems=problems,
            **declared,
        )
    )


def text(description: str, *, required: bool = False, **more: Any) -> fields.String:
    """A text parameter."""
    return fields.String(required=required, metadata={"description": description}, **more)


def whole(description: str, *, least: int = 0, most: int | None = None, **more: Any) -> fields.Integer:
    """A whole number from `least` on, up to `most` where that is known."""
    bounds = {"minimum": least} | ({} if most is None else {"maximum": most})
    return fields.Integer(metadata={"description": description, **bounds}, **more)


def flag(description: str) -> fields.Boolean:
    """True or false."""
    return fields.Boolean(metadata={"description": description})


def taking(schema_name: str, /, **parameters: fields.Field[Any]) -> type[Schema]:
    """A schema of these parameters."""
    return Schema.from_dict(dict(parameters), name=schema_name)
