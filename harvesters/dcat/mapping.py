"""A description in our words. Pure: the same entry always gives the same record."""

from harvesters.dcat.config import DcatConfig
from harvesters.dcat.descriptions import Described, Description, Tagged
from harvesters.dcat.from_data_json import describe_entry
from harvesters.dcat.from_rdf import describe_tree
from harvesters.errors import SkipRecord
from harvesters.formats import read_format
from harvesters.languages import pick_texts, read_languages
from harvesters.records import DatasetRecord, FilePart, LinkPart, Part, RawRecord
from harvesters.texts import check_lengths, stamp_of
from harvesters.web_files import file_name_of, is_web_address

DATA_JSON = "data.json"
FORM = "form"
ENTRY = "entry"


def describe(raw: RawRecord) -> Description:
    """What a raw record says, by the form that it came in."""
    entry = raw.raw[ENTRY]
    return describe_entry(entry) if raw.raw[FORM] == DATA_JSON else describe_tree(entry)


def data_stamp(said: Description) -> str:
    """Changes whenever the dataset or one of its distributions says that it changed."""
    parts = [(part.key, part.download_url, part.access_url, part.sha256, part.stamp) for part in said.parts]
    return stamp_of(said.modified, parts)


def map_description(raw: RawRecord, config: DcatConfig) -> DatasetRecord:
    """The record of a dataset. Raises SkipRecord when it has no usable title or a distribution has no usable address."""
    if raw.problem:
        raise SkipRecord(raw.problem, record_id=raw.id)
    said = describe(raw)
    titles = _texts(said.titles, config.language)
    if not titles and said.titles:
        raise SkipRecord(
            f"The title of {raw.id[:80]!r} is in {', '.join(sorted(said.titles))} only; Chinese or English is needed.",
            record_id=raw.id,
        )
    descriptions = _texts(said.descriptions, config.language)
    check_lengths(titles, descriptions, raw.id)
    stated = {"update_cycle_label": said.cycle, "licence_label": said.licence, "open_label": said.access}
    labels = dict(config.labels) | {name: label for name, label in stated.items() if label}
    return DatasetRecord(
        id=raw.id,
        titles=titles,
        descriptions=descriptions,
        publisher_names=_texts(said.publisher_names, config.language)
        or _any_language(said.publisher_names, config.language),
        publisher_code=said.publisher_code[:200],
        resource_code=said.identifier[:200],
        theme_labels=tuple(theme for theme in said.themes if theme),
        keywords=_keywords(said.keywords, config.language),
        created=said.issued,
        modified=said.modified,
        fields=(),
        parts=_parts(said, raw.id, config),
        particulars={},
        **labels,
    )


def _texts(tagged: Tagged, language: str) -> dict[str, str]:
    found = pick_texts({tag: texts[0] for tag, texts in tagged.items() if tag})
    if "" in tagged:
        found.setdefault(language, tagged[""][0])
    return found


def _any_language(tagged: Tagged, language: str) -> dict[str, str]:
    """A department's name stays its name, whatever language it is in."""
    first = next(iter(tagged.values()), None)
    return {language: first[0]} if first else {}


def _keywords(tagged: Tagged, language: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for tag, words in tagged.items():
        tags = read_languages(tag).tags
        kept = (
            language if not tag else ("zh" if tags and tags[0].startswith("zh") else tags[0] if tags == ("en",) else "")
        )
        if kept:
            found[kept] = tuple(dict.fromkeys((*found.get(kept, ()), *words)))
    return found


def _parts(said: Description, record_id: str, config: DcatConfig) -> tuple[Part, ...]:
    """A distribution that states no address at all is only a word and left out."""
    keys = [part.key for part in said.parts]
    if len(set(keys)) != len(keys):
        raise SkipRecord(
            f"The dataset {record_id[:80]!r} has two distributions with one identifier.", record_id=record_id
        )
    usable = [part for part in said.parts if part.download_url or part.access_url]
    return tuple(_part(part, number, record_id, config) for number, part in enumerate(usable, 1))


def _part(said: Described, number: int, record_id: str, config: DcatConfig) -> Part:
    url = said.download_url or said.access_url
    if not is_web_address(url):
        raise SkipRecord(
            f"Distribution {number} of {record_id[:80]!r} has no http or https address without user and password.",
            record_id=record_id,
        )
    names, label = _texts(said.titles, config.language), read_format(said.format).name
    if config.fetch_files and said.download_url:
        return FilePart(
            key=said.key,
            names=names,
            locator={"url": url},
            file_name=file_name_of(url, f"distribution-{number}"),
            format_label=label,
            size_bytes=said.size_bytes,
            sha256=said.sha256,
        )
    return LinkPart(
        key=said.key,
        names=names,
        url=url,
        format_label=label,
        language_label=read_languages(said.language).label if said.language else "",
        descriptions=_texts(said.descriptions, config.language),
    )
