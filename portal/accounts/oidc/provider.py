"""The one part of the web process that sends something to another machine: to the registered sign-in provider, and nowhere else.

No method takes an address. What is asked are the issuer's own document and the addresses that the document names on the
provider's registered hosts (decision 0034).
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from urllib.parse import urlencode, urlsplit

import structlog
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.discovery import get_well_known_url
from joserfc.jwk import KeySet

from portal.accounts.oidc.asking import LIMITS, Asker
from portal.accounts.oidc.discovery import Metadata, read_metadata
from portal.accounts.oidc.errors import Fault, ProviderRefused
from portal.accounts.oidc.id_tokens import KeyMissing, check_id_token, read_keys
from portal.accounts.oidc.journeys import Journey
from portal.accounts.oidc.registration import Registration
from portal.accounts.oidc.vouching import Vouched, has_claim, read_vouched
from portal.outbound import OutboundLimits

_log = structlog.get_logger(__name__)

_FRESH_S = 3_600
_AWAY_S = 10  # after a failure nobody waits for the next one
_AT_ONCE = 4  # a slow provider holds that many threads of the web process, no more


class OidcProvider:
    """OpenID Connect with one provider: the code flow with PKCE, for a confidential or a public client.

    Use it for people at pages. It holds no token: what the provider gave is gone with the request. Safe for threads.
    """

    def __init__(
        self,
        registration: Registration,
        *,
        limits: OutboundLimits = LIMITS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.registration = registration
        self._clock = clock
        self._limits = limits
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(_AT_ONCE)
        self._metadata: tuple[float, Metadata] | None = None
        self._keys: tuple[float, KeySet] | None = None
        self._away_until = 0.0

    @property
    def issuer(self) -> str:
        """Its name for itself, as identities are kept under."""
        return self.registration.issuer

    def address_of(self, journey: Journey) -> str:
        """Where the browser goes to sign in. Raises ProviderRefused."""
        with self._asking():
            metadata = self._known_metadata()
        return str(
            prepare_grant_uri(
                metadata.authorization_endpoint,
                client_id=self.registration.client_id,
                response_type="code",
                redirect_uri=self.registration.callback,
                scope=list(self.registration.scopes),
                state=journey.state,
                nonce=journey.nonce,
                code_challenge=create_s256_code_challenge(journey.verifier),
                code_challenge_method="S256",
                ui_locales=_locale(journey.language),
            )
        )

    def check_sender(self, told_issuer: str) -> None:
        """Refuse an answer that another provider sent (RFC 9207). Raises ProviderRefused."""
        with self._asking():
            metadata = self._known_metadata()
        if (told_issuer or metadata.tells_issuer) and told_issuer != self.issuer:
            raise ProviderRefused(Fault.UNTRUSTED, "the answer names another issuer, or none")

    def vouch(self, journey: Journey, code: str, now: datetime) -> Vouched:
        """Who signed in at the provider, by the code that came back with the browser. Raises ProviderRefused."""
        with self._asking():
            metadata = self._known_metadata()
            granted = self._asker.redeem(
                metadata.token_endpoint,
                {
                    "grant_type": "authorization_code",
                    "code": code,
                    "redirect_uri": self.registration.callback,
                    "code_verifier": journey.verifier,
                },
                uses_basic=metadata.uses_basic,
            )
            claims = self._checked(granted.id_token, granted.access_token, journey.nonce, metadata, now)
            claims = self._completed(claims, granted.access_token, metadata)
        return read_vouched(
            claims,
            issuer=self.issuer,
            verified_claim=self.registration.verified_claim,
            verified_values=self.registration.verified_values,
        )

    def find_sign_out(self, language: str) -> str | None:
        """Where the browser goes to sign out at the provider too; None when that is not offered, or nobody answers."""
        try:
            with self._asking():
                metadata = self._known_metadata()
        except ProviderRefused:
            return None
        if not metadata.end_session_endpoint:
            return None
        joiner = "&" if urlsplit(metadata.end_session_endpoint).query else "?"
        asked = {
            "client_id": self.registration.client_id,
            "post_logout_redirect_uri": self.registration.after_sign_out,
            "state": language,
            "ui_locales": _locale(language),
        }
        return f"{metadata.end_session_endpoint}{joiner}{urlencode(asked)}"

    def close(self) -> None:
        """Give back all connections."""
        self._asker.close()

    @cached_property
    def _asker(self) -> Asker:
        return Asker(self.registration, self._limits)

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """A place among those who wait for the provider. Raises ProviderRefused at once when there is none, or when the
        provider was away a moment ago; what goes wrong is logged, without anything that was sent."""
        if self._clock() < self._away_until:
            raise ProviderRefused(Fault.AWAY, "it did not answer a moment ago")
        if not self._places.acquire(blocking=False):
            raise ProviderRefused(Fault.AWAY, "too many are waiting for it")
        try:
            yield
        except ProviderRefused as refusal:
            if refusal.fault is Fault.AWAY:
                self._away_until = self._clock() + _AWAY_S
            _log.warning("provider_refused", fault=refusal.fault.value, what=str(refusal))
            raise
        finally:
            self._places.release()

    def _known_metadata(self) -> Metadata:
        with self._lock:
            known = self._metadata
        if known and known[0] > self._clock():
            return known[1]
        document = self._asker.get_json(get_well_known_url(self.issuer, external=True))
        metadata = read_metadata(document, self.registration)
        with self._lock:
            self._metadata = (self._clock() + _FRESH_S, metadata)
        return metadata

    def _known_keys(self, metadata: Metadata, *, is_anew: bool = False) -> KeySet:
        with self._lock:
            known = self._keys
        if known and known[0] > self._clock() and not is_anew:
            return known[1]
        keys = read_keys(self._asker.get_json(metadata.jwks_uri))
        with self._lock:
            self._keys = (self._clock() + _FRESH_S, keys)
        return keys

    def _checked(
        self, id_token: str, access_token: str, nonce: str, metadata: Metadata, now: datetime
    ) -> Mapping[str, object]:
        """Claims of the token; keys are fetched once more when it names one that is not known (keys are changed)."""
        for is_anew in (False, True):
            try:
                return check_id_token(
                    id_token,
                    self._known_keys(metadata, is_anew=is_anew),
                    issuer=self.issuer,
                    client_id=self.registration.client_id,
                    nonce=nonce,
                    access_token=access_token,
                    algorithms=metadata.algorithms,
                    now_s=int(now.timestamp()),
                )
            except KeyMissing:
                continue
        raise ProviderRefused(Fault.UNTRUSTED, "the ID token is signed with a key that the provider does not have")

    def _completed(self, claims: Mapping[str, object], access_token: str, metadata: Metadata) -> Mapping[str, object]:
        """The claims with those of the userinfo endpoint, where the token leaves some out that are needed."""
        needed = [("name",), ("email",)] + (
            [self.registration.verified_claim] if self.registration.verified_claim else []
        )
        if not metadata.userinfo_endpoint or all(has_claim(claims, path) for path in needed):
            return claims
        told = self._asker.get_json(metadata.userinfo_endpoint, bearer=access_token)
        if told.get("sub") != claims["sub"]:  # OpenID Connect Core 5.3.2
            raise ProviderRefused(Fault.UNTRUSTED, "the userinfo endpoint speaks of another person")
        return {**told, **claims}


def _locale(language: str) -> str:
    return "zh-CN zh" if language == "zh" else "en"
