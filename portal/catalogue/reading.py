"""The statements that queries share: cards by ids, wordings, parts. One round per kind, only the columns needed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace
from typing import Any, TypeVarTuple

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Row,
    Select,
    SQLColumnExpression,
    String,
    cast,
    func,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from portal.access import VISIBLE_STATES
from portal.catalogue.models import Dataset, DatasetTheme, DatasetWording, Publisher
from portal.catalogue.objections import hidden_ids, is_hidden
from portal.catalogue.serialised import load_text
from portal.catalogue.versions import Version, VersionPart
from portal.catalogue.views import DatasetCard, PartView, VersionView
from portal.kernel.columns import TableSchema
from portal.kernel.text import Language, Origin, Text, Wording
from portal.kernel.vocab import ColumnType, Openness, PartKind, UpdateCycle
from portal.tables.serial import schema_from_json

Ts = TypeVarTuple("Ts")
Wordings = Mapping[str, Mapping[str, Text]]  # dataset id → field → text

TABLE_FORMATS = ("csv", "json", "parquet")
"""What every table is found and shown as; XLSX has a limit of rows, JSON Lines is for few."""
LAYER_FORMAT = "geojson"
"""What a table with geometries is found and shown as besides."""

_CARD_COLUMNS = (
    Dataset.id,
    Dataset.openness,
    Dataset.update_cycle,
    Dataset.modified_at,
    Dataset.current_version,
    Dataset.popularity,
    Dataset.revision,
    Publisher.slug.label("publisher_slug"),
    Publisher.names.label("publisher_names"),
    Version.row_count,
)


def is_storable(*texts: str) -> bool:
    """Whether a database can hold, and so find, these texts; PostgreSQL fails on the NUL character."""
    return not any("\x00" in text for text in texts)


def only_visible(query: Select[*Ts]) -> Select[*Ts]:
    """The query over datasets, without those that do not exist for the public."""
    return query.where(Dataset.state.in_(VISIBLE_STATES), ~is_hidden(Dataset.id))


def invisible_ids() -> CompoundSelect[str]:
    """Ids of the datasets that `only_visible` leaves out: for lookups in what else is kept of datasets, which so read no dataset.

    They are few beside those that are visible, and an index has them: a walk through 100,000 is ten times as quick.
    """
    return union_all(select(Dataset.id).where(Dataset.state.not_in(VISIBLE_STATES)), hidden_ids())


def read_cards(session: Session, ids: Sequence[str]) -> dict[str, DatasetCard]:
    """Id → card of the visible ones among `ids`: four statements, whatever their number."""
    rows = read_card_rows(session, ids)
    found = [row.id for row in rows]
    wordings = read_wordings(session, found)
    themes = read_theme_slugs(session, found)
    parts = read_formats(session, found)
    return {row.id: make_card(row, wordings.get(row.id, {}), themes[row.id], *parts[row.id]) for row in rows}


def read_card_rows(
    session: Session, ids: Sequence[str], more: tuple[SQLColumnExpression[Any], ...] = ()
) -> Sequence[Row[Any]]:
    """What cards need of the visible datasets, their publishers and current versions, and `more` of them; one statement."""
    query = (
        select(*_CARD_COLUMNS, *more)
        .join(Publisher, Publisher.id == Dataset.publisher_id)
        .join(Version, (Version.dataset_id == Dataset.id) & (Version.number == Dataset.current_version))
        .where(Dataset.id.in_(ids))
    )
    return session.execute(only_visible(query)).all() if ids else ()


def read_wordings(session: Session, ids: Sequence[str], fields: Iterable[str] = ("title", "description")) -> Wordings:
    """Public texts; one statement. Drafts and pending values are never read here: the web's role may not."""
    found: dict[str, dict[str, dict[str, Wording]]] = defaultdict(lambda: defaultdict(dict))
    query = select(
        DatasetWording.dataset_id,
        DatasetWording.field,
        DatasetWording.language,
        DatasetWording.value,
        DatasetWording.origin,
        DatasetWording.translated_from,
    ).where(DatasetWording.dataset_id.in_(ids), DatasetWording.field.in_(tuple(fields)), DatasetWording.value != "")
    for dataset_id, field, language, value, origin, translated_from in session.execute(query) if ids else ():
        found[dataset_id][field][language] = Wording(value, Origin(origin), translated_from)
    return {
        dataset_id: {field: Text(texts.get(Language.ZH), texts.get(Language.EN)) for field, texts in by_field.items()}
        for dataset_id, by_field in found.items()
    }


