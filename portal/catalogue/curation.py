"""Texts that curators own: kept over every harvest, edited as drafts that become public only when judged.

The way of an edit: `edit_wording` keeps a draft → `merge_curated` puts it into the next publication → the gate judges that
page → `publish_dataset` makes it public. Nothing else writes a public text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from portal.catalogue.errors import CurationChanged
from portal.catalogue.models import Dataset, DatasetWording
from portal.catalogue.publication import Publication
from portal.db import table_of
from portal.kernel.digests import text_digest
from portal.kernel.errors import InvalidInput, NotFound
from portal.kernel.text import Language, Origin, Text, Wording

FIELDS = ("title", "description", "keywords")
_MAX_CHARS = 20_000
_Slot = tuple[str, Language]
_WORDING = table_of(DatasetWording).c
_FIND_OF_DATASET = select(table_of(DatasetWording)).where(_WORDING.dataset_id == bindparam("dataset"))
_FIND_CURATED = (
    select(table_of(DatasetWording), table_of(Dataset).c.source_key)
    .join(table_of(Dataset), table_of(Dataset).c.id == _WORDING.dataset_id)
    .where(table_of(Dataset).c.source_key.in_(bindparam("keys", expanding=True)), _WORDING.field_owner == "person")
)
_AT = (
    _WORDING.dataset_id == bindparam("dataset"),
    _WORDING.field == bindparam("of_field"),
    _WORDING.language == bindparam("of_language"),
)
_ADD = insert(table_of(DatasetWording))
_CHANGE = update(table_of(DatasetWording)).where(*_AT)
_REMOVE = delete(table_of(DatasetWording)).where(*_AT)


def find_curated(session: Session, source_keys: Sequence[str]) -> dict[str, tuple[Row[Any], ...]]:
    """Source key → what curators own of that dataset's texts, in one statement; most datasets are absent."""
    found: dict[str, tuple[Row[Any], ...]] = {}
    for row in session.execute(_FIND_CURATED, {"keys": list(source_keys)}):
        found[row.source_key] = (*found.get(row.source_key, ()), row)
    return found


def merge_curated(session: Session, publication: Publication) -> Publication:
    """`with_curated` for one publication alone."""
    return with_curated(publication, find_curated(session, (publication.source_key,)).get(publication.source_key, ()))


def with_curated(publication: Publication, owned: Sequence[Row[Any]]) -> Publication:
    """The publication with curators' texts in place of the source's; what the source says there goes into `pending`."""
    if not owned:
        return publication
    texts, pending = publication_wordings(publication), dict(publication.pending)
    for row in owned:
        slot = (row.field, Language(row.language))
        said, kept = texts.get(slot), _curated(row)
        if said is not None and (kept is None or said.value != kept.value):
            pending[slot] = said.value
        if kept is None:
            texts.pop(slot, None)
        else:
            texts[slot] = kept
    keywords = {
        language: tuple(w.value.splitlines()) for language in Language if (w := texts.get(("keywords", language)))
    }
    return replace(
        publication,
        title=_text(texts, "title"),
        description=_text(texts, "description"),
        keywords=keywords,
        pending=pending,
    )


def publication_wordings(publication: Publication) -> dict[_Slot, Wording]:
    """(field, language) → wording of everything that curation can touch; keywords are one per line."""
    found: dict[_Slot, Wording] = {}
    for language in Language:
        if title := publication.title.wording(language):
            found["title", language] = title
        if description := publication.description.wording(language):
            found["description", language] = description
        if words := publication.keywords.get(language):
            found["keywords", language] = Wording("\n".join(words))
    return found


def add_wordings(session: Session, dataset_id: str, publication: Publication) -> None:
    """Write the texts of a dataset that is new."""
    values = [_values(dataset_id, slot, wording) for slot, wording in publication_wordings(publication).items()]
    if values:
        session.execute(_ADD, values)


