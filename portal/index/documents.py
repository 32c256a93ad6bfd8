"""Documents out of the catalogue: what search may know of a dataset, and which datasets it must forget at once."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import VISIBLE_STATES
from portal.catalogue.models import Dataset, Theme
from portal.catalogue.queries import describe_documents, list_revisions
from portal.catalogue.views import DocumentFacts
from portal.db import Database
from portal.index.protocol import Document
from portal.kernel.text import Language

BATCH: Final = 500


def read_documents(session: Session, ids: Sequence[str]) -> tuple[Document, ...]:
    """Documents of the visible datasets among `ids`, in a constant number of statements."""
    names = _theme_names(session)
    return tuple(_document(facts, names) for facts in describe_documents(session, ids))


def read_all_documents(database: Database) -> Iterator[Document]:
    """Every visible dataset, in batches with a session each: memory stays small and no snapshot is held long."""
    for ids in _batches(database):
        with database.reading() as session:
            documents = read_documents(session, ids)
        yield from documents


def read_revisions(database: Database) -> dict[str, int]:
    """Id → revision of every visible dataset: what a whole index holds."""
    found: dict[str, int] = {}
    after = ""
    while True:
        with database.reading() as session:
            rows = list_revisions(session, after, 5000)
        found.update(rows)
        if len(rows) < 5000:
            return found
        after = rows[-1][0]


def read_hidden(session: Session, limit: int) -> tuple[str, ...]:
    """Up to `limit` ids that are not visible any more and may still stand in the index."""
    query = select(Dataset.id).where(Dataset.revision != Dataset.indexed_revision, Dataset.state.not_in(VISIBLE_STATES))
    return tuple(session.scalars(query.limit(limit)))


def _batches(database: Database) -> Iterator[tuple[str, ...]]:
    after = ""
    while True:
        with database.reading() as session:
            ids = tuple(dataset_id for dataset_id, _ in list_revisions(session, after, BATCH))
        if ids:
            yield ids
            after = ids[-1]
        if len(ids) < BATCH:
            return


def _theme_names(session: Session) -> Mapping[str, Mapping[Language, str]]:
    rows = session.execute(select(Theme.slug, Theme.names))
    return {slug: {lang: names[lang]["value"] for lang in Language if names.get(lang)} for slug, names in rows}


def _document(facts: DocumentFacts, theme_names: Mapping[str, Mapping[Language, str]]) -> Document:
    named = [theme_names.get(slug, {}) for slug in facts.theme_slugs]
    return Document(
        id=facts.id,
        revision=facts.revision,
        titles=facts.titles,
        descriptions=facts.descriptions,
        keywords=facts.keywords,
        publisher_names=facts.publisher_names,
        columns=facts.columns,
        facets={
            "department": (facts.publisher_slug,),
            "theme": tuple(facts.theme_slugs),
            "format": tuple(name.lower() for name in facts.formats),
            "update_frequency": (facts.update_cycle.value,),
            "openness": (facts.openness.value,),
            "language": tuple(language.value for language in facts.languages),
        },
        modified_at=facts.modified_at,
        popularity=facts.popularity,
        theme_names={lang: " ".join(names[lang] for names in named if lang in names) for lang in Language},
    )
