"""What an engine is asked, in terms that every engine has: tokens in fields, all, any, none. Each engine translates this."""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Match:
    """These tokens side by side in this text field; the score counts `boost` times."""

    field: str
    tokens: tuple[str, ...]
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class OneOf:
    """A facet (or `id`) has one of these values; adds nothing to the score."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class All:
    """Every clause must match; `prefer` only adds to the score; nothing of `without` may match."""

    clauses: tuple["Clause", ...]
    prefer: tuple["Clause", ...] = ()
    without: tuple["Clause", ...] = ()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least so many must match. `is_best`: the best one scores (others a fifth); otherwise scores add up."""

    clauses: tuple["Clause", ...]
    is_best: bool = False  # with at_least 1 only
    at_least: int = 1


@dataclass(frozen=True, slots=True)
class Everything:
    """Matches all documents."""


Clause: TypeAlias = Match | OneOf | All | AnyOf | Everything

BEST_TIE = 0.2