def store_wordings(session: Session, dataset_id: str, publication: Publication) -> None:
    """Make the publication's texts the public ones. Raises CurationChanged when a curator's text would be overwritten.

    What does not change is not written; texts that only the source words are the rule.
    """
    rows = {(r.field, Language(r.language)): r for r in session.execute(_FIND_OF_DATASET, {"dataset": dataset_id})}
    texts = publication_wordings(publication)
    for slot in (*texts, *(slot for slot in rows if slot not in texts)):
        wording, row = texts.get(slot), rows.get(slot)
        place = {"dataset": dataset_id, "of_field": slot[0], "of_language": slot[1]}
        if row is None:
            session.execute(_ADD, [_values(dataset_id, slot, wording)])
            continue
        if row.field_owner == "person":
            kept = _curated(row)
            if (kept.value if kept else "") != (wording.value if wording else ""):
                raise CurationChanged(
                    f"A curator changed {slot[0]} ({slot[1]}) of {publication.source_key} meanwhile; merge and judge again."
                )
            pending = {"pending": publication.pending.get(slot), "draft": None, "draft_translated_from": None}
        elif wording is None:
            session.execute(_REMOVE, place)
            continue
        else:
            pending = {}
        values = _worded(wording) | pending
        if any(getattr(row, name) != value for name, value in values.items()):
            session.execute(_CHANGE, place | values)


def edit_wording(
    session: Session,
    dataset_id: str,
    field: str,
    language: Language,
    value: str,
    *,
    actor: str,
    now: datetime,
    is_translation: bool = False,
) -> None:
    """Keep a curator's text as a draft and give the field to the curator. Raises InvalidInput, NotFound.

    `is_translation`: the text translates the other language's public text, and counts as stale when that changes.
    """
    if field not in FIELDS:
        raise InvalidInput(f"The text must be one of {', '.join(FIELDS)}.", parameter="field")
    if len(value) > _MAX_CHARS:
        raise InvalidInput(f"The text has {len(value)} characters; {_MAX_CHARS} is the most.", parameter="value")
    if session.get(Dataset, dataset_id) is None:
        raise NotFound(f"There is no dataset {dataset_id}.")
    row = session.get(DatasetWording, (dataset_id, field, language))
    if row is None:
        row = DatasetWording(dataset_id=dataset_id, field=field, language=language, value="", origin=Origin.PERSON)
        session.add(row)
    other = session.get(DatasetWording, (dataset_id, field, language.other)) if is_translation else None
    row.field_owner, row.draft = "person", value.strip()
    row.draft_translated_from = text_digest(other.value) if other else None
    row.edited_by, row.edited_at = actor, now
    session.flush()


def return_wording(session: Session, dataset_id: str, field: str, language: Language) -> None:
    """Give a field back to the source: its next publication words it. Raises NotFound."""
    row = session.get(DatasetWording, (dataset_id, field, language))
    if row is None:
        raise NotFound(f"The dataset {dataset_id} has no {field} in {language}.")
    row.field_owner, row.draft, row.draft_translated_from, row.pending = "source", None, None, None
    session.flush()


def _values(dataset_id: str, slot: _Slot, wording: Wording | None) -> dict[str, object]:
    return {"dataset_id": dataset_id, "field": slot[0], "language": slot[1], **_worded(wording)}


def _worded(wording: Wording | None) -> dict[str, object]:
    if wording is None:
        return {"value": "", "origin": Origin.PERSON, "translated_from": None}
    return {"value": wording.value, "origin": wording.origin, "translated_from": wording.translated_from}


def _curated(row: Row[Any]) -> Wording | None:
    if row.draft is not None:
        return Wording(row.draft, Origin.PERSON, row.draft_translated_from) if row.draft else None
    return Wording(row.value, Origin(row.origin), row.translated_from) if row.value else None


def _text(texts: Mapping[_Slot, Wording], field: str) -> Text:
    return Text(*(texts.get((field, language)) for language in Language))
