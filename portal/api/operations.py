"""What the API offers: one declaration for each operation makes its route, its checks and its description.

    @operation("/datasets", summary="Search datasets", tag="datasets", takes=SearchParameters, gives=SearchAnswer)
    def search_datasets(asked: SearchRequest) -> Answer: ...

    @operation("/me/keys", method="POST", body=KeyBody, gives=Gives(201, KeyAnswer, headers=("Location",)), …)
    def create_key(_nothing: None, wanted: NewKey) -> Answer: ...

    @operation("/catalogue.<format>", gives=Gives(media_types=("text/csv", …), headers=("Content-Disposition",)), …)
    def export_catalogue(_nothing: None, format: str) -> Response: ...

The view gets the loaded query parameters first, then the loaded body where one is declared, then the parts of the path by
name. It gives an `Answer` (JSON), or a response of its own where the answer is a file.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from marshmallow import Schema
from werkzeug.wrappers import Response as BaseResponse

from portal.api.parameters import NoParameters

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a view gives. `body` None: nothing, as 204 has it. `next_url` and `links` (relation → address) become a `Link`
    header."""

    body: Mapping[str, object] | None
    next_url: str | None = None
    links: Mapping[str, str] = field(default_factory=dict)
    modified_at: datetime | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True, slots=True)
class Gives:
    """One kind of success: `schema` alone is JSON, `media_types` alone a file, neither an empty answer.

    `text` says what it is (else the schema's docstring does). `headers`: names of `portal.api.headers.HEADERS` besides those
    that every answer has.
    """

    status: int = 200
    schema: type[Schema] | None = None
    media_types: tuple[str, ...] = ()
    text: str = ""
    headers: tuple[str, ...] = ()


View = Callable[..., Answer | BaseResponse]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. `problems`: codes of `portal.http.problems.KINDS` besides those that any operation can give.

    `gives`: every kind of success. `takes_headers`: names of `portal.api.headers.REQUEST_HEADERS` besides `If-None-Match`.
    `is_private`: the answer is about the caller and not for any cache. `prefix` with the path is the whole address.
    `body_types`: media types that the body may come as; `needs_body` False: it may be left out. `errors`: those that another
    protocol words itself, by status; `has_problems` False: there are no others. `is_shared`: pages of other sites may read
    the answer.
    """

    name: str
    method: Method
    path: str
    summary: str
    description: str
    tag: str
    takes: type[Schema]
    body: type[Schema] | None
    gives: tuple[Gives, ...]
    takes_headers: tuple[str, ...]
    permission: str
    budget: str
    problems: tuple[str, ...]
    is_private: bool
    view: View
    prefix: str = "/api/v1"
    body_types: tuple[str, ...] = ("application/json",)
    needs_body: bool = True
    errors: tuple[Gives, ...] = ()
    has_problems: bool = True
    is_shared: bool = True

    @property
    def address(self) -> str:
        """The whole path, with its parts in angle brackets."""
        return self.prefix + self.path

    @property
    def is_conditional(self) -> bool:
        """Whether the answer has a validator that can be asked about again."""
        return self.method == "GET" and not self.is_private and any(gives.status == 200 for gives in self.gives)


OPERATIONS: dict[str, Operation] = {}
OUTSIDE: dict[str, Operation] = {}
"""Operations at addresses outside of `/api/v1` that other doors serve and this description tells."""


def operation(
    path: str,
    *,
    summary: str,
    tag: str,
    gives: type[Schema] | Gives | tuple[Gives, ...],
    method: Method = "GET",
    takes: type[Schema] = NoParameters,
    body: type[Schema] | None = None,
    takes_headers: tuple[str, ...] = (),
    permission: str = "read_catalogue",
    budget: str = "catalogue",
    problems: tuple[str, ...] = (),
    is_private: bool = False,
) -> Callable[[View], View]:
    """Declare an operation under `/api/v1`. The view's docstring is the description; its name is the operation's."""

    def declare(view: View) -> View:
        name = view.__name__
        if name in OPERATIONS:
            raise ValueError(f"There are two operations {name}.")
        OPERATIONS[name] = Operation(
            name=name,
            method=method,
            path=path,
            summary=summary,
            description=" ".join((view.__doc__ or "").split()),
            tag=tag,
            takes=takes,
            body=body,
            gives=_kinds_of_success(gives),
            takes_headers=takes_headers,
            permission=permission,
            budget=budget,
            problems=problems,
            is_private=is_private,
            view=view,
        )
        return view

    return declare


def describe_outside(declared: Operation) -> None:
    """Tell an operation that another door serves; `prefix` is empty and `path` the whole address."""
    if declared.name in OPERATIONS or declared.name in OUTSIDE:
        raise ValueError(f"There are two operations {declared.name}.")
    OUTSIDE[declared.name] = declared


def _kinds_of_success(gives: type[Schema] | Gives | tuple[Gives, ...]) -> tuple[Gives, ...]:
    if isinstance(gives, Gives):
        return (gives,)
    return gives if isinstance(gives, tuple) else (Gives(schema=gives),)
