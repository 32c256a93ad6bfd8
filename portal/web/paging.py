"""Which page links stand under a list: the first, the last, and those around the current one."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pager:
    """`links`: page number and address in order, with None for a gap. `previous` and `next` empty at the ends."""

    number: int
    last: int
    previous: str
    next: str
    links: tuple[tuple[int, str] | None, ...]


def make_pager(
    number: int, total: int, size: int, address: Callable[[int], str], *, most: int = 10_000
) -> Pager | None:
    """The pager of a list of `total` items in pages of `size`; None where one page shows all."""
    last = min(-(-total // size), most)
    if last <= 1 and number <= 1:
        return None
    shown = sorted({1, last} | {n for n in range(number - 2, number + 3) if 1 <= n <= last})
    links: list[tuple[int, str] | None] = []
    for before, n in zip([0, *shown], shown, strict=False):
        if n - before > 1:
            links.append(None)
        links.append((n, address(n)))
    return Pager(
        number=number,
        last=last,
        previous=address(min(number - 1, last)) if number > 1 else "",
        next=address(number + 1) if number < last else "",
        links=tuple(links),
    )
