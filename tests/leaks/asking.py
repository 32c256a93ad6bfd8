"""What is asked: for each endpoint, the questions that could bring out something of a dataset."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote

from tests.leaks.estate import Target

Told = Literal["nothing", "title", "rows", "both"]


@dataclass(frozen=True, slots=True)
class Ask:
    """One question. `told`: what its answer must tell anybody about a published dataset, so that a question that has
    stopped reaching anything is noticed."""

    path: str
    told: Told = "nothing"
    method: str = "GET"
    json: object = None
    form: Mapping[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200  # of a published dataset, for an anonymous caller


def at(path: str, told: Told = "nothing", **more: object) -> Ask:
    """A GET of an address with its query already encoded."""
    return Ask(path, told, **more)  # type: ignore[arg-type]


def q(text: str) -> str:
    """A text as part of an address."""
    return quote(text, safe="")


def searches(prefix: str, *, notes: Told = "title") -> tuple[Ask, ...]:
    """A search address that ends in `q=`, asked for what a dataset's title, description and rows hold."""
    return (
        Ask(prefix + "{title}", "title"),
        Ask(prefix + "{note}", notes),
        Ask(prefix + "{row}"),
        Ask(prefix + "{kind}"),
    )


def filled(ask: Ask, target: Target) -> str:
    """The address of a question about this dataset."""
    return ask.path.format(**_values(target))


def filled_json(ask: Ask, target: Target) -> str | None:
    """The body of a question about this dataset: its texts are filled like an address. None: it has none."""
    if ask.json is None:
        return None
    body = json.dumps(ask.json, ensure_ascii=False)
    for name, value in _values(target).items():
        body = body.replace(f"{{{name}}}", value)
    return body


def _values(target: Target) -> dict[str, str]:
    kinds = ("title", "note", "row", "kind", "column", "tag")
    words = {kind: target.words.alpha(kind) for kind in kinds}
    return {"id": target.id, "part": target.part, "publisher": target.publisher, **words}
