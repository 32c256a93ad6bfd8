"""A resource of the catalogue in our words. Pure: labels are passed on as they stand, nobody here knows what they mean."""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from harvesters.errors import SkipRecord
from harvesters.formats import format_of_name
from harvesters.records import ENTRY_ONLY, DatasetRecord, FieldRecord, FilePart, RawRecord
from harvesters.texts import by_language, check_lengths, text_of
from harvesters.workbook.config import WorkbookConfig
from harvesters.workbook.values import read_condition, read_date, read_type

_WORDS = re.compile(r"[;；,，、\s]+")
# Field of the sheet → field of `DatasetRecord`.
_LABELS = {
    "share": "share_label", "open": "open_label", "secret": "secret_label", "grade": "grade_label",
    "level": "level_label", "update_cycle": "update_cycle_label", "owner": "owner", "approver": "approver",
    "basis": "basis",
}  # fmt: skip


def map_entry(raw: RawRecord, config: WorkbookConfig) -> DatasetRecord:
    """The record of an entry: `raw` holds `resource`, `items` and `files`. Raises SkipRecord."""
    if raw.problem:
        raise SkipRecord(raw.problem, record_id=raw.id)
    resource = _object(raw.raw.get("resource"))
    files = tuple(_object(file) for file in raw.raw.get("files", ()))
    titles = by_language(**{config.language: text_of(resource, "title")} | _english(resource, config))
    descriptions = by_language(**{config.language: text_of(resource, "summary")})
    check_lengths(titles, descriptions, raw.id)
    labels = {name: config.labels.get(name, "") for name in (*_LABELS.values(), "class_label", "licence_label")}
    labels |= {name: text for field, name in _LABELS.items() if (text := text_of(resource, field))}
    labels["class_label"] = _class_of(resource) or labels["class_label"]
    theme = text_of(resource, "theme") or text_of(resource, "class_2") or config.labels.get("theme_label", "")
    keywords = tuple(word for word in _WORDS.split(text_of(resource, "keywords")) if word)
    return DatasetRecord(
        id=raw.id,
        titles=titles,
        descriptions=descriptions,
        publisher_names=by_language(**{config.language: text_of(resource, "provider") or config.publisher_name}),
        publisher_code=text_of(resource, "provider_code") or config.publisher_code,
        resource_code=text_of(resource, "code"),
        theme_labels=(theme,) if theme else (),
        keywords={config.language: keywords} if keywords else {},
        open_condition=read_condition(text_of(resource, "open_condition")) or config.labels.get("open_condition", ""),
        created=read_date(text_of(resource, "published")),
        modified=read_date(text_of(resource, "modified")),
        fields=tuple(_field(_object(item)) for item in raw.raw.get("items", ())),
        parts=tuple(_part(file, resource, config.language) for file in files),
        standing="" if files else ENTRY_ONLY,
        particulars={},
        **labels,
    )


def _class_of(resource: Mapping[str, object]) -> str:
    """The class as stated, else the four class columns 类, 项, 目, 细目 as one path."""
    steps = (text_of(resource, f"class_{number}") for number in range(1, 5))
    return text_of(resource, "data_class") or "/".join(step for step in steps if step)


def _english(resource: Mapping[str, object], config: WorkbookConfig) -> dict[str, str]:
    title = text_of(resource, "title_en")
    return {"en": title} if title and config.language != "en" else {}


def _field(item: Mapping[str, object]) -> FieldRecord:
    """One information item; what its cells leave blank was not stated."""
    name, code = text_of(item, "item_name"), text_of(item, "item_code")
    return FieldRecord(
        name=code or name,
        title=name,
        type_label=read_type(text_of(item, "item_type"), text_of(item, "item_length")),
        description=text_of(item, "item_description"),
        share_label=text_of(item, "item_share"),
        open_label=text_of(item, "item_open"),
        secret_label=text_of(item, "item_secret"),
        titles=by_language(zh=name),
        descriptions=by_language(zh=text_of(item, "item_description")),
    )


def _part(file: Mapping[str, object], resource: Mapping[str, object], language: str) -> FilePart:
    """A data file. One that is called by the resource's code alone is named by its title."""
    path = text_of(file, "path")
    pure = PurePosixPath(path)
    is_coded = _letters(pure.stem) == _letters(text_of(resource, "code"))
    name = (text_of(resource, "title") if is_coded else "") or pure.stem.strip()
    size = file.get("size")
    return FilePart(
        key=path,
        names=by_language(**{language: name}),
        locator={"path": path},
        file_name=pure.name,
        format_label=format_of_name(pure.name).name,
        size_bytes=size if isinstance(size, int) else None,
    )


def _letters(text: str) -> str:
    """Letters and digits alone: the slashes of a code are written as something else in the name of a file."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def _object(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
