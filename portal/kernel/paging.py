"""Bounded pages of anything."""

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A slice of an ordered list. `total` None: not counted. `offset` and `limit` in items."""

    items: tuple[T, ...]
    total: int | None
    offset: int
    limit: int
