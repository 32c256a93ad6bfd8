"""Checking an ID token as OpenID Connect Core 3.1.3.7 asks: signature, issuer, audience, times, nonce, access token.

Signatures with the client's secret (HS256 …) and unsigned tokens are not accepted whatever the provider says.
"""

from collections.abc import Mapping, Sequence

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import JWKRegistry, KeySet

from portal.accounts.oidc.errors import Fault, ProviderRefused

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA", "RS384", "RS512", "PS384", "PS512", "ES384", "ES512")
_KINDS = frozenset({"RSA", "EC", "OKP"})
_MOST_KEYS = 50
_LEEWAY_S = 60
_LONGEST_SUBJECT = 255  # OpenID Connect Core 2


class KeyMissing(Exception):
    """The token names a key that is not among those known: the provider may have changed its keys."""


def read_keys(document: Mapping[str, object]) -> KeySet:
    """The provider's public keys for signatures; those of other kinds, for other uses or unreadable are left out.

    Raises ProviderRefused when none is left.
    """
    listed = document.get("keys")
    found = []
    for entry in listed[:_MOST_KEYS] if isinstance(listed, list) else []:
        if not isinstance(entry, dict) or entry.get("kty") not in _KINDS or entry.get("use", "sig") != "sig":
            continue
        try:
            found.append(JWKRegistry.import_key({name: value for name, value in entry.items() if name != "key_ops"}))
        except (JoseError, ValueError, TypeError, KeyError):
            continue
    if not found:
        raise ProviderRefused(Fault.SETTINGS, "the provider has no key that signatures can be checked with")
    return KeySet(found)


def check_id_token(
    text: str,
    keys: KeySet,
    *,
    issuer: str,
    client_id: str,
    nonce: str,
    access_token: str,
    algorithms: Sequence[str],
    now_s: int,
) -> Mapping[str, object]:
    """The claims of a token that is right in every respect. Raises KeyMissing, ProviderRefused."""
    try:
        token = jwt.decode(text, keys, algorithms=list(algorithms))
        claims = CodeIDToken(
            token.claims,
            token.header,
            options={
                "iss": {"essential": True, "value": issuer},
                "aud": {"essential": True, "value": client_id},
                "exp": {"essential": True},
                "iat": {"essential": True},
                "nonce": {"essential": True, "value": nonce},
            },
            params={"nonce": nonce, "client_id": client_id, "access_token": access_token},
        )
        claims.validate(now=now_s, leeway=_LEEWAY_S)
    except InvalidKeyIdError as error:
        raise KeyMissing from error
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise ProviderRefused(Fault.UNTRUSTED, f"the ID token is not right: {type(error).__name__}") from error
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT or not subject.isprintable():
        raise ProviderRefused(Fault.UNTRUSTED, "the ID token has no usable subject")
    return dict(claims)
