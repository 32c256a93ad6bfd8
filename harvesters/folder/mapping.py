"""An entry of a drop in our words. Pure: the same entry always gives the same record."""

from collections.abc import Mapping
from pathlib import PurePosixPath

from harvesters.entries import Entry, bilingual, fields_of_entry, labels_of_entry
from harvesters.errors import SkipRecord
from harvesters.folder.config import FolderConfig
from harvesters.formats import format_of_name
from harvesters.records import DatasetRecord, FilePart, RawRecord
from harvesters.texts import by_language, check_lengths, text_of, texts_of


def map_entry(raw: RawRecord, config: FolderConfig) -> DatasetRecord:
    """The record of an entry: `raw` holds `entry` (metadata, may be empty) and `files` (path and size).

    Raises SkipRecord when the entry has a problem or no title.
    """
    if raw.problem:
        raise SkipRecord(raw.problem, record_id=raw.id)
    entry: Entry = value if isinstance(value := raw.raw.get("entry"), Mapping) else {}
    files = tuple(file for file in raw.raw.get("files", ()) if isinstance(file, Mapping))
    stem = PurePosixPath(text_of(files[0], "path")).stem.strip() if files else ""
    titles = bilingual(entry, "title", config.language) or by_language(**{config.language: stem})
    descriptions = bilingual(entry, "description", config.language)
    check_lengths(titles, descriptions, raw.id)
    labels = labels_of_entry(entry, config.labels)
    default_theme = config.labels.get("theme_label", "")
    keywords = texts_of(entry, "keywords")
    return DatasetRecord(
        id=raw.id,
        titles=titles,
        descriptions=descriptions,
        publisher_names=bilingual(entry, "publisher", config.language)
        or by_language(
            **{config.language: config.publisher_name} | {"en": config.publisher_name_en or _english(config)}
        ),
        publisher_code=text_of(entry, "publisher_code") or config.publisher_code,
        resource_code=text_of(entry, "resource_code"),
        theme_labels=texts_of(entry, "themes") or ((default_theme,) if default_theme else ()),
        keywords={config.language: keywords} if keywords else {},
        created=text_of(entry, "created"),
        modified=text_of(entry, "modified"),
        fields=fields_of_entry(entry, config.language),
        parts=tuple(_part(file, config.language, text_of(entry, "coordinate_system")) for file in files),
        particulars={},
        **labels,
    )


def _part(file: Entry, language: str, coordinate_system: str) -> FilePart:
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
        coordinate_system=text_of(file, "coordinate_system") or coordinate_system,
    )


def _english(config: FolderConfig) -> str:
    return config.publisher_name if config.language == "en" else ""
