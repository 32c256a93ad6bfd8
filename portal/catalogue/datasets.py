"""One dataset: its page, a version of it, its rows and its files. The door for everything that names a dataset."""

import unicodedata
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import can_read_rows, is_gone, is_visible, narrower
from portal.catalogue.describing import make_view
from portal.catalogue.errors import Buried, Grave
from portal.catalogue.lists import read_themes
from portal.catalogue.models import Dataset, Publisher
from portal.catalogue.objections import UNDER_OBJECTION, Objection, is_hidden
from portal.catalogue.reading import (
    Spooled,
    is_storable,
    make_version,
    read_formats,
    read_parts,
    read_theme_slugs,
    read_wordings,
)
from portal.catalogue.versions import SpooledFile, Tombstone, Version, VersionPart
from portal.catalogue.views import DatasetView, FileView, Ref, VersionView
from portal.kernel.errors import GrantNeeded, NotFound, Unavailable
from portal.kernel.principal import Principal
from portal.kernel.text import Language, Text
from portal.kernel.vocab import Openness, PartKind
from portal.storage import BlobStore
from portal.tables.readable import ReadableTable
from portal.tables.serial import schema_from_json

_BEING_CUT = "Rows that are public no more are being taken out of this dataset. Ask again in a moment."
_CUT_TAKES_S = 30
FOR_APPLICANTS = (
    "This dataset is open on application: its rows and files are for those who were granted them. Its page says under which "
    "terms, and takes applications."
)
_MAX_VERSIONS = 100
_MAX_STEM = 60
_MAX_INTEGER = 2**31 - 1
_NOT_IN_NAMES = frozenset('/\\:*?"<>|')
_PARQUET = "application/vnd.apache.parquet"
_MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "excel.csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "jsonl": "application/jsonl",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def get_dataset(session: Session, principal: Principal, ref: Ref) -> DatasetView:
    """Everything a dataset page shows, for the version that `ref` names, in eight statements.

    Raises NotFound for what does not exist for this caller, Buried (a Gone) for what was withdrawn, thinned or redacted. Of
    conditional data, who has no grant gets everything but what was counted or made from rows.
    """
    row = _get_row(session, principal, ref)
    number = ref.version or row.current_version
    versions = _list_versions(session, principal, row, number)
    texts = read_wordings(session, (row.id,), ("title", "description", "keywords")).get(row.id, {})
    slugs = read_theme_slugs(session, (row.id,))[row.id]
    shows_rows = can_read_rows(principal, narrower(row.openness, row.version_openness), row.id)
    return make_view(
        row,
        texts=texts,
        slugs=slugs,
        formats=read_formats(session, (row.id,))[row.id],
        version=next(v for v in versions if v.number == number),
        versions=versions,
        parts=read_parts(session, row.id, number, _spooled(session, row.id, number), shows_rows=shows_rows),
        themes=read_themes(session, slugs),
        shows_rows=shows_rows,
    )


def open_version(session: Session, principal: Principal, ref: Ref, part: str, store: BlobStore) -> ReadableTable:
    """The rows of one table: the only maker of `ReadableTable`.

    Raises NotFound (no such table for this caller), GrantNeeded for conditional data, Buried, and the store's BlobNotFound
    or StorageError.
    """
    row = _get_row(session, principal, ref)
    number = ref.version or row.current_version
    found = _get_part(session, principal, row, number, part)
    if found.kind != PartKind.TABLE or found.blob_key is None or found.schema is None:
        raise NotFound(f"{part} of {ref} is not a table.")
    return ReadableTable(
        path=store.local_path(found.blob_key),
        schema=schema_from_json(found.schema),
        row_count=found.row_count,
        version_key=f"{ref.dataset_id}@v{number}/{part}",
        digest=found.sha256,
    )


