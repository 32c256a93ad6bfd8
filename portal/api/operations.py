"""What the API offers: one declaration for each operation makes its route, its checks and its description.

    @operation("/datasets", summary="Search datasets", takes=SearchParameters, gives=SearchAnswer)
    def search_datasets(request: SearchRequest) -> Answer: ...

The view gets the loaded parameters first, then the parts of the path by name.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import orjson
from flask import Blueprint, Response
from marshmallow import Schema
from werkzeug.wrappers import Response as BaseResponse

from portal.api.parameters import NoParameters, read_parameters
from portal.http.conditional import conditional
from portal.http.policy import policy

_JSON_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE


@dataclass(frozen=True, slots=True)
class Answer:
    """What a view gives. `next_url` also becomes a `Link` header."""

    body: Mapping[str, object]
    next_url: str | None = None
    modified_at: datetime | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


View = Callable[..., Answer]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. `problems`: codes of `portal.http.problems.KINDS` besides those that any operation can give.

    `is_private`: the answer is about the caller and not for any cache.
    """

    name: str
    path: str
    summary: str
    description: str
    tag: str
    takes: type[Schema]
    gives: type[Schema]
    permission: str
    budget: str
    problems: tuple[str, ...]
    is_private: bool
    view: View


OPERATIONS: dict[str, Operation] = {}


def operation(
    path: str,
    *,
    summary: str,
    tag: str,
    gives: type[Schema],
    takes: type[Schema] = NoParameters,
    permission: str = "read_catalogue",
    budget: str = "catalogue",
    problems: tuple[str, ...] = (),
    is_private: bool = False,
) -> Callable[[View], View]:
    """Declare a GET under `/api/v1`. The view's docstring is the description; its name is the operation's."""

    def declare(view: View) -> View:
        name = view.__name__
        if name in OPERATIONS:
            raise ValueError(f"There are two operations {name}.")
        OPERATIONS[name] = Operation(
            name=name,
            path=path,
            summary=summary,
            description=" ".join((view.__doc__ or "").split()),
            tag=tag,
            takes=takes,
            gives=gives,
            permission=permission,
            budget=budget,
            problems=problems,
            is_private=is_private,
            view=view,
        )
        return view

    return declare


def register_operations(blueprint: Blueprint) -> None:
    """Make a route of every declared operation."""
    for declared in OPERATIONS.values():
        blueprint.add_url_rule(declared.path, declared.name, _endpoint(declared), methods=["GET"])


def _endpoint(declared: Operation) -> Callable[..., BaseResponse]:
    schema = declared.takes()

    @policy(permission=declared.permission, budget=declared.budget)
    def endpoint(**path: str) -> BaseResponse:
        return respond(declared.view(read_parameters(schema), **path), is_private=declared.is_private)

    endpoint.__name__ = declared.name
    return endpoint


def respond(answer: Answer, *, is_private: bool) -> BaseResponse:
    """The answer as JSON with validators, or 304 where the caller has it already."""
    response = Response(orjson.dumps(answer.body, option=_JSON_OPTIONS), content_type="application/json")
    response.headers.update(dict(answer.headers))
    if answer.next_url:
        response.headers["Link"] = f'<{answer.next_url}>; rel="next"'
    if is_private:
        response.headers["Cache-Control"] = "no-store"
        return response
    return conditional(response, modified_at=answer.modified_at)
