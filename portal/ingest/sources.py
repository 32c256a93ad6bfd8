"""Registered sources: their configuration, the secret's file, and the value mapping that a person signed."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from harvesters import check_config
from harvesters.errors import HarvestError
from portal.gate import MappingInvalid, ValueMapping
from portal.ingest.errors import SourceExists, SourceInvalid, SourceUnknown
from portal.ingest.models import HarvestRun, Source, SourceMapping
from portal.kernel.digests import value_digest


@dataclass(frozen=True, slots=True)
class SignedMapping:
    """A source's value mapping (field → label → our value). `signed_by` None: nobody signed it, so nothing is admitted."""

    labels: Mapping[str, Any]
    digest: str
    signed_by: str | None
    signed_at: datetime | None


_HOLDS = "hold_on_unknown_labels"
_HELD_BY_LABELS = frozenset({"workbook"})
NO_MAPPING = SignedMapping({}, value_digest({}), None, None)


@dataclass(frozen=True, slots=True)
class RegisteredSource:
    """A source as it is registered. `config` is the harvester's; `limits` caps what one record may bring.

    `holds_on_labels`: a deciding label that is not signed holds the whole source, not its record alone.
    """

    name: str
    kind: str
    config: Mapping[str, Any]
    limits: Mapping[str, int]
    secret_name: str
    mapping: SignedMapping
    holds_on_labels: bool = False


def add_source(
    session: Session,
    name: str,
    kind: str,
    config: Mapping[str, Any],
    *,
    secret_name: str = "",
    replace: bool = False,
    now: datetime,
) -> None:
    """Register a source, or change the address and options of one with `replace`; its records stay what they were.

    Raises SourceExists, SourceInvalid.
    """
    if not name.replace("-", "").replace("_", "").isalnum() or not name.isascii() or len(name) > 60:
        raise SourceInvalid(
            f"A source's name is letters, digits, - and _, at most 60, not {name[:80]!r}.", parameter="name"
        )
    harvester_config, _ = split_config(config)
    try:
        check_config(kind, harvester_config)
    except HarvestError as error:
        raise SourceInvalid(f"Source {name!r}: {error}", parameter="config") from error
    source = session.get(Source, name)
    if source is not None and not replace:
        raise SourceExists(f"There is a source {name!r} already; `--replace` changes its configuration.")
    if source is None:
        session.add(Source(name=name, kind=kind, config=dict(config), secret_name=secret_name, created_at=now))
    else:
        source.kind, source.config = kind, dict(config)
        source.secret_name = secret_name or source.secret_name
    session.flush()


def sign_mapping(session: Session, source_name: str, labels: Mapping[str, Any], signed_by: str, now: datetime) -> str:
    """Put a mapping into force under a person's name, and return its digest. Raises SourceUnknown, SourceInvalid."""
    if session.get(Source, source_name) is None:
        raise SourceUnknown(f"There is no source {source_name!r}; see `portal source list`.")
    if not signed_by.strip():
        raise SourceInvalid("A mapping is signed with a person's name, which is empty.", parameter="sign")
    try:
        digest = ValueMapping.parse(labels).digest
    except MappingInvalid as error:
        raise SourceInvalid(str(error), parameter="mapping") from error
    known = session.scalar(
        select(SourceMapping).where(SourceMapping.source_name == source_name, SourceMapping.digest == digest)
    )
    if known is None:
        known = SourceMapping(source_name=source_name, labels=dict(labels), digest=digest)
        session.add(known)
    known.signed_by, known.signed_at = signed_by.strip()[:200], now
    session.flush()
    return digest


def get_source(session: Session, name: str) -> RegisteredSource:
    """The source with the mapping in force: the one signed last. Raises SourceUnknown."""
    source = session.get(Source, name)
    if source is None:
        raise SourceUnknown(f"There is no source {name!r}; see `portal source list`.")
    config, limits = split_config(source.config)
    holds = source.config.get(_HOLDS, source.kind in _HELD_BY_LABELS)
    mapping = session.scalars(
        select(SourceMapping)
        .where(SourceMapping.source_name == name, SourceMapping.signed_at.is_not(None))
        .order_by(SourceMapping.signed_at.desc())
        .limit(1)
    ).first()
    signed = (
        SignedMapping(mapping.labels, mapping.digest, mapping.signed_by, mapping.signed_at) if mapping else NO_MAPPING
    )
    return RegisteredSource(source.name, source.kind, config, limits, source.secret_name, signed, bool(holds))


def list_sources(session: Session, limit: int = 500) -> tuple[tuple[RegisteredSource, HarvestRun | None], ...]:
    """Every source with its last run, by name."""
    names = session.scalars(select(Source.name).order_by(Source.name).limit(limit))
    return tuple((get_source(session, name), _last_run(session, name)) for name in names)


def split_config(config: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, int]]:
    """(what the harvester reads, the caps under `limits`, which are ours). Raises SourceInvalid."""
    harvester = {name: value for name, value in config.items() if name not in {"limits", _HOLDS}}
    if not isinstance(config.get(_HOLDS, False), bool):
        raise SourceInvalid(f"`{_HOLDS}` is true or false.", parameter=_HOLDS)
    limits = config.get("limits", {})
    if not isinstance(limits, Mapping) or not all(isinstance(v, int) and v > 0 for v in limits.values()):
        raise SourceInvalid("`limits` is a mapping of names to whole numbers above 0.", parameter="limits")
    return harvester, dict(limits)


def keep_secret(directory: Path, name: str, secret_file: Path) -> str:
    """Copy a secret file to where only the worker reads; returns the name under which it is kept."""
    content = secret_file.read_text(encoding="utf-8")
    _parsed_secret(content, str(secret_file))
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = directory / f"{name}.json"
    beside = directory / f".{name}.{os.getpid()}"
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
    beside.replace(target)
    return target.name


def read_secret(directory: Path, secret_name: str) -> Mapping[str, str] | None:
    """The secret of a source, None where it needs none. Raises SourceInvalid without telling what is in it."""
    if not secret_name:
        return None
    path = directory / secret_name
    try:
        content = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SourceInvalid(
            f"The secret file {secret_name!r} is not in {directory}; give it with `portal source add --secret-file`.",
            parameter="secret",
        ) from error
    return _parsed_secret(content, secret_name)


def _parsed_secret(content: str, where: str) -> Mapping[str, str]:
    try:
        value = json.loads(content)
    except ValueError as error:
        raise SourceInvalid(f"The secret file {where!r} is not JSON.", parameter="secret") from error
    if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
        raise SourceInvalid(f"The secret file {where!r} must be a JSON object of texts.", parameter="secret")
    return value


def _last_run(session: Session, name: str) -> HarvestRun | None:
    newest = select(HarvestRun).where(HarvestRun.source_name == name).order_by(HarvestRun.started_at.desc()).limit(1)
    return session.scalars(newest).first()