def read_theme_slugs(session: Session, ids: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """Dataset id → its themes, in order of their names; one statement."""
    found: dict[str, tuple[str, ...]] = defaultdict(tuple)
    query = (
        select(DatasetTheme.dataset_id, DatasetTheme.theme_slug)
        .where(DatasetTheme.dataset_id.in_(ids))
        .order_by(DatasetTheme.theme_slug)
    )
    for dataset_id, slug in session.execute(query) if ids else ():
        found[dataset_id] += (slug,)
    return found


def is_layer() -> ColumnElement[bool]:
    """Whether a part is a table with geometries: its stored schema has a column of that type (quotes in names are escaped)."""
    schema = func.coalesce(cast(VersionPart.schema, String), "")
    return or_(*(schema.contains(f'"type":{gap}"{ColumnType.GEOMETRY}"', autoescape=True) for gap in ("", " ")))


def read_formats(session: Session, ids: Sequence[str]) -> Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Dataset id → (formats, languages) of its current version's parts; one statement.

    A table is offered in every format that is made of it, whatever it was delivered in; people look for the common ones.
    """
    found: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = defaultdict(lambda: ((), ()))
    query = (
        select(
            VersionPart.dataset_id,
            VersionPart.kind,
            VersionPart.format,
            VersionPart.original_format,
            VersionPart.languages,
            is_layer().label("is_layer"),
        )
        .join(
            Dataset,
            (Dataset.id == VersionPart.dataset_id) & (Dataset.current_version == VersionPart.version_number),
        )
        .where(Dataset.id.in_(ids))
        .order_by(VersionPart.dataset_id, VersionPart.position)
    )
    for dataset_id, kind, format_name, original, languages, has_places in session.execute(query) if ids else ():
        formats, spoken = found[dataset_id]
        made = (LAYER_FORMAT, *TABLE_FORMATS) if has_places else TABLE_FORMATS
        names = (*made, *filter(None, (original,))) if kind == PartKind.TABLE else (format_name,)
        found[dataset_id] = (tuple(dict.fromkeys((*formats, *names))), (*spoken, *languages))
    return found


def make_card(
    row: Row[Any],
    texts: Mapping[str, Text],
    theme_slugs: tuple[str, ...],
    formats: tuple[str, ...],
    part_languages: tuple[str, ...],
) -> DatasetCard:
    """A card of a row of `read_card_rows`. Its languages are those of its title and of its parts."""
    title = texts.get("title", Text())
    return DatasetCard(
        id=row.id,
        title=title,
        description=texts.get("description", Text()),
        publisher_slug=row.publisher_slug,
        publisher_name=load_text(row.publisher_names),
        theme_slugs=theme_slugs,
        openness=Openness(row.openness),
        update_cycle=UpdateCycle(row.update_cycle),
        formats=formats,
        languages=tuple(x for x in Language if x in title.languages or x in part_languages),
        modified_at=row.modified_at,
        current_version=row.current_version,
        row_count=row.row_count if row.openness == Openness.UNCONDITIONAL else None,
        popularity=row.popularity,
    )


def make_version(row: Any, *, shows_rows: bool) -> VersionView:
    """A version of a row with its columns; what is counted or made from its rows only for who may read them."""
    return VersionView(
        number=row.number,
        published_at=row.published_at,
        data_modified_at=row.data_modified_at,
        data_digest=row.data_digest if shows_rows else "",
        page_digest=row.page_digest,
        row_count=row.row_count if shows_rows else None,
        redacted_at=row.redacted_at,
        provenance=row.provenance,
    )


Spooled = Mapping[str, Mapping[str, tuple[int, str]]]
"""Part → format → (bytes, SHA-256) of the files that were made of it already."""

_NOT_IN_LISTS = frozenset({"preview", "profile", "row_ends"})


def read_parts(
    session: Session, dataset_id: str, number: int, spooled: Spooled, *, shows_rows: bool
) -> tuple[PartView, ...]:
    """The parts of one version; one statement. A caller without the right to its rows learns which columns there are, and
    nothing that was counted or made from the rows: no preview, size, checksum or note, nor where else the data lies."""
    query = (
        select(VersionPart)
        .where(VersionPart.dataset_id == dataset_id, VersionPart.version_number == number)
        .order_by(VersionPart.position)
    )
    # Columns, not entities: nothing here is ever changed, and identity keeping costs more than the reading.
    rows = session.execute(query.with_only_columns(*VersionPart.__table__.columns)).all()
    return tuple(_part(row, spooled.get(row.slug, {}), row.preview, shows_rows=shows_rows) for row in rows)


def read_current_parts(
    session: Session, ids: Sequence[str], spooled: Mapping[str, Spooled], readable: Set[str]
) -> Mapping[str, tuple[PartView, ...]]:
    """Dataset id → the parts of its current version, without previews; one statement. `readable`: as `shows_rows`."""
    found: dict[str, tuple[PartView, ...]] = defaultdict(tuple)
    columns = [column for column in VersionPart.__table__.columns if column.name not in _NOT_IN_LISTS]
    query = (
        select(*columns)
        .join(
            Dataset,
            (Dataset.id == VersionPart.dataset_id) & (Dataset.current_version == VersionPart.version_number),
        )
        .where(Dataset.id.in_(ids))
        .order_by(VersionPart.dataset_id, VersionPart.position)
    )
    for row in session.execute(query) if ids else ():
        made = spooled.get(row.dataset_id, {}).get(row.slug, {})
        found[row.dataset_id] += (_part(row, made, (), shows_rows=row.dataset_id in readable),)
    return found


def _part(row: Row[Any], made: Mapping[str, tuple[int, str]], preview: Any, *, shows_rows: bool) -> PartView:
    part = PartView(
        slug=row.slug,
        kind=PartKind(row.kind),
        name=load_text(row.names),
        format=row.format,
        media_type=row.media_type,
        url=row.url,
        languages=tuple(row.languages),
        schema=schema_from_json(row.schema) if row.schema else None,
        preview=tuple(tuple(cells) for cells in preview or ()),
        row_count=row.row_count,
        size_bytes=row.size_bytes,
        sha256=row.sha256,
        offers_original=row.original_blob_key is not None,
        original_format=row.original_format,
        original_size_bytes=row.original_size_bytes,
        quality=row.quality,
        spooled_sizes={name: size for name, (size, _) in made.items()},
        spooled_sha256={name: sha for name, (_, sha) in made.items()},
    )
    return part if shows_rows else _without_data(part)


def _without_data(part: PartView) -> PartView:
    return replace(
        part,
        url="",
        schema=part.schema and _uncounted(part.schema),
        preview=(),
        row_count=None,
        size_bytes=None,
        sha256=None,
        offers_original=False,
        original_format=None,
        original_size_bytes=None,
        quality={},
        spooled_sizes={},
        spooled_sha256={},
    )


def _uncounted(schema: TableSchema) -> TableSchema:
    return replace(schema, columns=tuple(replace(one, null_count=0, failed_casts=0) for one in schema.columns))
