"""What is asked: for each endpoint, the questions that could bring out something of a dataset."""

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
    words = target.words
    kinds = ("title", "note", "row", "kind", "column", "tag")
    values = {kind: words.alpha(kind) for kind in kinds}
    return ask.path.format(id=target.id, part=target.part, publisher=target.publisher, **values)
