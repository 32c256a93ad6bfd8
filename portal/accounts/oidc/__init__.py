"""Signing in through OpenID Connect: one registered provider, asked by one narrow part (decision 0034)."""

from portal.accounts.oidc.errors import Fault, ProviderRefused
from portal.accounts.oidc.journeys import Journey, new_journey, opened_journey, sealed_journey
from portal.accounts.oidc.opening import open_provider
from portal.accounts.oidc.provider import OidcProvider
from portal.accounts.oidc.registration import Registration
from portal.accounts.oidc.vouching import Vouched

__all__ = [
    "Fault",
    "Journey",
    "OidcProvider",
    "ProviderRefused",
    "Registration",
    "Vouched",
    "new_journey",
    "open_provider",
    "opened_journey",
    "sealed_journey",
]