def find_file(
    session: Session,
    principal: Principal,
    ref: Ref,
    part: str,
    format: str,  # noqa: A002 - the word of the address
    *,
    query: str = "",
) -> FileView | None:
    """The file of a part in a format, or None when it has not been made yet (or cannot be: ask `portal.exports`).

    `query`: digest of the clauses that its rows answer; empty for all of the part.

    `parquet` is the table itself, `original` the delivered file where it is offered; a part that is a file answers under
    its own format too. Raises NotFound and Buried as `get_dataset`; a link has no file of ours.
    """
    row = _get_row(session, principal, ref)
    number = ref.version or row.current_version
    found = _get_part(session, principal, row, number, part)
    if found.kind == PartKind.LINK:
        raise NotFound(f"{part} of {ref} is a link elsewhere; we hold no file of it.")
    name = f"{_file_stem(session, ref.dataset_id)}-v{number}-{part}"
    if found.kind == PartKind.FILE and format in {found.format, "original"}:
        return _file(found, f"{name}.{found.format}", found.media_type, row)
    if found.kind == PartKind.TABLE and format == "parquet" and not query:
        return _file(found, f"{name}.parquet", _PARQUET, row)
    if format == "original":
        return _original(found, name, row)
    if not is_storable(format):
        raise NotFound(f"{part} of {ref} is not made in that format.")
    spooled = session.execute(
        select(SpooledFile).where(
            SpooledFile.dataset_id == ref.dataset_id,
            SpooledFile.version_number == number,
            SpooledFile.part == part,
            SpooledFile.format == format,
            SpooledFile.query == query,
        )
    ).scalar_one_or_none()
    if spooled is None:
        return None
    return FileView(
        blob_key=spooled.blob_key,
        file_name=f"{name}{query and '-'}{query[:8]}.{format.rsplit('.', 1)[-1]}",
        media_type=_MEDIA_TYPES.get(format, "application/octet-stream"),
        size_bytes=spooled.size_bytes,
        sha256=spooled.sha256,
        modified_at=row.published_at,
        is_private=narrower(row.openness, row.version_openness) is not Openness.UNCONDITIONAL,
    )


def get_table_size(session: Session, principal: Principal, ref: Ref, part: str) -> tuple[int, int]:
    """(version number, rows) of a table that the caller may read. Raises NotFound and Buried."""
    row = _get_row(session, principal, ref)
    number = ref.version or row.current_version
    found = _get_part(session, principal, row, number, part)
    if found.kind != PartKind.TABLE:
        raise NotFound(f"{part} of {ref} is not a table.")
    return number, found.row_count


def find_dataset_id(session: Session, source_key: str) -> str | None:
    """Our id of a source's record, whatever its state; for ingest, never for a public door."""
    return session.scalar(select(Dataset.id).where(Dataset.source_key == source_key))


def _get_row(session: Session, principal: Principal, ref: Ref) -> Any:
    """The dataset joined with the version that `ref` means; decides between found, NotFound and Buried.

    Raises Unavailable while rows that are public no more have still to be taken out of it: no door shows one of them.
    """
    if not is_storable(ref.dataset_id) or (ref.version or 0) > _MAX_INTEGER:
        raise NotFound(f"There is no dataset {ref} here.")
    number = Dataset.current_version if ref.version is None else ref.version
    row = session.execute(
        select(
            *(column for column in Dataset.__table__.columns if column.name not in {"created_at", "source_key"}),
            Publisher.slug.label("publisher_slug"),
            Publisher.names.label("publisher_names"),
            Version.number,
            Version.openness.label("version_openness"),
            Version.row_count,
            Version.published_at,
            Version.rows_end_at,
            Version.redacted_at,
            is_hidden(Dataset.id).label("is_hidden"),
        )
        .join(Publisher, Publisher.id == Dataset.publisher_id)
        .outerjoin(Version, (Version.dataset_id == Dataset.id) & (Version.number == number))
        .where(Dataset.id == ref.dataset_id)
    ).one_or_none()
    if row is not None and is_gone(principal, row.state):
        raise _buried(session, ref)
    if row is None or not is_visible(principal, row.state) or row.number is None:
        raise NotFound(f"There is no dataset {ref} here.")
    if row.is_hidden:
        raise _hidden(session, ref)
    if row.redacted_at is not None:
        raise _buried(session, Ref(ref.dataset_id, row.number))
    if row.cut_asked_at is not None or (row.rows_end_at is not None and row.rows_end_at <= datetime.now(UTC)):
        raise Unavailable(_BEING_CUT, retry_after_s=_CUT_TAKES_S)
    return row


def _get_part(session: Session, principal: Principal, row: Any, number: int, part: str) -> Any:
    if not is_storable(part):
        raise NotFound(f"The dataset {row.id} has no part of that name.")
    query = select(
        VersionPart.kind,
        VersionPart.format,
        VersionPart.media_type,
        VersionPart.schema,
        VersionPart.row_count,
        VersionPart.size_bytes,
        VersionPart.sha256,
        VersionPart.blob_key,
        VersionPart.original_blob_key,
        VersionPart.original_format,
        VersionPart.original_sha256,
        VersionPart.original_size_bytes,
    ).where(VersionPart.dataset_id == row.id, VersionPart.version_number == number, VersionPart.slug == part)
    found = session.execute(query).one_or_none()
    if found is None:
        raise NotFound(f"The dataset {row.id} has no part {part}.")
    openness = narrower(row.openness, row.version_openness)
    if openness is Openness.CLOSED:
        raise NotFound(f"The dataset {row.id} has no part {part} that you may read.")
    if not can_read_rows(principal, openness, row.id):
        raise GrantNeeded(FOR_APPLICANTS, dataset_id=row.id)
    return found


