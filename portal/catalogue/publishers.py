"""Departments: found by the source's own spelling, kept under an address that never changes."""

import re

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.catalogue.models import Dataset, Publisher
from portal.catalogue.publication import PublisherRecord
from portal.catalogue.serialised import dump_text, load_text
from portal.db.locks import lock
from portal.kernel.digests import text_digest
from portal.kernel.text import Language, Origin, Text, Wording

_MAX_SLUG = 60


def ensure_publisher(session: Session, record: PublisherRecord) -> str:
    """The id of the department, made or brought up to date; texts that a person wrote stay."""
    found = select(Publisher).where(Publisher.source_name == record.source_name)
    row = session.scalar(found)
    if row is None:
        lock(session, "publishers")  # another worker may be making it
        row = session.scalar(found)
    if row is None:
        row = Publisher(
            slug=_free_slug(session, record),
            source_name=record.source_name,
            names=dump_text(record.name),
            descriptions=dump_text(record.description),
        )
        session.add(row)
        session.flush()
        return row.id
    names = dump_text(_updated(load_text(row.names), record.name))
    descriptions = dump_text(_updated(load_text(row.descriptions), record.description))
    if names != row.names:
        # Every one of its datasets is found by its name, so all of them must be indexed again.
        session.execute(
            update(Dataset).where(Dataset.publisher_id == row.id).values(revision=Dataset.revision + 1),
            execution_options={"synchronize_session": False},
        )
        row.names = names
    if descriptions != row.descriptions:
        row.descriptions = descriptions
    return row.id


def _updated(kept: Text, said: Text) -> Text:
    def choose(language: Language) -> Wording | None:
        old, new = kept.wording(language), said.wording(language)
        return old if new is None or (old is not None and old.origin is Origin.PERSON) else new

    return Text(choose(Language.ZH), choose(Language.EN))


def _free_slug(session: Session, record: PublisherRecord) -> str:
    """From the English name where there is one, else from the digest of the source's spelling."""
    digest = text_digest(record.source_name)[:8]
    words = re.findall(r"[a-z0-9]+", record.name.en.value.lower()) if record.name.en else []
    slug = "-".join(words)[:_MAX_SLUG].strip("-") or f"publisher-{digest}"
    taken = session.scalar(select(Publisher.id).where(Publisher.slug == slug))
    return f"{slug}-{digest}" if taken else slug
