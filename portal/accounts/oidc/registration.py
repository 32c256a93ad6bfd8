"""What was agreed with the provider: who it is, who we are to it, and which of its claims means "verified"."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from portal.accounts.oidc.errors import Fault, ProviderRefused

CALLBACK = "/account/provider"
AFTER_SIGN_OUT = "/account/provider/signed-out"


@dataclass(frozen=True, slots=True)
class Registration:
    """The registration of this site at its provider.

    `hosts` (host or host:port) are further hosts of the provider, and those that may be private or without TLS.
    `verified_claim` is the way to a claim, one name for each level; empty: nobody is verified by the provider.
    """

    issuer: str
    client_id: str
    secret_file: Path | None
    scopes: tuple[str, ...]
    hosts: frozenset[str]
    verified_claim: tuple[str, ...]
    verified_values: frozenset[str]
    callback: str
    after_sign_out: str

    def read_secret(self) -> str:
        """The client's secret, read anew each time, so that it can be changed under a running process; blank without one.

        Raises ProviderRefused.
        """
        if self.secret_file is None:
            return ""
        try:
            return self.secret_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeError) as error:
            raise ProviderRefused(
                Fault.SETTINGS, f"PORTAL_OIDC_CLIENT_SECRET_FILE cannot be read: {type(error).__name__}"
            ) from error

    def is_ours_to_ask(self, address: str) -> bool:
        """Whether the web process may send something there: the issuer's own host or a registered one, by TLS unless
        registered."""
        try:
            split, issuer = urlsplit(address), urlsplit(self.issuer)
            host, port = (split.hostname or "").lower(), split.port
        except ValueError:
            return False
        is_registered = not self.hosts.isdisjoint({host, f"{host}:{port}"})
        if split.scheme == "http":
            return is_registered
        return split.scheme == "https" and (is_registered or host == (issuer.hostname or "").lower())

    def is_address(self, address: str) -> bool:
        """Whether a browser may be sent there: by TLS, or to a registered host."""
        try:
            split = urlsplit(address)
        except ValueError:
            return False
        return (split.scheme == "https" and bool(split.hostname)) or self.is_ours_to_ask(address)
