"""The OpenAPI 3.1 description, made from the declared operations: what is described is what is served."""

import re
from copy import deepcopy
from functools import cache
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from portal.api.answers import ProblemAnswer
from portal.api.operations import OPERATIONS, Operation
from portal.exports import FORMATS
from portal.http.problems import KINDS, MEDIA_TYPE
from portal.i18n import translate
from portal.kernel.text import Language
from portal.kernel.vocab import Tier
from portal.limits import BUDGETS, BudgetClass

_PREFIX = "/api/v1"
_ALWAYS = ("invalid-parameter", "key-unknown", "over-budget", "internal-error", "unavailable")
_PATH_PARTS = {
    "ref": ("Id of a dataset, or `id@v3` for one of its versions.", "^[a-z2-7]{16}(@v[1-9][0-9]{0,8})?$"),
    "part": ("Name of a part, as in the dataset's `parts`.", None),
    "slug": ("Address of a department or theme, as the lists have it.", None),
    "job_id": ("Id of a job, as the 202 answer's `Location` has it.", None),
    "format": ("Name of a format; `original` where the delivered file is offered.", None),
}
TAGS = {
    "start": "The entrance.",
    "datasets": "What there is.",
    "rows": "Rows of tables.",
    "downloads": "Whole files.",
    "publishers": "Departments.",
    "themes": "Subject areas.",
    "me": "Who you are to us.",
}
_DESCRIPTION = """Public data of the district, for programs. Nothing here needs a login; with a key in the header
`Authorization: Bearer …` (or `X-API-Key: …`) the budgets are larger. Every text has both languages. Every answer can be
kept and asked about again by its `ETag`. Every error is a problem (RFC 9457) whose `type` leads to its explanation."""


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
        servers=[{"url": "/"}],
        tags=[{"name": name, "description": text} | _chinese("description", text) for name, text in TAGS.items()],
        security=[{}, {"bearer": []}, {"header": []}],
        plugins=[MarshmallowPlugin()],
    )
    spec.options["x-budgets"] = _budgets()
    spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})
    spec.components.security_scheme("header", {"type": "apiKey", "in": "header", "name": "X-API-Key"})
    spec.components.schema("Problem", schema=ProblemAnswer)
    _add_headers(spec)
    for code, kind in KINDS.items():
        spec.components.response(
            code,
            {
                "description": kind.title,
                "headers": _problem_headers(kind.status),
                "content": {MEDIA_TYPE: {"schema": "Problem"}},
            },
        )
    for declared in OPERATIONS.values():
        spec.path(_PREFIX + _openapi_path(declared.path), operations={"get": _operation(declared)})
    spec.path("/download/{ref}/{part}.{format}", operations={"get": _download()})
    return dict(spec.to_dict())


def _operation(declared: Operation) -> dict[str, Any]:
    headers = {name: _header(name) for name in ("RateLimit", "RateLimit-Policy", "X-Request-Id")}
    if not declared.is_private:
        headers["ETag"] = _header("ETag")
    if "next" in declared.gives().fields:
        headers["Link"] = _header("Link")
    answers: dict[str, Any] = {
        "200": {
            "description": (declared.gives.__doc__ or "").strip(),
            "headers": headers,
            "content": {"application/json": {"schema": declared.gives}},
        },
    }
    if not declared.is_private:
        answers["304"] = {"description": "What you have is still right."}
    return (
        {
            "operationId": declared.name,
            "summary": declared.summary,
            "description": declared.description,
            "tags": [declared.tag],
            "parameters": [*_path_parameters(declared.path), {"in": "query", "schema": declared.takes}],
            "responses": answers | _problems(declared.problems),
            "x-budget": declared.budget,
        }
        | _chinese("summary", declared.summary)
        | _chinese("description", declared.description)
    )


def _download() -> dict[str, Any]:
    summary = "Download a table or a file"
    description = (
        "The whole file, with ranges, `ETag` and `Repr-Digest`. A format that has to be made first takes a moment; one that "
        "is made in the background answers 202 with the `Location` of the job."
    )
    types = sorted({made.media_type.split(";")[0] for made in FORMATS.values()})
    names = ("ETag", "Repr-Digest", "Content-Disposition", "RateLimit", "RateLimit-Policy", "X-Request-Id")
    file = {
        "headers": {name: _header(name) for name in names},
        "content": {media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in types},
    }
    waiting = {
        "description": "It is being made.",
        "headers": {name: _header(name) for name in ("Location", "Retry-After")},
    }
    path_parameters = _path_parameters("/<ref>/<part>/<format>")
    path_parameters[-1]["schema"] = {"type": "string", "enum": [*FORMATS, "original"]}
    return (
        {
            "operationId": "download",
            "summary": summary,
            "description": description,
            "tags": ["downloads"],
            "parameters": path_parameters,
            "responses": {
                "200": {"description": "The file."} | file,
                "202": waiting,
                "206": {"description": "The range that was asked for."} | file,
                "304": {"description": "What you have is still right."},
            }
            | _problems(("not-found", "gone", "range-not-satisfiable")),
            "x-budget": BudgetClass.FILES.value,
        }
        | _chinese("summary", summary)
        | _chinese("description", description)
    )


def _openapi_path(path: str) -> str:
    return re.sub(r"<(\w+)>", r"{\1}", path)


def _path_parameters(path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for name in re.findall(r"<(\w+)>", path):
        text, pattern = _PATH_PARTS[name]
        schema = {"type": "string"} | ({"pattern": pattern} if pattern else {})
        found.append({"in": "path", "name": name, "required": True, "description": text, "schema": schema})
    return found


def _problems(codes: tuple[str, ...]) -> dict[str, Any]:
    """Status → response; kinds that share a status share the schema, so the first one's stands for them."""
    found: dict[str, Any] = {}
    for code in (*_ALWAYS, *codes):
        found.setdefault(str(KINDS[code].status), code)
    return dict(sorted(found.items()))


_HEADERS = {
    "ETag": "Strong validator; send it back as `If-None-Match`.",
    "Link": "The next page, as `rel=next`.",
    "Location": "Address of the job.",
    "Retry-After": "Seconds to wait.",
    "RateLimit": "What is left: policy, `r` units, `t` seconds until more.",
    "RateLimit-Policy": "The budget: policy, `q` units in `w` seconds.",
    "Repr-Digest": "SHA-256 of the whole file (RFC 9530).",
    "Content-Disposition": "Name of the file.",
    "X-Request-Id": "What to tell us if you ask about an answer.",
}


def _add_headers(spec: APISpec) -> None:
    for name, text in _HEADERS.items():
        spec.components.header(name, {"description": text, "schema": {"type": "string"}})


def _header(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/headers/{name}"}


def _problem_headers(status: int) -> dict[str, Any]:
    names = ["X-Request-Id"]
    if status in {429, 503}:
        names.append("Retry-After")
    if status == 429:
        names += ["RateLimit", "RateLimit-Policy"]
    return {name: _header(name) for name in names}


def _chinese(field: str, message: str) -> dict[str, str]:
    translated = translate(Language.ZH, message.replace("%", "%%"))
    return {f"x-{field}-zh": translated} if translated != message else {}


def _budgets() -> list[dict[str, Any]]:
    return [
        {"policy": budget.value, "window_s": tiers[Tier.ANONYMOUS].window_s}
        | {tier.value: tiers[tier].amount for tier in Tier}
        for budget, tiers in BUDGETS.items()
    ]
