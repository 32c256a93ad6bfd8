"""The source's words as bilingual texts, addresses of parts, and what its instants mean."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from harvesters.records import DatasetRecord, FieldRecord
from portal.kernel.columns import Column
from portal.kernel.digests import text_digest
from portal.kernel.text import Language, Text
from portal.kernel.vocab import ColumnType

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")
_SLUG_CHARS = 60
_DISTRICT = timezone(timedelta(hours=8))


def text_of(words: Mapping[str, str]) -> Text:
    """A bilingual text from what the source words in each language."""
    return Text.of(zh=words.get("zh"), en=words.get("en"))


def guessed_text(words: str) -> Text:
    """One text of unstated language: Chinese when it holds a Chinese character, else English."""
    return Text.of(zh=words) if _HAN.search(words) else Text.of(en=words)


def title_of(record: DatasetRecord) -> str:
    """What to call a record in a report."""
    return record.titles.get("zh") or record.titles.get("en") or record.id


def keywords_of(record: DatasetRecord) -> dict[Language, tuple[str, ...]]:
    """Keywords of the two languages, without blanks and repetitions."""
    words = {language: record.keywords.get(language.value, ()) for language in Language}
    cleaned = {language: tuple(dict.fromkeys(w.strip() for w in some if w.strip())) for language, some in words.items()}
    return {language: some for language, some in cleaned.items() if some}


def slugs_for(keys: Iterable[str]) -> dict[str, str]:
    """An address for each key, the same for the same keys in the same order: lower-case letters, digits, hyphens."""
    slugs: dict[str, str] = {}
    for key in keys:
        plain = _NOT_SLUG.sub("-", unicodedata.normalize("NFKC", key).lower()).strip("-")
        is_faithful = key.isascii() and len(plain) <= _SLUG_CHARS and plain
        slug = plain if is_faithful else f"{plain[:40].strip('-')}-{text_digest(key)[:8]}".strip("-")
        while slug in slugs.values():
            slug = f"{slug[:_SLUG_CHARS]}-{text_digest(key)[:8]}"
        slugs[key] = slug
    return slugs


def described(columns: Iterable[Column], fields: Iterable[FieldRecord]) -> tuple[Column, ...]:
    """The columns with the titles and descriptions that the source's information items give them."""
    by_name = {words: field for field in fields for words in (field.title, field.name) if words}
    return tuple(_described(column, by_name.get(column.source_name) or by_name.get(column.name)) for column in columns)


def instant(text: str) -> datetime | None:
    """An ISO 8601 instant or day in UTC; one without zone is the district's own time, UTC+8; None if it cannot be read."""
    try:
        parsed = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=_DISTRICT).astimezone(UTC)


def _described(column: Column, field: FieldRecord | None) -> Column:
    is_geometry = column.type is ColumnType.GEOMETRY
    if is_geometry and field is None:
        return column  # its words say which coordinate system it is in
    if field is None and column.declared_type:
        return column  # its source's database says what it is
    title = field.title or field.name if field else column.source_name
    if field and is_geometry and not field.description:
        return replace(column, title=guessed_text(title))
    return replace(
        column,
        title=guessed_text(title or column.name),
        description=guessed_text(field.description) if field else Text(),
    )
