"""The kinds of sources, by name. To add one: a package with a configuration and a source, and a line in `KINDS`."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from urllib.parse import urlsplit

from harvesters.ckan import CkanSource, read_ckan_config
from harvesters.config import read_secret
from harvesters.dcat import DcatSource, read_dcat_config
from harvesters.errors import ConfigError
from harvesters.exchange import ExchangeSource, read_exchange_config
from harvesters.exchange.signers import schemes
from harvesters.folder import FolderSource, read_folder_config
from harvesters.protocols import SheetReader, Source, Transport
from harvesters.tables import SECRETS as TABLES_SECRETS
from harvesters.tables import TablesSource, read_tables_config
from harvesters.workbook import WorkbookSource, read_workbook_config

Config = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Opening:
    """What a source is made of."""

    name: str
    config: Config
    secret: Mapping[str, str] | None
    transport: Transport
    clock: Callable[[], datetime]
    sleep: Callable[[float], None]
    sheets: SheetReader | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of source: how to make it, which secrets it must be given, which hosts it asks."""

    open: Callable[[Opening], Source]
    check: Callable[[Config], None]
    secret_names: Callable[[Config], tuple[str, ...]]
    addresses: Callable[[Config], tuple[str, ...]]


def _open_exchange(opening: Opening) -> Source:
    config = read_exchange_config(opening.config)
    secret = read_secret("exchange", opening.secret, schemes()[config.scheme].secrets)
    return ExchangeSource(opening.name, config, secret, opening.transport, clock=opening.clock, sleep=opening.sleep)


def _open_ckan(opening: Opening) -> Source:
    config = read_ckan_config(opening.config)
    return CkanSource(opening.name, config, opening.secret or {}, opening.transport, sleep=opening.sleep)


def _open_dcat(opening: Opening) -> Source:
    return DcatSource(opening.name, read_dcat_config(opening.config), opening.transport, sleep=opening.sleep)


def _open_folder(opening: Opening) -> Source:
    return FolderSource(opening.name, read_folder_config(opening.config))


def _open_tables(opening: Opening) -> Source:
    config = read_tables_config(opening.config)
    secret = read_secret("tables", opening.secret, TABLES_SECRETS[config.dialect])
    return TablesSource(opening.name, config, secret, clock=opening.clock, sleep=opening.sleep)


def _open_workbook(opening: Opening) -> Source:
    config = read_workbook_config(opening.config)
    if opening.sheets is None:
        raise ConfigError(("A source of kind 'workbook' needs something that opens spreadsheets, and was given none.",))
    return WorkbookSource(opening.name, config, opening.sheets)


KINDS: Mapping[str, Kind] = {
    "exchange": Kind(
        open=_open_exchange,
        check=lambda config: _ignore(read_exchange_config(config)),
        secret_names=lambda config: schemes()[read_exchange_config(config).scheme].secrets,
        addresses=lambda config: (read_exchange_config(config).base_url,),
    ),
    "ckan": Kind(
        open=_open_ckan,
        check=lambda config: _ignore(read_ckan_config(config)),
        secret_names=lambda _: (),
        addresses=lambda config: (read_ckan_config(config).base_url,),
    ),
    "dcat": Kind(
        open=_open_dcat,
        check=lambda config: _ignore(read_dcat_config(config)),
        secret_names=lambda _: (),
        addresses=lambda config: (read_dcat_config(config).base_url,),
    ),
    "tables": Kind(
        open=_open_tables,
        check=lambda config: _ignore(read_tables_config(config)),
        secret_names=lambda config: TABLES_SECRETS[read_tables_config(config).dialect],
        addresses=lambda config: tuple(filter(None, (read_tables_config(config).address,))),
    ),
    "folder": Kind(
        open=_open_folder,
        check=lambda config: _ignore(read_folder_config(config)),
        secret_names=lambda _: (),
        addresses=lambda _: (),
    ),
    "workbook": Kind(
        open=_open_workbook,
        check=lambda config: _ignore(read_workbook_config(config)),
        secret_names=lambda _: (),
        addresses=lambda _: (),
    ),
}


def open_source(
    kind: str,
    *,
    name: str,
    config: Config,
    secret: Mapping[str, str] | None,
    transport: Transport,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    sleep: Callable[[float], None] = time.sleep,
    sheets: SheetReader | None = None,
) -> Source:
    """A source ready to be asked; no I/O happens yet. Raises ConfigError that names every fault."""
    return _kind(kind).open(Opening(name, config, secret, transport, clock, sleep, sheets))


def check_config(kind: str, config: Config) -> None:
    """Raise ConfigError when a configuration cannot be used."""
    _kind(kind).check(config)


def secret_names(kind: str, config: Config) -> tuple[str, ...]:
    """What the secret file of such a source must hold."""
    return _kind(kind).secret_names(config)


def hosts_of(kind: str, config: Config) -> frozenset[str]:
    """ "host:port" of the source itself: by its registration it may lie in a private network."""
    found = set()
    for address in _kind(kind).addresses(config):
        split = urlsplit(address)
        host = split.hostname or ""
        port = split.port or (443 if split.scheme == "https" else 80)
        found.add(f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
    return frozenset(found)


def _kind(name: str) -> Kind:
    if name in KINDS:
        return KINDS[name]
    near = get_close_matches(name, KINDS, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(sorted(KINDS))}."
    raise ConfigError((f"{name!r} is not a kind of source; {hint}",))


def _ignore(_: object) -> None:
    return None
