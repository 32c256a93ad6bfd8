"""Departments: found by the source's own spelling, kept under an address that never changes."""

import re

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from portal.catalogue.models import Dataset, Publisher
from portal.catalogue.publication import PublisherRecord
from portal.catalogue.serialised import dump_text, load_text
from portal.db import table_of
from portal.db.locks import lock
from portal.kernel.digests import text_digest
from portal.kernel.text import Language, Origin, Text, Wording

_MAX_SLUG = 60
_CODE = re.compile(r"[a-z][a-z0-9_-]{1,59}", re.ASCII)
_PUBLISHER = table_of(Publisher).c
_FIND = select(_PUBLISHER.id, _PUBLISHER.names, _PUBLISHER.descriptions).where(
    _PUBLISHER.source_name == bindparam("source_name")
)


def ensure_publisher(session: Session, record: PublisherRecord) -> str:
    """The id of the department, made or brought up to date; texts that a person wrote stay."""
    wanted = {"source_name": record.source_name}
    row = session.execute(_FIND, wanted).one_or_none()
    if row is None:
        lock(session, "publishers")  # another worker may be making it
        row = session.execute(_FIND, wanted).one_or_none()
    if row is None:
        made = Publisher(
            slug=_free_slug(session, record),
            source_name=record.source_name,
            names=dump_text(record.name),
            descriptions=dump_text(record.description),
        )
        session.add(made)
        session.flush()
        return made.id
    names = dump_text(_updated(load_text(row.names), record.name))
    descriptions = dump_text(_updated(load_text(row.descriptions), record.description))
    if names != row.names:
        # Every one of its datasets is found by its name, so all of them must be indexed again.
        session.execute(
            update(Dataset).where(Dataset.publisher_id == row.id).values(revision=Dataset.revision + 1),
            execution_options={"synchronize_session": False},
        )
    if (names, descriptions) != (row.names, row.descriptions):
        changed = update(Publisher).where(Publisher.id == row.id).values(names=names, descriptions=descriptions)
        session.execute(changed, execution_options={"synchronize_session": False})
    return str(row.id)


def _updated(kept: Text, said: Text) -> Text:
    def choose(language: Language) -> Wording | None:
        old, new = kept.wording(language), said.wording(language)
        return old if new is None or (old is not None and old.origin is Origin.PERSON) else new

    return Text(choose(Language.ZH), choose(Language.EN))


def _free_slug(session: Session, record: PublisherRecord) -> str:
    """The source's code where it is a word fit for addresses, else from the English name, else from the digest of the
    source's spelling."""
    digest = text_digest(record.source_name)[:8]
    words = re.findall(r"[a-z0-9]+", record.name.en.value.lower()) if record.name.en else []
    slug = "-".join(words)[:_MAX_SLUG].strip("-") or f"publisher-{digest}"
    if _CODE.fullmatch(record.source_name):
        slug = record.source_name
    taken = session.scalar(select(Publisher.id).where(Publisher.slug == slug))
    return f"{slug}-{digest}" if taken else slug
