"""Names of an address's query: a misspelt one must not be passed over, or what was asked for becomes everything."""

from collections.abc import Collection
from difflib import get_close_matches

from flask import request

from portal.kernel.errors import InvalidInput

_SHOWN_CHARS = 60


def refuse_unknown(known: Collection[str]) -> None:
    """Raise InvalidInput that names the first parameter of this request that is not known here, and those that are."""
    for name in request.args:
        if name not in known:
            raise InvalidInput(_told(name, known), parameter=name[:100])


def _told(name: str, known: Collection[str]) -> str:
    shown = name[:_SHOWN_CHARS]
    if not known:
        return f"There is no parameter {shown!r} here; this address takes none."
    near = get_close_matches(name.lower()[:100], known, n=1, cutoff=0.6)
    hint = f"Did you mean {near[0]!r}? " if near else ""
    return f"There is no parameter {shown!r} here. {hint}Known are: {', '.join(known)}."
