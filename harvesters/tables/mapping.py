"""An entry in our words. Pure: the same entry always gives the same record."""

from collections.abc import Mapping

from harvesters.entries import bilingual, fields_of_entry, labels_of_entry
from harvesters.errors import ConfigError, SkipRecord
from harvesters.records import DatasetRecord, Increments, RawRecord, TablePart
from harvesters.tables.config import TablesConfig, reading_of
from harvesters.tables.options import Reading
from harvesters.texts import check_lengths, text_of, texts_of


def map_entry(raw: RawRecord, config: TablesConfig) -> DatasetRecord:
    """The record of an entry: `raw` holds `entry` and `key`, the primary key as inspected.

    Raises SkipRecord when the entry has a problem or no title.
    """
    if raw.problem:
        raise SkipRecord(raw.problem, record_id=raw.id)
    value = raw.raw.get("entry")
    entry: Mapping[str, object] = value if isinstance(value, Mapping) else {}
    titles = bilingual(entry, "title", config.language)
    descriptions = bilingual(entry, "description", config.language)
    check_lengths(titles, descriptions, raw.id)
    keywords = texts_of(entry, "keywords")
    default_theme = config.labels.get("theme_label", "")
    return DatasetRecord(
        id=raw.id,
        titles=titles,
        descriptions=descriptions,
        publisher_names=bilingual(entry, "publisher", config.language),
        publisher_code=text_of(entry, "publisher_code"),
        resource_code=text_of(entry, "resource_code"),
        theme_labels=texts_of(entry, "themes") or ((default_theme,) if default_theme else ()),
        keywords={config.language: keywords} if keywords else {},
        created=text_of(entry, "created"),
        modified=text_of(entry, "modified"),
        fields=fields_of_entry(entry, config.language),
        parts=(_part(raw, entry, config),),
        particulars={},
        **labels_of_entry(entry, config.labels),
    )


def keys_of(reading: Reading, primary_key: tuple[str, ...]) -> tuple[str, ...]:
    """What tells one row from another: as configured, else the primary key; none for a log whose key is its own line."""
    if reading.keys:
        return reading.keys
    return () if reading.operation else primary_key


def _part(raw: RawRecord, entry: Mapping[str, object], config: TablesConfig) -> TablePart:
    try:
        reading = reading_of(config, entry)
    except ConfigError as error:
        raise SkipRecord(f"The reading of {raw.id[:80]!r} cannot be used: {error}", record_id=raw.id) from error
    primary_key = tuple(str(name) for name in raw.raw.get("key", ()))
    keys = keys_of(reading, primary_key)
    return TablePart(
        key=text_of(entry, "table"),
        names=bilingual(entry, "title", config.language),
        locator={
            "record_id": raw.id,
            "table": text_of(entry, "table"),
            "reading": {**config.reading, **_own(entry)},
            "key": list(keys),
            "fields": [field.name for field in fields_of_entry(entry, config.language)],
        },
        increments=Increments(
            key_columns=keys,
            has_mark=bool(reading.mark_columns and keys),
            is_whole=reading.holds == "whole",
            compare_every_runs=reading.compare_every_runs if reading.holds == "whole" else 0,
            compare_every_days=reading.compare_every_days if reading.holds == "whole" else 0,
        ),
    )


def _own(entry: Mapping[str, object]) -> Mapping[str, object]:
    own = entry.get("reading")
    return own if isinstance(own, Mapping) else {}
