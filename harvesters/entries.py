"""Entries of a catalogue in our own plain form (docs/sources.md), from which several kinds of sources make records. Pure."""

from collections.abc import Mapping

from harvesters.records import FieldRecord
from harvesters.texts import by_language, text_of

Entry = Mapping[str, object]

# Key of an entry → field of `DatasetRecord`.
LABEL_FIELDS = {
    "share": "share_label", "open": "open_label", "open_condition": "open_condition", "secret": "secret_label",
    "grade": "grade_label", "class": "class_label", "level": "level_label", "licence": "licence_label",
    "update_cycle": "update_cycle_label", "owner": "owner", "approver": "approver", "basis": "basis",
}  # fmt: skip

# What may be stated once for every entry that does not say it itself.
LABELS = (
    "share_label", "open_label", "open_condition", "secret_label", "grade_label", "class_label", "level_label",
    "licence_label", "update_cycle_label", "theme_label", "owner", "approver", "basis",
)  # fmt: skip


def labels_of_entry(entry: Entry, defaults: Mapping[str, str]) -> dict[str, str]:
    """Field of `DatasetRecord` → what the entry states, or else the source's default; "" where neither does."""
    labels = {name: defaults.get(name, "") for name in LABEL_FIELDS.values()}
    return labels | {name: text for key, name in LABEL_FIELDS.items() if (text := text_of(entry, key))}


def fields_of_entry(entry: Entry, language: str) -> tuple[FieldRecord, ...]:
    """The information items under `columns`."""
    columns = entry.get("columns")
    if not isinstance(columns, list):
        return ()
    found = []
    for column in columns:
        if not isinstance(column, Mapping):
            continue
        titles = bilingual(column, "title", language)
        descriptions = bilingual(column, "description", language)
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


def bilingual(values: Entry, name: str, language: str) -> dict[str, str]:
    """`name` as a text or as {zh, en}, and `name_en` / `name_zh` beside it."""
    value = values.get(name)
    texts = {tag: text_of(value, tag) for tag in ("zh", "en")} if isinstance(value, Mapping) else {}
    if isinstance(value, str):
        texts = {language: value.strip()}
    for tag in ("zh", "en"):
        texts[tag] = texts.get(tag, "") or text_of(values, f"{name}_{tag}")
    return by_language(**texts)
