"""Opening the part that talks to the provider, out of the settings."""

from portal.accounts.oidc.provider import OidcProvider
from portal.accounts.oidc.registration import AFTER_SIGN_OUT, CALLBACK, Registration
from portal.settings import Settings


def open_provider(settings: Settings) -> OidcProvider | None:
    """The part that talks to the provider, or None where none is set. Connects to nothing and reads no secret yet."""
    if not settings.oidc_issuer:
        return None
    base = settings.base_url.rstrip("/")
    return OidcProvider(
        Registration(
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id,
            secret_file=settings.oidc_client_secret_file,
            scopes=tuple(settings.oidc_scopes.split()),
            hosts=frozenset(_words(settings.oidc_hosts.lower())),
            verified_claim=tuple(part for part in settings.oidc_verified_claim.split(".") if part),
            verified_values=frozenset(_words(settings.oidc_verified_values)),
            callback=f"{base}{CALLBACK}",
            after_sign_out=f"{base}{AFTER_SIGN_OUT}",
        )
    )


def _words(listed: str) -> list[str]:
    return [word.strip() for word in listed.split(",") if word.strip()]
