"""Message ids to words. The catalogue of translations is read once, straight from the `.po` file: nothing is compiled."""

from functools import cache

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from portal.kernel.text import Language
from portal.paths import TRANSLATIONS


@cache
def chinese_catalogue() -> Catalog:
    """The Chinese translations, id → words; a fuzzy entry counts as absent."""
    with (TRANSLATIONS / "zh.po").open("rb") as file:
        return read_po(file, locale="zh_Hans")


@cache
def _chinese() -> dict[str, str]:
    words: dict[str, str] = {}
    for message in chinese_catalogue():
        if message.id and isinstance(message.string, str) and message.string and not message.fuzzy:
            words.update(dict.fromkeys([message.id] if isinstance(message.id, str) else message.id, message.string))
    return words


def translate(language: Language, message: str, /, **values: object) -> str:
    """The message in a language, its `%(name)s` filled. An untranslated id stays English (a test finds it)."""
    words = message if language is Language.EN else _chinese().get(message, message)
    return words % values if values else words.replace("%%", "%")


def translate_plural(language: Language, singular: str, plural: str, count: int, /, **values: object) -> str:
    """Like `translate` for a counted thing; `%(count)s` is the number unless given. Chinese has one form."""
    message = singular if count == 1 else plural
    return translate(language, message, **{"count": count, **values})


def later(message: str, /) -> str:
    """The message id itself: marks, for extraction, what is translated where it is shown."""
    return message
