"""How to call the API, for people: written from the OpenAPI document that the API itself serves."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

from flask import Blueprint, Response, current_app

from portal.catalogue import queries
from portal.http.context import principal, session
from portal.http.policy import policy
from portal.http.problems import KINDS
from portal.http.rendering import render_page
from portal.kernel.vocab import Tier
from portal.limits import BUDGETS, UNITS
from portal.web.addresses import LANG

_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an operation. `place`: path, query or header."""

    name: str
    place: str
    is_required: bool
    description: str
    shape: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing the API does. `responses`: status and description."""

    anchor: str
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Parameter, ...]
    responses: tuple[tuple[str, str], ...]


def register(blueprint: Blueprint) -> None:
    """Routes of this module."""
    blueprint.add_url_rule(f"{LANG}/developers", view_func=show_developers)


@policy(permission="read_catalogue", budget="pages")
def show_developers() -> Response:
    """The readable API page."""
    describe = cast(Callable[[], Mapping[str, object]], current_app.extensions["portal.openapi"])
    newest = queries.list_newest(session(), principal(), 1)
    return render_page(
        "developers.html",
        {
            "operations": read_operations(describe()),
            "budgets": [
                (name.value, UNITS[name], [(tier.value, tiers[tier].amount, tiers[tier].window_s) for tier in Tier])
                for name, tiers in BUDGETS.items()
            ],
            "tiers": [tier.value for tier in Tier],
            "problems": KINDS,
            "example": newest[0] if newest else None,
        },
    )


def read_operations(document: Mapping[str, object]) -> tuple[Operation, ...]:
    """The operations of an OpenAPI document in its own order, references to shared parameters resolved."""
    operations = []
    for path, item in _mapping(document.get("paths")).items():
        item_members = _mapping(item)
        for method in _METHODS:
            if method in item_members:
                operations.append(_operation(document, path, method, item_members))
    return tuple(operations)


def _operation(document: Mapping[str, object], path: str, method: str, item: Mapping[str, object]) -> Operation:
    members = _mapping(item[method])
    shared, own = _list(item.get("parameters")), _list(members.get("parameters"))
    words = "".join(c if c.isalnum() else "-" for c in path).strip("-")
    return Operation(
        anchor=f"{method}-{words}",
        method=method.upper(),
        path=path,
        summary=_word(members, "summary"),
        description=_word(members, "description"),
        parameters=tuple(_parameter(_resolved(document, p)) for p in (*shared, *own)),
        responses=tuple(
            (str(status), _word(_resolved(document, r), "description"))
            for status, r in _mapping(members.get("responses")).items()
        ),
    )


def _parameter(members: Mapping[str, object]) -> Parameter:
    schema = _mapping(members.get("schema"))
    choices = " | ".join(str(v) for v in _list(schema.get("enum")))
    kind = schema.get("type", "")
    return Parameter(
        name=_word(members, "name"),
        place=_word(members, "in"),
        is_required=members.get("required") is True,
        description=_word(members, "description"),
        shape=choices or (" | ".join(map(str, kind)) if isinstance(kind, list) else str(kind)),
    )


def _resolved(document: Mapping[str, object], value: object) -> Mapping[str, object]:
    members = _mapping(value)
    reference = members.get("$ref")
    if not isinstance(reference, str):
        return members
    found: object = document
    for step in reference.removeprefix("#/").split("/"):
        found = _mapping(found).get(step)
    return _mapping(found)


def _mapping(value: object) -> Mapping[str, object]:
    return cast(Mapping[str, object], value) if isinstance(value, Mapping) else {}


def _list(value: object) -> list[object]:
    return cast(list[object], value) if isinstance(value, list) else []


def _word(members: Mapping[str, object], name: str) -> str:
    value = members.get(name)
    return value if isinstance(value, str) else ""
