"""Bilingual text on a page: in the reader's language where there is one, else the other language, marked as such.

On an English page no Chinese stands outside an element with `lang`, and the reverse; a fallback, a machine's translation and
a translation whose original has changed since each carry a visible mark.
"""

import re
from dataclasses import replace

from markupsafe import Markup, escape

from portal.i18n import translate
from portal.kernel.columns import Column
from portal.kernel.text import Language, Origin, Shown, Text

_CODE = re.compile("`([^`]+)`")
HAN = re.compile("[\u2e80-\u2fdf\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef]")


def tag_of(language: Language) -> str:
    """BCP 47 tag for `lang`."""
    return "zh-CN" if language is Language.ZH else "en"


def is_foreign(language: Language, value: str) -> bool:
    """Whether raw text needs a `lang` of its own on a page of this language: Chinese characters on an English page."""
    return language is Language.EN and HAN.search(value) is not None


def show(language: Language, text: Text, *, marks: bool = True, most: int | None = None) -> Markup:
    """The wording with its language and its marks; nothing for an empty text. `most`: characters before it is cut."""
    shown = text.shown(language)
    if most is not None and len(shown.value) > most:
        shown = replace(shown, value=shown.value[:most].rstrip() + "…")
    return _element(language, shown, marks=marks)


def show_paragraphs(language: Language, text: Text) -> Markup:
    """A longer wording, one `<p>` for each of its lines, with its marks after the last."""
    shown = text.shown(language)
    lines = [line.strip() for line in shown.value.splitlines() if line.strip()]
    if not lines:
        return Markup("")
    parts = [replace(shown, value=line) for line in lines]
    last = len(parts) - 1
    return Markup("").join(
        Markup("<p>{}</p>").format(_element(language, part, marks=index == last)) for index, part in enumerate(parts)
    )


def plain(language: Language, text: Text) -> str:
    """The wording alone, for places that hold no element; use `lang_attribute` on the element around it."""
    return text.shown(language).value


def lang_attribute(language: Language, text: Text) -> Markup:
    """` lang="…"` for the element around `plain`, or nothing."""
    shown = text.shown(language)
    if not shown.is_fallback and not is_foreign(language, shown.value):
        return Markup("")
    return Markup(' lang="{}"').format(tag_of(_real_language(shown)))


def mark_raw(language: Language, value: str, *, marks: bool = False) -> Markup:
    """Text of a record that has no translation (a column's name, an owner): Chinese is marked on an English page."""
    if not is_foreign(language, value):
        return escape(value)
    shown = Shown(value, Language.ZH, is_fallback=True, is_stale=False, origin=Origin.SOURCE)
    return _element(language, shown, marks=marks)


def raw_attribute(language: Language, value: str) -> Markup:
    """` lang="…"` for an element that holds raw text, or nothing."""
    return Markup(' lang="zh-CN"') if is_foreign(language, value) else Markup("")


def mark_either(language: Language, value: str, *, marks: bool = False) -> Markup:
    """A sentence that exists in one language only: marked where it is not the page's."""
    if language is Language.ZH and value and not HAN.search(value):
        shown = Shown(value, Language.EN, is_fallback=True, is_stale=False, origin=Origin.SOURCE)
        return _element(language, shown, marks=marks)
    return mark_raw(language, value, marks=marks)


def mark_sentence(language: Language, value: str) -> Markup:
    """Like `mark_either`, for a sentence with `code` between backticks."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(mark_either(language, value))))  # noqa: S704 - escaped before


def mark_of(language: Language, value: str) -> Markup:
    """The visible mark alone, for a list of raw words in the other language."""
    return (
        Markup('<span class="mark">{}</span>').format(translate(language, "in Chinese"))
        if is_foreign(language, value)
        else Markup("")
    )


def head_of_column(language: Language, column: Column) -> Markup:
    """A column's title, else its name."""
    if column.title.languages:
        return show(language, column.title, marks=False)
    return mark_raw(language, column.name)


def _real_language(shown: Shown) -> Language:
    return Language.ZH if HAN.search(shown.value) else shown.language


def _element(language: Language, shown: Shown, *, marks: bool) -> Markup:
    value = escape(shown.value)
    real = _real_language(shown) if language is Language.EN else shown.language
    if real is not language:
        value = Markup('<span lang="{}">{}</span>').format(tag_of(real), value)
    note = _note(language, shown, real) if marks else ""
    return value + Markup(' <span class="mark">{}</span>').format(note) if note else value


def _note(language: Language, shown: Shown, real: Language) -> str:
    if shown.is_stale:
        return translate(language, "Translation older than the original")
    if shown.is_fallback or real is not language:
        return translate(language, "in Chinese") if real is Language.ZH else translate(language, "in English")
    if shown.origin is Origin.MACHINE:
        return translate(language, "machine translation")
    return ""
