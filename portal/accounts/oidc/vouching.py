"""What the provider says of a person, as plain values, from the claims of the ID token and the userinfo endpoint."""

from collections.abc import Mapping
from dataclasses import dataclass

from portal.accounts.directory import LONGEST_NAME, normal_address
from portal.kernel.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Vouched:
    """A person of the provider. `email` is blank unless the provider says that the address was confirmed."""

    issuer: str
    subject: str
    name: str
    email: str
    is_verified: bool


def read_vouched(
    claims: Mapping[str, object], *, issuer: str, verified_claim: tuple[str, ...], verified_values: frozenset[str]
) -> Vouched:
    """Claims into values; a claim of an unexpected kind counts as absent."""
    return Vouched(
        issuer=issuer,
        subject=str(claims["sub"]),
        name=_name(claims),
        email=_address(claims),
        is_verified=bool(verified_claim) and not verified_values.isdisjoint(_values(claims, verified_claim)),
    )


def has_claim(claims: Mapping[str, object], path: tuple[str, ...]) -> bool:
    """Whether the claim is told, whatever its value."""
    return _reached(claims, path) is not None


def _values(claims: Mapping[str, object], path: tuple[str, ...]) -> set[str]:
    """The claim's value, or values, as the settings write them: true and false in lower case, numbers in decimal."""
    found = _reached(claims, path)
    listed = found if isinstance(found, list) else [found]
    return {
        str(value).lower() if isinstance(value, bool) else str(value)
        for value in listed
        if isinstance(value, bool | int | str)
    }


def _reached(claims: Mapping[str, object], path: tuple[str, ...]) -> object:
    found: object = claims
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _name(claims: Mapping[str, object]) -> str:
    for claim in ("name", "preferred_username", "nickname"):
        value = claims.get(claim)
        plain = " ".join(value.split())[:LONGEST_NAME] if isinstance(value, str) else ""
        if plain and plain.isprintable():
            return plain
    return ""


def _address(claims: Mapping[str, object]) -> str:
    value = claims.get("email")
    if not isinstance(value, str) or claims.get("email_verified") is not True:
        return ""
    try:
        return normal_address(value)
    except InvalidInput:
        return ""
