"""Language tags as sources write them, as BCP 47 tags. Pure; what is not understood is named, not guessed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_ENGLISH = ("en", "eng", "english", "en-us", "en-gb", "en-hk", "英文", "英语", "英語")
_TRADITIONAL = (
    "zh-hant", "zh-hk", "zh-tw", "zh-mo", "zh-hant-hk", "zh-hant-tw", "cht", "tc", "tchi", "trad-chi",
    "zh-hantz", "zn-hant", "zh-hnat", "zh-hnt",  # misspellings met in real catalogues
    "繁體中文", "繁体中文", "繁體", "繁中",
)  # fmt: skip
_SIMPLIFIED = (
    "zh-hans", "zh-cn", "zh-sg", "zh-hans-cn", "chs", "sc", "schi", "zn-hans", "zh-hanz", "简体中文", "簡體中文", "简体", "简中",
)  # fmt: skip
_CHINESE = ("zh", "zho", "chi", "cn", "chinese", "中文", "汉语")
_TAGS = (
    dict.fromkeys(_ENGLISH, "en")
    | dict.fromkeys(_TRADITIONAL, "zh-Hant")
    | dict.fromkeys(_SIMPLIFIED, "zh-Hans")
    | dict.fromkeys(_CHINESE, "zh")
)
_SEPARATORS = re.compile(r"[,;/|、，；&+]|\s+and\s+")
# Texts in Simplified characters are shown first: the portal's own Chinese is Simplified.
_PREFERENCE = ("zh-Hans", "zh", "zh-Hant")


@dataclass(frozen=True, slots=True)
class Languages:
    """`tags`: BCP 47, each once, in the source's order; `unknown`: what was not understood, as written."""

    tags: tuple[str, ...]
    unknown: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """All of it in one text: `en, zh-Hant`."""
        return ", ".join((*self.tags, *self.unknown))


def read_languages(label: str) -> Languages:
    """Tags out of a label such as `zh-Hant`, `zh_hans`, `"en, tc, sc"`."""
    tags: dict[str, None] = {}
    unknown: dict[str, None] = {}
    for part in _SEPARATORS.split(label.strip().strip('"')):
        word = part.strip().strip('"')
        if not word:
            continue
        tag = _TAGS.get(re.sub(r"[_\s]+", "-", word.casefold()))
        if tag:
            tags.setdefault(tag)
        else:
            unknown.setdefault(word)
    return Languages(tuple(tags), tuple(unknown))


def pick_texts(candidates: Mapping[str, str]) -> dict[str, str]:
    """Texts by any tag → texts by `zh` and `en`; Simplified wins over Traditional. Other languages are left out."""
    by_tag: dict[str, str] = {}
    for written, text in candidates.items():
        tags = read_languages(written).tags
        if len(tags) == 1 and text.strip():
            by_tag.setdefault(tags[0], text.strip())
    chinese = next((by_tag[tag] for tag in _PREFERENCE if tag in by_tag), "")
    return {tag: text for tag, text in (("zh", chinese), ("en", by_tag.get("en", ""))) if text}
