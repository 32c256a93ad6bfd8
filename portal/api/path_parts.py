"""Parts of addresses, by the name that they have in paths: what each means and how it looks."""

from collections.abc import Mapping
from dataclasses import dataclass

from portal.exports import FORMATS


@dataclass(frozen=True, slots=True)
class PathPart:
    """`text` is a message id. `pattern`: how every value looks; `values`: all there are."""

    text: str
    pattern: str = ""
    values: tuple[str, ...] = ()


PATH_PARTS: dict[str, PathPart] = {
    "ref": PathPart("Id of a dataset, or `id@v3` for one of its versions.", "^[a-z2-7]{16}(@v[1-9][0-9]{0,8})?$"),
    "part": PathPart("Name of a part, as in the dataset's `parts`."),
    "slug": PathPart("Address of a department or theme, as the lists have it."),
    "job_id": PathPart("Id of a job, as the 202 answer's `Location` has it."),
    "format": PathPart(
        "Name of a format; `original` where the delivered file is offered.", values=(*FORMATS, "original")
    ),
}
"""Name → part. An operation with a part of its own adds it with `declare_part` in its module."""


def declare_part(name: str, text: str, pattern: str = "", values: tuple[str, ...] = ()) -> None:
    """Add a part. Raises ValueError where the name means something else already."""
    part = PathPart(text, pattern, values)
    if PATH_PARTS.setdefault(name, part) != part:
        raise ValueError(f"The path part {name} is declared twice, differently.")


def parts_of(path: str) -> Mapping[str, PathPart]:
    """The declared parts of a path in its order. Raises KeyError for one that nobody declared."""
    names = [piece.partition(">")[0] for piece in path.split("<")[1:]]
    return {name: PATH_PARTS[name] for name in names}
