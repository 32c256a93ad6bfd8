"""The revision pair that keeps search true: what an engine must be told, and what it was told."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import case, select, update
from sqlalchemy.orm import Session

from portal.catalogue.models import Dataset
from portal.catalogue.reading import (
    make_card,
    only_visible,
    read_card_rows,
    read_formats,
    read_theme_slugs,
    read_wordings,
)
from portal.catalogue.versions import VersionPart
from portal.catalogue.views import DocumentFacts
from portal.kernel.text import Language, Text

_FIELDS = ("title", "description", "keywords")


def list_unindexed(session: Session, limit: int) -> tuple[tuple[str, int], ...]:
    """(id, revision) of datasets that the index does not know as they are, withdrawn ones included."""
    query = select(Dataset.id, Dataset.revision).where(Dataset.revision != Dataset.indexed_revision)
    return tuple((row.id, row.revision) for row in session.execute(query.order_by(Dataset.id).limit(limit)))


def mark_indexed(session: Session, pairs: Iterable[tuple[str, int]]) -> None:
    """Note that the index knows each dataset as of that revision; a later change stays to be indexed."""
    told = dict(pairs)
    if told:
        session.execute(
            update(Dataset).where(Dataset.id.in_(told)).values(indexed_revision=case(told, value=Dataset.id)),
            execution_options={"synchronize_session": False},
        )


def mark_all_unindexed(session: Session) -> None:
    """Have everything indexed again: the index was lost or belongs to another database."""
    session.execute(update(Dataset).values(indexed_revision=0), execution_options={"synchronize_session": False})


def list_revisions(session: Session, after_id: str, limit: int) -> tuple[tuple[str, int], ...]:
    """(id, revision) of visible datasets in order of id: what a whole index must hold."""
    query = only_visible(select(Dataset.id, Dataset.revision)).where(Dataset.id > after_id)
    return tuple((row.id, row.revision) for row in session.execute(query.order_by(Dataset.id).limit(limit)))


def describe_documents(session: Session, ids: Sequence[str]) -> tuple[DocumentFacts, ...]:
    """Facts about the visible datasets among `ids`, five statements; whoever is missing must leave the index."""
    rows = read_card_rows(session, ids)
    found = [row.id for row in rows]
    wordings = read_wordings(session, found, _FIELDS)
    themes, formats, columns = read_theme_slugs(session, found), read_formats(session, found), _columns(session, found)
    facts = []
    for row in rows:
        texts = wordings.get(row.id, {})
        card = make_card(row, texts, themes[row.id], *formats[row.id])
        facts.append(
            DocumentFacts(
                id=row.id,
                revision=row.revision,
                titles=_by_language(card.title),
                descriptions=_by_language(card.description),
                keywords=_by_language(texts.get("keywords", Text())),
                publisher_names=_by_language(card.publisher_name),
                columns=columns.get(row.id, ""),
                publisher_slug=card.publisher_slug,
                theme_slugs=card.theme_slugs,
                formats=card.formats,
                update_cycle=card.update_cycle,
                openness=card.openness,
                languages=card.languages,
                modified_at=card.modified_at,
                popularity=card.popularity,
            )
        )
    return tuple(facts)


def _columns(session: Session, ids: Sequence[str]) -> dict[str, str]:
    """Dataset id → names and titles of the columns of its current tables, one per line, each once."""
    query = (
        select(VersionPart.dataset_id, VersionPart.schema)
        .join(
            Dataset,
            (Dataset.id == VersionPart.dataset_id) & (Dataset.current_version == VersionPart.version_number),
        )
        .where(Dataset.id.in_(ids), VersionPart.kind == "table")
        .order_by(VersionPart.dataset_id, VersionPart.position)
    )
    found: dict[str, dict[str, None]] = {}
    for dataset_id, schema in session.execute(query) if ids else ():
        words = found.setdefault(dataset_id, {})
        for column in schema["columns"] if schema else ():
            words.update(dict.fromkeys(_column_words(column)))
    return {dataset_id: "\n".join(words) for dataset_id, words in found.items()}


def _column_words(column: Mapping[str, Any]) -> tuple[str, ...]:
    return (column["name"], *(wording["value"] for wording in column["title"].values()))


def _by_language(text: Text) -> dict[Language, str]:
    return {language: w.value for language in Language if (w := text.wording(language))}
