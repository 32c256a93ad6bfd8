"""What the provider says of itself (OpenID Connect Discovery 1.0), as far as it is needed and can be trusted."""

from collections.abc import Mapping
from dataclasses import dataclass

from portal.accounts.oidc.errors import Fault, ProviderRefused
from portal.accounts.oidc.id_tokens import ALGORITHMS
from portal.accounts.oidc.registration import Registration


@dataclass(frozen=True, slots=True)
class Metadata:
    """Addresses and abilities of the provider; blank: it does not offer that. `tells_issuer`: RFC 9207."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str
    end_session_endpoint: str
    uses_basic: bool
    algorithms: tuple[str, ...]
    tells_issuer: bool


def read_metadata(document: Mapping[str, object], registration: Registration) -> Metadata:
    """Check the document. Raises ProviderRefused, which says what does not fit.

    Addresses that this process asks itself must be on the issuer's host or on a registered one: a document cannot send
    it anywhere else.
    """
    if document.get("issuer") != registration.issuer:
        raise _unfit("its document names another issuer (compare PORTAL_OIDC_ISSUER to the last sign)")
    asked = {name: _text(document, name) for name in ("token_endpoint", "jwks_uri", "userinfo_endpoint")}
    for name, address in asked.items():
        if not address and name == "userinfo_endpoint":
            continue
        if not registration.is_ours_to_ask(address):
            raise _unfit(f"its {name} is not on the issuer's host; if it is right, add that host to PORTAL_OIDC_HOSTS")
    begin, end = _text(document, "authorization_endpoint"), _text(document, "end_session_endpoint")
    if not registration.is_address(begin):
        raise _unfit("its authorization_endpoint is missing or without TLS")
    challenges = _list(document, "code_challenge_methods_supported")
    if challenges and "S256" not in challenges:
        raise _unfit("it offers no PKCE with S256")
    offered = _list(document, "id_token_signing_alg_values_supported") or ["RS256"]
    algorithms = tuple(name for name in ALGORITHMS if name in offered)
    if not algorithms:
        raise _unfit("it signs with no algorithm that is accepted here")
    methods = _list(document, "token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    return Metadata(
        authorization_endpoint=begin,
        **asked,
        end_session_endpoint=end if registration.is_address(end) else "",
        uses_basic="client_secret_basic" in methods,
        algorithms=algorithms,
        tells_issuer=document.get("authorization_response_iss_parameter_supported") is True,
    )


def _unfit(what: str) -> ProviderRefused:
    return ProviderRefused(Fault.SETTINGS, f"the provider cannot be used: {what}")


def _text(document: Mapping[str, object], name: str) -> str:
    value = document.get(name)
    return value if isinstance(value, str) and len(value) <= 2_000 else ""


def _list(document: Mapping[str, object], name: str) -> list[str]:
    value = document.get(name)
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
