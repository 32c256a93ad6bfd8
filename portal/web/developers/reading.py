"""Operations as the pages show them, read from the OpenAPI document that the API itself serves.

What is shown can never differ from what is described: the pages know no operation that the document does not have.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from portal.web.developers.json_shapes import (
    Document,
    Member,
    as_list,
    as_mapping,
    as_word,
    list_members,
    resolved,
    sample_of,
    shape_of,
)

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an operation. `place`: path, query or header; `default` empty: none; `bounds`: least and most."""

    name: str
    place: str
    is_required: bool
    description: str
    shape: str
    default: str
    bounds: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Content:
    """What a body is: its media types, members, and a sample of it as JSON where it has members."""

    media_types: tuple[str, ...]
    members: tuple[Member, ...]
    sample: str


@dataclass(frozen=True, slots=True)
class Response:
    """One answer. `headers`: name and description; `problems`: codes of the kinds that have this status."""

    status: int
    description: str
    headers: tuple[tuple[str, str], ...]
    content: Content
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be asked. `answers` and `errors` by status; `body` None: it takes none."""

    name: str
    method: str
    path: str
    summary: str
    description: str
    tag: str
    budget: str
    needs_key: bool
    parameters: tuple[Parameter, ...]
    body: Content | None
    answers: tuple[Response, ...]
    errors: tuple[Response, ...]


def read_operations(document: Document) -> Mapping[str, Operation]:
    """The operations of the document by name, in its own order."""
    found = {}
    for path, item in as_mapping(document.get("paths")).items():
        for method in METHODS:
            if method in as_mapping(item):
                one = _operation(document, path, method, as_mapping(as_mapping(item)[method]))
                found[one.name] = one
    return found


def read_tags(document: Document) -> Mapping[str, str]:
    """The document's groups of operations: name → description."""
    tags = (as_mapping(tag) for tag in as_list(document.get("tags")))
    return {as_word(tag, "name"): as_word(tag, "description") for tag in tags}


def list_texts(document: Document) -> Iterator[str]:
    """Every sentence of the document that the pages show: message ids, all of them."""
    yield from read_tags(document).values()
    for one in read_operations(document).values():
        yield from (one.summary, one.description)
        yield from (parameter.description for parameter in one.parameters)
        contents = [one.body] if one.body else []
        for response in (*one.answers, *one.errors):
            yield "" if response.problems else response.description
            yield from (text for _, text in response.headers)
            contents.append(response.content)
        yield from (member.description for member in chain.from_iterable(content.members for content in contents))


def _operation(document: Document, path: str, method: str, told: Document) -> Operation:
    responses = [
        _response(document, int(status), resolved(document, response))
        for status, response in as_mapping(told.get("responses")).items()
    ]
    body = as_mapping(told.get("requestBody"))
    return Operation(
        name=as_word(told, "operationId"),
        method=method.upper(),
        path=path,
        summary=as_word(told, "summary"),
        description=as_word(told, "description"),
        tag=str(next(iter(as_list(told.get("tags"))), "")),
        budget=as_word(told, "x-budget"),
        needs_key={} not in as_list(told.get("security", [{}])),
        parameters=tuple(_parameter(resolved(document, one)) for one in as_list(told.get("parameters"))),
        body=_content(document, as_mapping(body.get("content"))) if body else None,
        answers=tuple(one for one in responses if one.status < 400),
        errors=tuple(one for one in responses if one.status >= 400),
    )


def _parameter(told: Document) -> Parameter:
    schema = as_mapping(told.get("schema"))
    default = schema.get("default")
    shown = "" if default in (None, "", []) else str(default).lower() if isinstance(default, bool) else str(default)
    return Parameter(
        name=as_word(told, "name"),
        place=as_word(told, "in"),
        is_required=told.get("required") is True,
        description=as_word(told, "description"),
        shape=shape_of(schema),
        default=shown,
        bounds=(_bound(schema, "minimum"), _bound(schema, "maximum")),
    )


def _bound(schema: Document, name: str) -> str:
    value = schema.get(name)
    return str(value) if isinstance(value, int) else ""


def _response(document: Document, status: int, told: Document) -> Response:
    return Response(
        status=status,
        description=as_word(told, "description"),
        headers=tuple(
            (name, as_word(resolved(document, header), "description"))
            for name, header in as_mapping(told.get("headers")).items()
        ),
        content=_content(document, as_mapping(told.get("content"))),
        problems=tuple(str(code) for code in as_list(told.get("x-problems"))),
    )


def _content(document: Document, told: Document) -> Content:
    schemas = [schema for one in told.values() if (schema := as_mapping(one).get("schema"))]
    members = list_members(document, schemas[0]) if schemas else ()
    return Content(tuple(told), members, sample_of(document, schemas[0]) if members else "")
