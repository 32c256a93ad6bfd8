"""The OpenAPI 3.1 description, made from the declared operations: what is described is what is served."""

from copy import deepcopy
from functools import cache
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from portal.access import can
from portal.api.answers import ProblemAnswer
from portal.api.described_errors import (
    ALWAYS,
    content_of,
    describe_kinds,
    describe_own_errors,
    error_answers,
    own_error,
)
from portal.api.headers import EVERY_ANSWER, HEADERS, REQUEST_HEADERS, HeaderKind
from portal.api.operations import OPERATIONS, OUTSIDE, Gives, Operation
from portal.api.path_parts import parts_of
from portal.i18n import translate
from portal.kernel.principal import ANONYMOUS
from portal.kernel.text import Language
from portal.kernel.vocab import Tier
from portal.limits import BUDGETS, DESCRIPTIONS

TAGS = {
    "start": "The entrance.",
    "datasets": "What there is.",
    "rows": "Rows of tables.",
    "downloads": "Whole files.",
    "publishers": "Departments.",
    "themes": "Subject areas.",
    "changes": "What is new, changed or gone.",
    "webhooks": "Being told when something changes.",
    "me": "Who you are to us.",
    "linked": "Descriptions of datasets in other people's formats.",
    "harvesting": "Doors for other catalogues and for assistants.",
    "feeds": "What is new, for feed readers.",
    "ckan": "The Action API as CKAN's clients know it.",
}
_DESCRIPTION = """Public data of the district, for programs. Nothing here needs a login; with a key in the header
`Authorization: Bearer …` (or `X-API-Key: …`) the budgets are larger. Every text has both languages. Every answer can be
kept and asked about again by its `ETag`, and comes compressed (zstd, br, gzip) where you accept that. Every GET answers HEAD
as well. Every error is a problem (RFC 9457) whose `type` leads to its explanation."""
_NOT_MODIFIED = "What you have is still right."


def describe_api() -> dict[str, Any]:
    """The OpenAPI 3.1 document as JSON values; a copy of its own for each caller."""
    return deepcopy(_description())


@cache
def _description() -> dict[str, Any]:
    spec = APISpec(
        title="District Open Data API",
        version="1.0",
        openapi_version="3.1.0",
        info={"description": " ".join(_DESCRIPTION.split()), "x-title-zh": "区公共数据开放接口"},
        servers=[{"url": "/", "description": "Where this description was served."}],
        tags=[{"name": name, "description": text} | chinese("description", text) for name, text in TAGS.items()],
        security=[{}, {"bearer": []}, {"header": []}],
        plugins=[MarshmallowPlugin()],
    )
    spec.options["x-budgets"] = _budgets()
    spec.components.security_scheme(
        "bearer", {"type": "http", "scheme": "bearer", "description": "An API key in `Authorization: Bearer <key>`."}
    )
    spec.components.security_scheme(
        "header", {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "The same key by itself."}
    )
    spec.components.schema("Problem", schema=ProblemAnswer)
    for name, kind in HEADERS.items():
        spec.components.header(name, _header(kind))
    for name, kind in REQUEST_HEADERS.items():
        spec.components.parameter(name, "header", {"required": False} | _header(kind))
    describe_kinds(spec)
    describe_own_errors(spec, (error for declared in OUTSIDE.values() for error in declared.errors))
    for declared in (*OPERATIONS.values(), *OUTSIDE.values()):
        spec.path(
            declared.address.replace("<", "{").replace(">", "}"),
            operations={declared.method.lower(): _operation(declared)},
        )
    return dict(spec.to_dict())


def _operation(declared: Operation) -> dict[str, Any]:
    needs_key = not can(ANONYMOUS, declared.permission)
    told: dict[str, Any] = {
        "operationId": declared.name,
        "summary": declared.summary,
        "description": declared.description,
        "tags": [declared.tag],
        "parameters": _parameters(declared),
        "responses": _answers(declared) | _errors(declared, needs_key=needs_key),
        "x-budget": declared.budget,
    }
    if declared.body is not None:
        content = {media_type: {"schema": declared.body} for media_type in declared.body_types}
        told["requestBody"] = {"required": declared.needs_body, "content": content}
    if needs_key:
        told["security"] = [{"bearer": []}, {"header": []}]
    return told | chinese("summary", declared.summary) | chinese("description", declared.description)


