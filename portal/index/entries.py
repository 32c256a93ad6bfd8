"""Writing the entries that the doors for CKAN's clients search by: revision by revision, like the index, without an engine."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import delete, insert, or_, select
from sqlalchemy.orm import Session

from portal.catalogue.entries import MAX_VALUE_CHARS, DatasetEntry, EntryValue, EntryWords
from portal.catalogue.models import Dataset
from portal.catalogue.packages import Package, list_packages
from portal.db import Database, table_of
from portal.index.analysis import stream
from portal.kernel.principal import ANONYMOUS
from portal.kernel.text import Text

BATCH = 100
EXTRAS = "extras_"
TEXT_PARTICULARS = ("author", "author_email", "maintainer", "maintainer_email")
_MAX_VALUES = 5_000


def write_entries(database: Database, limit: int | None = None, *, is_thorough: bool = False) -> int:
    """Bring up to `limit` entries to their dataset's revision; how many were written.

    `is_thorough`: look at every dataset, not only at those that the index still has to learn.
    """
    done = 0
    while limit is None or done < limit:
        most = BATCH if limit is None else min(BATCH, limit - done)
        with database.transaction() as session:
            outdated = _outdated(session, most, is_thorough=is_thorough)
            _write(session, outdated)
        done += len(outdated)
        if len(outdated) < most:
            break
    return done


def _outdated(session: Session, most: int, *, is_thorough: bool) -> Mapping[str, int]:
    """Dataset id → revision of those whose entry says something older or is not there."""
    query = (
        select(Dataset.id, Dataset.revision)
        .outerjoin(DatasetEntry, DatasetEntry.dataset_id == Dataset.id)
        .where(or_(DatasetEntry.revision.is_(None), DatasetEntry.revision != Dataset.revision))
    )
    if not is_thorough:
        query = query.where(Dataset.revision != Dataset.indexed_revision)
    return {row.id: row.revision for row in session.execute(query.order_by(Dataset.id).limit(most))}


def _write(session: Session, outdated: Mapping[str, int]) -> None:
    if not outdated:
        return
    packages = {package.id: package for package in list_packages(session, ANONYMOUS, tuple(outdated))}
    for model in (EntryValue, EntryWords, DatasetEntry):
        table = table_of(model)
        session.execute(delete(table).where(table.c.dataset_id.in_(outdated)))
    rows = [_row(i, revision, packages.get(i)) for i, revision in outdated.items()]
    session.execute(insert(table_of(DatasetEntry)), rows)
    values = [{"dataset_id": p.id, "field": f, "value": v} for p in packages.values() for f, v in entry_values(p)]
    words = [{"dataset_id": p.id, "field": f, "words": w} for p in packages.values() for f, w in entry_words(p).items()]
    if values:
        session.execute(insert(table_of(EntryValue)), values)
    if words:
        session.execute(insert(table_of(EntryWords)), words)


def _row(dataset_id: str, revision: int, package: Package | None) -> dict[str, object]:
    nothing = datetime(1970, 1, 1, tzinfo=UTC)
    return {
        "dataset_id": dataset_id,
        "revision": revision,
        "is_listed": package is not None,
        "name": package.name if package else "",
        "title": _first(package.title) if package else "",
        "resource_count": len(package.parts) if package else 0,
        "tag_count": len(package.keywords) if package else 0,
        "created_at": package.created_at if package else nothing,
        "changed_at": package.changed_at if package else nothing,
    }


def entry_values(package: Package) -> tuple[tuple[str, str], ...]:
    """(field, exact value) of everything that is not prose; each pair once."""
    said = package.particulars
    pairs = [
        ("num_resources", str(len(package.parts))),
        ("num_tags", str(len(package.keywords))),
        ("organization", package.publisher.slug),
        ("owner_org", package.publisher.id),
        *(("groups", theme.slug) for theme in package.themes),
        *(("tags", word) for word in package.keywords),
        *(("res_format", format_of(part.particulars, part.format)) for part in package.parts),
        *(("res_url", part.url) for part in package.parts),
        *(("res_name", name) for part in package.parts for name in _texts(part.name)),
        *(("res_description", part.particulars.get("description", "")) for part in package.parts),
        *(("res_hash", part.sha256 or "") for part in package.parts),
        ("license_id", said.get("license_id", "")),
        ("license", said.get("license_title", package.licence)),
        ("openness", package.openness.value),
        *((name.removeprefix(EXTRAS), value) for name, value in said.items() if name not in TEXT_PARTICULARS),
    ]
    kept = [(field, value) for field, value in pairs if value and len(value) <= MAX_VALUE_CHARS]
    return tuple(dict.fromkeys(kept))[:_MAX_VALUES]


def format_of(particulars: Mapping[str, str], known: str) -> str:
    """A resource's format as its source writes it, else ours in capitals."""
    return particulars.get("format") or known.upper()


def entry_words(package: Package) -> dict[str, str]:
    """Field → the stream of its words; fields without any are left out."""
    said = package.particulars
    titles, notes = _texts(package.title), _texts(package.description)
    names = [text for part in package.parts for text in _texts(part.name)]
    descriptions = [part.particulars["description"] for part in package.parts if "description" in part.particulars]
    extras = {name: [value] for name, value in said.items() if name.startswith(EXTRAS)}
    everything = [
        package.name,
        *titles,
        *notes,
        said.get("license_title", package.licence),
        *(said.get(name, "") for name in ("maintainer", "author")),
        package.publisher.slug,
        *package.keywords,
        *(theme.slug for theme in package.themes),
        *names,
        *descriptions,
        *(value for values in extras.values() for value in values),
    ]
    fields: dict[str, Sequence[str]] = {
        "title": titles,
        "notes": notes,
        "res_name": names,
        "res_description": descriptions,
        "text": everything,
        **{name: [said[name]] for name in TEXT_PARTICULARS if name in said},
        **extras,
    }
    streams = {name: stream([text for text in texts if text]) for name, texts in fields.items()}
    return {name: words for name, words in streams.items() if words.strip(" |")}


def _texts(text: Text) -> list[str]:
    return [wording.value for wording in (text.zh, text.en) if wording]


def _first(text: Text) -> str:
    return next(iter(_texts(text)), "")
