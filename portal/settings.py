"""Every setting, with its default and its meaning; read from `PORTAL_…` environment variables.

The embedded default needs no server: SQLite, tantivy, memory, local directories. Production chooses by the `*_url` settings.
A test checks that `docs/settings.md` documents each one.
"""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from portal.kernel.errors import PortalError
from portal.kernel.working_days import parse_days
from portal.paths import ROOT

_SECRET_BYTES = 32
_MOST_AT_ONCE = 64
_SMTP_SECURITY = ("starttls", "tls", "none")
_THIS_HOST = ("127.0.0.1", "::1", "localhost")
_LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class SettingsError(PortalError):
    """A setting is unknown or has a value that cannot be used."""


def _setting(default: Any, help_text: str) -> Any:
    return field(default=default, metadata={"help": help_text})


@dataclass(frozen=True, slots=True)
class Settings:
    """The configuration of one process. Empty strings mean: use the embedded default."""

    var_dir: Path = _setting(ROOT / "var", "Directory for everything that is written locally.")
    database_url: str = _setting("", "SQLAlchemy URL of the catalogue; empty: SQLite in var_dir.")
    search_url: str = _setting("", "Elasticsearch URL; empty: tantivy in var_dir.")
    search_index: str = _setting("portal", "Alias of the search index in Elasticsearch.")
    redis_url: str = _setting("", "Redis for limits and work; empty: memory and SQLite.")
    store_url: str = _setting("", "s3://bucket/prefix for published files; empty: directory in var_dir.")
    store_endpoint: str = _setting("", "Endpoint of the S3-compatible store, with scheme.")
    store_key: str = _setting("", "Access key of the store.")
    store_secret: str = _setting("", "Secret key of the store.")
    store_cache_mb: int = _setting(20_480, "Local copies of the store's tables, in MiB, on each node that reads rows.")
    accel_prefix: str = _setting("", "Internal nginx location for X-Accel-Redirect; empty: the process sends files.")
    quarantine_dir: Path | None = _setting(None, "Encrypted originals, worker only; default: quarantine/ in var_dir.")
    quarantine_key: str = _setting("", "32 bytes in hex; empty: a key file made beside the quarantine. Worker only.")
    secrets_dir: Path | None = _setting(
        None, "Secrets of sources, one file each, worker only; default: secrets/ in var_dir."
    )
    secret_key: str = _setting("", "Key for signed cursors and caller hashes; empty: a key file made in var_dir.")
    bundle_public_key: str = _setting("", "Public key that bundles are checked with: an outside instance has it.")
    base_url: str = _setting("http://127.0.0.1:8000", "Public address of the site, for canonical links.")
    site_name_zh: str = _setting("示例区公共数据开放平台", "Name of the site in Chinese.")
    site_name_en: str = _setting("Sample District Open Data", "Name of the site in English.")
    contact_mail: str = _setting("", "Address that other catalogues are told to write to about the data.")
    is_sample: bool = _setting(False, "Say on every page that the data is sample data.")
    trusted_proxies: int = _setting(0, "Number of reverse proxies in front, whose X-Forwarded-For is believed.")
    limit_factor: int = _setting(
        1, "Multiplies every budget of portal/limits/budgets.py (a load test, a private mirror)."
    )
    spool_max_bytes: int = _setting(
        50_000_000_000, "Bytes that made files may take; those unread for longest go first."
    )
    time_zone: str = _setting(
        "Asia/Shanghai", "Zone in which schedules are read and shown and working days are counted."
    )
    holidays: str = _setting("", "Days without work (2026-10-01..2026-10-07, …): deadlines pass over them.")
    working_weekends: str = _setting("", "Saturdays and Sundays with work instead, written the same way.")
    harvests_at_once: int = _setting(2, "Scheduled runs that one worker has in hand at a time.")
    smtp_host: str = _setting("", "Mail server for notices; empty: no mail is sent. Worker only, as all of smtp_….")
    smtp_port: int = _setting(587, "Port of the mail server.")
    smtp_security: str = _setting("starttls", "starttls, tls or none (a relay on this host).")
    smtp_user: str = _setting("", "User of the mail server; empty: no login.")
    smtp_password_file: Path | None = _setting(
        None, "File with the password of that user, readable by the worker alone."
    )
    smtp_from: str = _setting(
        "", "Address that mail comes from; needed with smtp_host. For the web: that mail is sent."
    )
    objection_mail: str = _setting("", "Addresses that are told of objections, with commas between. Worker only.")
    webhook_hosts: str = _setting(
        "", "Hosts (host or host:port, with commas between) that webhooks may reach although private or without TLS."
    )
    oidc_issuer: str = _setting("", "Issuer of the sign-in provider (OpenID Connect); empty: passwords only.")
    oidc_client_id: str = _setting("", "This site's name at the provider.")
    oidc_client_secret_file: Path | None = _setting(
        None, "File with the client's secret, readable by the web process alone; none: a public client."
    )
    oidc_scopes: str = _setting("openid profile email", "Scopes to ask for, with spaces between.")
    oidc_verified_claim: str = _setting("", "Claim that says whether a person is verified; dots lead into objects.")
    oidc_verified_values: str = _setting("", "Values of that claim that count, with commas between.")
    oidc_verified_days: int = _setting(180, "Days that the provider's word holds without another sign-in there.")
    oidc_name_zh: str = _setting("统一身份认证平台", "What the provider is called in Chinese.")
    oidc_name_en: str = _setting("the unified sign-in platform", "What the provider is called in English.")
    oidc_hosts: str = _setting(
        "", "Further hosts of the provider (host or host:port, with commas); these may be private or without TLS."
    )
    log_level: str = _setting("INFO", "DEBUG, INFO, WARNING or ERROR.")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read `PORTAL_<NAME>` variables. Raises SettingsError on an unknown name or a value of the wrong kind."""
        env = os.environ if environment is None else environment
        known = {f"PORTAL_{f.name.upper()}": f for f in fields(cls)}
        values: dict[str, Any] = {}
        for name, raw in env.items():
            if not name.startswith("PORTAL_"):
                continue
            if name not in known:
                raise SettingsError(f"{name} is not a setting; see docs/settings.md for the list.")
            values[known[name].name] = _converted(name, raw, known[name].default)
        if values.get("log_level", "INFO").upper() not in _LOG_LEVELS:
            raise SettingsError(
                f"PORTAL_LOG_LEVEL must be one of {', '.join(_LOG_LEVELS)}, not {values['log_level']!r}."
            )
        settings = cls(**values)
        settings.check()
        return settings

    def check(self) -> None:
        """Raise SettingsError when values cannot be used, alone or together."""
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise SettingsError(
                f"PORTAL_TIME_ZONE must be a zone of the IANA database such as Asia/Shanghai, not {self.time_zone!r}."
            ) from error
        for name in ("holidays", "working_weekends"):
            try:
                parse_days(getattr(self, name))
            except ValueError as error:
                raise SettingsError(
                    f"PORTAL_{name.upper()} must be days such as 2026-10-01..2026-10-07, 2027-01-01 with commas between: {error}."
                ) from error
        if not 1 <= self.harvests_at_once <= _MOST_AT_ONCE:
            raise SettingsError(f"PORTAL_HARVESTS_AT_ONCE must be 1 to {_MOST_AT_ONCE}, not {self.harvests_at_once}.")
        if self.smtp_security not in _SMTP_SECURITY:
            raise SettingsError(
                f"PORTAL_SMTP_SECURITY must be one of {', '.join(_SMTP_SECURITY)}, not {self.smtp_security!r}."
            )
        if self.smtp_host and not re.fullmatch(r"[^@\s<>,\"]+@[A-Za-z0-9.-]+", self.smtp_from, re.ASCII):
            raise SettingsError(
                "PORTAL_SMTP_FROM must be a plain address such as portal@example.cn with PORTAL_SMTP_HOST."
            )
        if self.smtp_user and self.smtp_security == "none" and self.smtp_host not in _THIS_HOST:
            raise SettingsError("PORTAL_SMTP_USER would send its password in the clear; use starttls or tls.")
        self._check_provider()

    def _check_provider(self) -> None:
        """What belongs to the sign-in provider comes together, or not at all."""
        if bool(self.oidc_issuer) != bool(self.oidc_client_id):
            raise SettingsError("PORTAL_OIDC_ISSUER and PORTAL_OIDC_CLIENT_ID belong together; set both or none.")
        if bool(self.oidc_verified_claim) != bool(self.oidc_verified_values):
            raise SettingsError("PORTAL_OIDC_VERIFIED_CLAIM and PORTAL_OIDC_VERIFIED_VALUES belong together.")
        if self.oidc_verified_days < 1:
            raise SettingsError(f"PORTAL_OIDC_VERIFIED_DAYS must be 1 or more, not {self.oidc_verified_days}.")
        if "openid" not in self.oidc_scopes.split():
            raise SettingsError("PORTAL_OIDC_SCOPES must have openid among them.")
        if not self.oidc_issuer:
            return
        try:
            issuer = urlsplit(self.oidc_issuer)
            places = {issuer.hostname or "", f"{issuer.hostname}:{issuer.port}"}
        except ValueError as error:
            raise SettingsError("PORTAL_OIDC_ISSUER is not an address.") from error
        listed = {host.strip().lower() for host in self.oidc_hosts.split(",")}
        if not issuer.hostname or issuer.query or issuer.fragment or issuer.username is not None:
            raise SettingsError("PORTAL_OIDC_ISSUER must be an address such as https://id.example.cn, without a query.")
        if issuer.scheme != "https" and (issuer.scheme != "http" or places.isdisjoint(listed)):
            raise SettingsError("PORTAL_OIDC_ISSUER must begin with https://, or its host stand in PORTAL_OIDC_HOSTS.")

    @property
    def effective_database_url(self) -> str:
        return self.database_url or f"sqlite:///{self.var_dir / 'catalogue.sqlite3'}"

    @property
    def effective_quarantine_dir(self) -> Path:
        return self.quarantine_dir or self.var_dir / "quarantine"

    @property
    def effective_secrets_dir(self) -> Path:
        return self.secrets_dir or self.var_dir / "secrets"


@lru_cache(maxsize=16)
def site_secret(settings: Settings) -> bytes:
    """32 bytes or more that sign cursors and hash keys and callers, the same for every process of this site.

    From `secret_key` (hex); otherwise from `secret.key` in var_dir, made on first use, readable by its owner alone.
    """
    if settings.secret_key:
        try:
            secret = bytes.fromhex(settings.secret_key)
        except ValueError as error:
            raise SettingsError("PORTAL_SECRET_KEY must be hexadecimal digits, 64 or more.") from error
        if len(secret) < _SECRET_BYTES:
            raise SettingsError("PORTAL_SECRET_KEY must have 64 hexadecimal digits or more.")
        return secret
    path = settings.var_dir / "secret.key"
    if not path.exists():
        _write_new_secret(path)
    return bytes.fromhex(path.read_text().strip())


def _write_new_secret(path: Path) -> None:
    """Make the key file; when two processes do it at once, the first one's key holds for both."""
    path.parent.mkdir(parents=True, exist_ok=True)
    own = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    own.touch(mode=0o600)
    own.write_text(secrets.token_hex(_SECRET_BYTES))
    try:
        path.hardlink_to(own)
    except FileExistsError:
        pass
    finally:
        own.unlink()


def _converted(name: str, raw: str, default: Any) -> Any:
    if isinstance(default, bool):
        if raw.lower() not in {"0", "1", "true", "false"}:
            raise SettingsError(f"{name} must be 1 or 0, not {raw!r}.")
        return raw.lower() in {"1", "true"}
    if isinstance(default, int):
        try:
            return int(raw)
        except ValueError as error:
            raise SettingsError(f"{name} must be a whole number, not {raw!r}.") from error
    if isinstance(default, Path) or name.endswith(("_DIR", "_FILE")):
        return Path(raw).resolve() if raw else default
    return raw