def _parameters(declared: Operation) -> list[dict[str, Any] | str]:
    found: list[dict[str, Any] | str] = []
    for name, part in parts_of(declared.path).items():
        schema: dict[str, Any] = {"type": "string"}
        schema |= {"pattern": part.pattern} if part.pattern else {}
        schema |= {"enum": list(part.values)} if part.values else {}
        found.append({"in": "path", "name": name, "required": True, "description": part.text, "schema": schema})
    if declared.takes().fields:
        found.append({"in": "query", "schema": declared.takes})
    conditional = ("If-None-Match",) if declared.is_conditional else ()
    return [*found, *dict.fromkeys((*conditional, *declared.takes_headers))]


def _answers(declared: Operation) -> dict[str, Any]:
    found = {str(gives.status): _success(declared, gives) for gives in declared.gives}
    if declared.is_conditional:
        kept = ("ETag", "Cache-Control", *EVERY_ANSWER)
        found["304"] = {"description": _NOT_MODIFIED, "headers": {name: header(name) for name in kept}}
    return found


def _errors(declared: Operation, *, needs_key: bool) -> dict[str, Any]:
    own: dict[str, Any] = {str(gives.status): own_error(gives) for gives in declared.errors}
    if not declared.has_problems:
        return own
    return {**error_answers(_codes(declared, needs_key=needs_key)), **own}


def _success(declared: Operation, gives: Gives) -> dict[str, Any]:
    text = gives.text or (gives.schema.__doc__ if gives.schema else "") or "Done."
    names = [*(EVERY_ANSWER if declared.is_shared else EVERY_ANSWER[:-1]), "Cache-Control", *gives.headers]
    if declared.is_conditional and gives.status == 200:
        names.append("ETag")
    if gives.schema is not None:
        names += ["Vary", "Content-Encoding"] if declared.is_conditional and gives.status == 200 else []
        names += ["Link"] if "next" in gives.schema().fields else []
    told: dict[str, Any] = {
        "description": " ".join(text.split()),
        "headers": {name: header(name) for name in dict.fromkeys(names)},
    }
    told |= content_of(gives)
    return told | chinese("description", told["description"])


def _codes(declared: Operation, *, needs_key: bool) -> tuple[str, ...]:
    """Every kind of problem that the operation can give."""
    codes = [*ALWAYS, *declared.problems]
    codes += ["not-found"] if "<" in declared.path else []
    codes += ["key-needed", "forbidden"] if needs_key or declared.method != "GET" else []
    codes += ["too-large", "unsupported-media-type"] if declared.body is not None else []
    return tuple(dict.fromkeys(codes))


def header(name: str) -> dict[str, str]:
    """A reference to a declared header. Raises KeyError for one that is not."""
    assert name in HEADERS, name
    return {"$ref": f"#/components/headers/{name}"}


def _header(kind: HeaderKind) -> dict[str, Any]:
    told = {"description": kind.text, "schema": dict(kind.schema), "example": kind.example}
    return told | chinese("description", kind.text)


def chinese(field: str, message: str) -> dict[str, str]:
    """The member `x-<field>-zh`, where there is a translation."""
    translated = translate(Language.ZH, message.replace("%", "%%"))
    return {f"x-{field}-zh": translated} if translated != message else {}


def _budgets() -> list[dict[str, Any]]:
    return [
        {"policy": budget.value, "description": DESCRIPTIONS[budget], "window_s": tiers[Tier.ANONYMOUS].window_s}
        | chinese("description", DESCRIPTIONS[budget])
        | {tier.value: tiers[tier].amount for tier in Tier}
        for budget, tiers in BUDGETS.items()
    ]