def _list_versions(session: Session, principal: Principal, row: Any, number: int) -> tuple[VersionView, ...]:
    """The newest versions and the one shown, newest first; thinned ones are among them, with `redacted_at`."""
    newest = (
        select(Version.number).where(Version.dataset_id == row.id).order_by(Version.number.desc()).limit(_MAX_VERSIONS)
    )
    query = (
        select(*Version.__table__.columns)
        .where(Version.dataset_id == row.id, Version.number.in_(newest) | (Version.number == number))
        .order_by(Version.number.desc())
    )
    return tuple(
        make_version(v, shows_rows=can_read_rows(principal, narrower(row.openness, v.openness), row.id))
        for v in session.execute(query)
    )


def _spooled(session: Session, dataset_id: str, number: int) -> Spooled:
    found: dict[str, dict[str, tuple[int, str]]] = defaultdict(dict)
    query = select(SpooledFile.part, SpooledFile.format, SpooledFile.size_bytes, SpooledFile.sha256).where(
        SpooledFile.dataset_id == dataset_id, SpooledFile.version_number == number, SpooledFile.query == ""
    )
    for part, made, size, sha256 in session.execute(query):
        found[part][made] = (size, sha256)
    return found


def _hidden(session: Session, ref: Ref) -> Buried:
    """Hidden while an objection is reviewed: like something that is gone, for now."""
    is_open = (Objection.dataset_id == ref.dataset_id, Objection.state == "open", Objection.hides.is_(True))
    since = session.scalars(select(Objection.filed_at).where(*is_open).order_by(Objection.filed_at).limit(1)).one()
    grave = Grave(ref.dataset_id, ref.version, UNDER_OBJECTION, since, {})
    return Buried(f"{ref} is hidden since {since:%Y-%m-%d} while an objection is reviewed.", grave)


def _buried(session: Session, ref: Ref) -> Buried:
    """The newest tombstone of the version that was asked for, else of the dataset."""
    is_meant = Tombstone.version_number.is_(None) | (Tombstone.version_number == ref.version)
    query = (
        select(Tombstone.reason, Tombstone.buried_at, Tombstone.checksums)
        .where(Tombstone.dataset_id == ref.dataset_id, is_meant)
        .order_by(Tombstone.version_number.nulls_last(), Tombstone.buried_at.desc())
        .limit(1)
    )
    reason, buried_at, checksums = session.execute(query).one()
    if not _was_open(session, ref):
        checksums = {}  # they would confirm a guess at the data
    grave = Grave(ref.dataset_id, ref.version, reason, buried_at, checksums)
    return Buried(f"{ref} was taken from the public on {buried_at:%Y-%m-%d}: {reason}.", grave)


def _was_open(session: Session, ref: Ref) -> bool:
    """Whether everybody may still know what the checksums were."""
    query = select(Dataset.openness, Version.openness).join(Version, Version.dataset_id == Dataset.id)
    of_version = Version.number == (Dataset.current_version if ref.version is None else ref.version)
    row = session.execute(query.where(Dataset.id == ref.dataset_id, of_version)).one_or_none()
    return row is not None and narrower(*row) is Openness.UNCONDITIONAL


def _file(part: Any, name: str, media_type: str, row: Any) -> FileView:
    is_private = narrower(row.openness, row.version_openness) is not Openness.UNCONDITIONAL
    return FileView(part.blob_key, name, media_type, part.size_bytes, part.sha256, row.published_at, is_private)


def _file_stem(session: Session, dataset_id: str) -> str:
    """The dataset's title, Chinese first, as every file system takes it; its id where nothing is left of the title."""
    texts = read_wordings(session, (dataset_id,), ("title",)).get(dataset_id, {})
    title = texts.get("title", Text()).shown(Language.ZH).value
    kept = "".join(x for x in title if x not in _NOT_IN_NAMES and unicodedata.category(x)[0] != "C")
    return " ".join(kept.split())[:_MAX_STEM].strip(" .") or dataset_id


def _original(part: Any, name: str, row: Any) -> FileView:
    if part.original_blob_key is None:
        raise NotFound(f"The delivered file of {name} is not offered.")
    return FileView(
        blob_key=part.original_blob_key,
        file_name=f"{name}-original.{part.original_format}",
        media_type="application/octet-stream",
        size_bytes=part.original_size_bytes,
        sha256=part.original_sha256,
        modified_at=row.published_at,
        is_private=narrower(row.openness, row.version_openness) is not Openness.UNCONDITIONAL,
    )
