"""The platform's entry in our words. Pure: the same entry always gives the same record."""

from collections.abc import Mapping
from urllib.parse import quote

from harvesters.errors import SkipRecord
from harvesters.records import DatasetRecord, FieldRecord, FilePart, Part, RawRecord, TablePart
from harvesters.texts import by_language, check_lengths, stamp_of, text_of, texts_of

Item = Mapping[str, object]


def data_stamp(item: Item) -> str:
    """Changes whenever rows, files or columns changed, as far as the platform tells."""
    tables = [(t.get("tableId"), t.get("rowCount")) for t in _objects(item, "tables")]
    files = [tuple(f.get(n) for n in ("fileId", "size", "sha256", "updateTime")) for f in _objects(item, "files")]
    return stamp_of(item.get("dataUpdateTime"), tables, files, [f.get("name") for f in _objects(item, "items")])


def map_item(raw: RawRecord, *, language: str) -> DatasetRecord:
    """The record of an entry; `language` is that of texts without a language of their own.

    Raises SkipRecord when a part that must be there is not.
    """
    item: Item = raw.raw
    if raw.problem:
        raise SkipRecord(raw.problem, record_id=raw.id)
    department = item.get("department")
    publisher: Item = department if isinstance(department, Mapping) else {}
    titles = _bilingual(item, "name", language)
    descriptions = _bilingual(item, "abstract", language)
    check_lengths(titles, descriptions, raw.id)
    keywords = {language: texts_of(item, "keywords"), "en": texts_of(item, "keywordsEn")}
    return DatasetRecord(
        id=raw.id,
        titles=titles,
        descriptions=descriptions,
        publisher_names=_bilingual(publisher, "name", language),
        publisher_code=text_of(publisher, "code"),
        resource_code=text_of(item, "resourceCode"),
        theme_labels=texts_of(item, "themes"),
        keywords={tag: words for tag, words in keywords.items() if words},
        update_cycle_label=text_of(item, "updateCycle"),
        licence_label=text_of(item, "licence"),
        share_label=text_of(item, "shareAttr"),
        open_label=text_of(item, "openAttr"),
        open_condition=text_of(item, "openCondition"),
        secret_label=text_of(item, "secretFlag"),
        grade_label=text_of(item, "dataGrade"),
        class_label=text_of(item, "dataClass"),
        level_label=text_of(item, "ownerLevel"),
        owner=text_of(item, "ownerOffice"),
        approver=text_of(item, "approver"),
        basis=text_of(item, "openBasis"),
        created=text_of(item, "createTime"),
        modified=text_of(item, "dataUpdateTime") or text_of(item, "updateTime"),
        fields=tuple(_field(entry, language) for entry in _objects(item, "items")),
        parts=_parts(item, raw.id, language),
    )


def _field(entry: Item, language: str) -> FieldRecord:
    titles = _bilingual(entry, "title", language)
    descriptions = _bilingual(entry, "desc", language)
    return FieldRecord(
        name=text_of(entry, "name"),
        title=titles.get(language, ""),
        type_label=text_of(entry, "type"),
        description=descriptions.get(language, ""),
        share_label=text_of(entry, "shareAttr"),
        open_label=text_of(entry, "openAttr"),
        secret_label=text_of(entry, "secretFlag"),
        titles=titles,
        descriptions=descriptions,
    )


def _parts(item: Item, record_id: str, language: str) -> tuple[Part, ...]:
    base = f"/api/v1/resources/{quote(record_id, safe='')}"
    parts: list[Part] = []
    for table in _objects(item, "tables"):
        key = _key(table, "tableId", record_id)
        count = table.get("rowCount")
        parts.append(
            TablePart(
                key=key,
                names=_bilingual(table, "name", language),
                locator={"path": f"{base}/tables/{quote(key, safe='')}/rows", "record_id": record_id},
                row_count=count if isinstance(count, int) and not isinstance(count, bool) else None,
            )
        )
    for file in _objects(item, "files"):
        key = _key(file, "fileId", record_id)
        size = file.get("size")
        parts.append(
            FilePart(
                key=key,
                names=_bilingual(file, "name", language),
                locator={"path": f"{base}/files/{quote(key, safe='')}", "record_id": record_id},
                file_name=text_of(file, "fileName"),
                format_label=text_of(file, "format"),
                size_bytes=size if isinstance(size, int) and not isinstance(size, bool) else None,
                sha256=text_of(file, "sha256"),
            )
        )
    keys = [part.key for part in parts]
    if len(set(keys)) != len(keys):
        raise SkipRecord(f"The record {record_id[:80]!r} names two tables or files alike.", record_id=record_id)
    return tuple(parts)


def _key(entry: Item, name: str, record_id: str) -> str:
    key = text_of(entry, name)
    if not key:
        raise SkipRecord(f"The record {record_id[:80]!r} has a table or file without {name}.", record_id=record_id)
    return key


def _objects(item: Item, name: str) -> tuple[Item, ...]:
    value = item.get(name)
    return tuple(entry for entry in value if isinstance(entry, Mapping)) if isinstance(value, list) else ()


def _bilingual(values: Item, name: str, language: str) -> dict[str, str]:
    """`name` in the platform's own language and `nameEn` in English."""
    return by_language(
        **{language: text_of(values, name)}
        | {"en": text_of(values, f"{name}En") or (text_of(values, name) if language == "en" else "")}
    )
