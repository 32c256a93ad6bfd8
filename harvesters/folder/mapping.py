"""An entry of a drop in our words. Pure: the same entry always gives the same record."""

from collections.abc import Mapping
from pathlib import PurePosixPath

from harvesters.errors import SkipRecord
from harvesters.folder.config import FolderConfig
from harvesters.formats import format_of_name
from harvesters.records import DatasetRecord, FieldRecord, FilePart, RawRecord
from harvesters.texts import by_language, check_lengths, text_of, texts_of

Entry = Mapping[str, object]

# Key of the metadata file → field of `DatasetRecord`.
_LABELS = {
    "share": "share_label", "open": "open_label", "open_condition": "open_condition", "secret": "secret_label",
    "grade": "grade_label", "class": "class_label", "level": "level_label", "licence": "licence_label",
    "update_cycle": "update_cycle_label", "owner": "owner", "approver": "approver", "basis": "basis",
}  # fmt: skip


def map_entry(raw: RawRecord, config: FolderConfig) -> DatasetRecord:
    """The record of an entry: `raw` holds `entry` (metadata, may be empty) and `files` (path and size).

    Raises SkipRecord when the entry has a problem or no title.
    """
    if raw.problem:
        raise SkipRecord(raw.problem, record_id=raw.id)
    entry: Entry = value if isinstance(value := raw.raw.get("entry"), Mapping) else {}
    files = tuple(file for file in raw.raw.get("files", ()) if isinstance(file, Mapping))
    stem = PurePosixPath(text_of(files[0], "path")).stem.strip() if files else ""
    titles = _bilingual(entry, "title", config.language) or by_language(**{config.language: stem})
    descriptions = _bilingual(entry, "description", config.language)
    check_lengths(titles, descriptions, raw.id)
    labels = {name: config.labels.get(name, "") for name in _LABELS.values()}
    labels |= {name: text for key, name in _LABELS.items() if (text := text_of(entry, key))}
    default_theme = config.labels.get("theme_label", "")
    keywords = texts_of(entry, "keywords")
    return DatasetRecord(
        id=raw.id,
        titles=titles,
        descriptions=descriptions,
        publisher_names=_bilingual(entry, "publisher", config.language)
        or by_language(
            **{config.language: config.publisher_name} | {"en": config.publisher_name_en or _english(config)}
        ),
        publisher_code=text_of(entry, "publisher_code") or config.publisher_code,
        resource_code=text_of(entry, "resource_code"),
        theme_labels=texts_of(entry, "themes") or ((default_theme,) if default_theme else ()),
        keywords={config.language: keywords} if keywords else {},
        created=text_of(entry, "created"),
        modified=text_of(entry, "modified"),
        fields=_fields(entry, config.language),
        parts=tuple(_part(file, config.language) for file in files),
        **labels,
    )


def _part(file: Entry, language: str) -> FilePart:
    path = text_of(file, "path")
    pure = PurePosixPath(path)
    size = file.get("size")
    return FilePart(
        key=path,
        names=by_language(**{language: text_of(file, "name") or pure.stem.strip()}),
        locator={"path": path},
        file_name=pure.name,
        format_label=format_of_name(pure.name).name,
        size_bytes=size if isinstance(size, int) else None,
        sha256=text_of(file, "sha256"),
    )


def _fields(entry: Entry, language: str) -> tuple[FieldRecord, ...]:
    columns = entry.get("columns")
    if not isinstance(columns, list):
        return ()
    found = []
    for column in columns:
        if not isinstance(column, Mapping):
            continue
        titles = _bilingual(column, "title", language)
        descriptions = _bilingual(column, "description", language)
        found.append(
            FieldRecord(
                name=text_of(column, "name"),
                title=titles.get(language, ""),
                type_label=text_of(column, "type"),
                description=descriptions.get(language, ""),
                share_label=text_of(column, "share"),
                open_label=text_of(column, "open"),
                secret_label=text_of(column, "secret"),
                titles=titles,
                descriptions=descriptions,
            )
        )
    return tuple(found)


def _bilingual(values: Entry, name: str, language: str) -> dict[str, str]:
    """`name` as a text or as {zh, en}, and `name_en` / `name_zh` beside it."""
    value = values.get(name)
    texts = {tag: text_of(value, tag) for tag in ("zh", "en")} if isinstance(value, Mapping) else {}
    if isinstance(value, str):
        texts = {language: value.strip()}
    for tag in ("zh", "en"):
        texts[tag] = texts.get(tag, "") or text_of(values, f"{name}_{tag}")
    return by_language(**texts)


def _english(config: FolderConfig) -> str:
    return config.publisher_name if config.language == "en" else ""
