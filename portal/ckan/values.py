"""Values that a JSON answer could not repeat: they are refused when a request is read, whatever parameter has them."""

from portal.ckan.errors import BadRequest

_MOST = 2**64
_LEAST = -(2**63)
_MAX_DEPTH = 100


def check_values(value: object, depth: int = 0) -> None:
    """Raise BadRequest for half a character, a number beyond 64 bits, or values nested more than 100 deep."""
    if depth > _MAX_DEPTH:
        raise BadRequest(f"JSON Error: values may be nested {_MAX_DEPTH} deep.")
    if isinstance(value, str):
        if not value.isascii() and any("\ud800" <= sign <= "\udfff" for sign in value):
            raise BadRequest("JSON Error: a text has half of a character (a lone surrogate).")
    elif isinstance(value, int):
        if not _LEAST <= value < _MOST:
            raise BadRequest("JSON Error: a whole number has more than 64 bits.")
    elif isinstance(value, list):
        for item in value:
            check_values(item, depth + 1)
    elif isinstance(value, dict):
        for name, item in value.items():
            check_values(name, depth + 1)
            check_values(item, depth + 1)
