"""Pages from templates: one Jinja environment per language, compiled once, with the language already in every function."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache, partial
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

from flask import Flask, Response, current_app, request
from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from portal.http import wording
from portal.http.conditional import conditional
from portal.http.context import language as current_language
from portal.http.principal import KEY_PARAMETERS
from portal.i18n import (
    VOCABULARY,
    explain,
    explain_action,
    format_bytes,
    format_date,
    format_instant,
    format_number,
    label,
    translate,
    translate_plural,
)
from portal.kernel.text import Language
from portal.paths import TEMPLATES
from portal.settings import Settings

_ENVIRONMENTS = "portal.templates"
_LIMITS = {"most_columns": 30, "most_fields": 200, "most_blocks": 60, "most_previews": 4}
HTML = "text/html; charset=utf-8"
LANGUAGE_TAGS = {Language.ZH: "zh-CN", Language.EN: "en"}


def install_rendering(app: Flask, settings: Settings, static: Mapping[str, str]) -> None:
    """Make the two environments; templates are compiled when first used and the compiled code is kept in `var_dir`."""
    cache_dir = settings.var_dir / "templates"
    cache_dir.mkdir(parents=True, exist_ok=True)
    cache_dir.chmod(0o700)
    bytecode = FileSystemBytecodeCache(str(cache_dir))
    app.extensions[_ENVIRONMENTS] = {
        language: _environment(language, settings, static, bytecode) for language in Language
    }


def render_page(
    template: str,
    values: Mapping[str, Any],
    *,
    status: int = 200,
    alternates: bool = True,
    language: Language | None = None,
) -> Response:
    """The page as an answer that revalidates. `alternates` False: no canonical address and no other-language link."""
    language = language or current_language()
    body = environment_of(language).get_template(template).render(values, **_frame(language, alternates=alternates))
    response = Response(body, status=status, content_type=HTML)
    response.headers["Content-Language"] = LANGUAGE_TAGS[language]
    if status != 200:
        response.headers["Cache-Control"] = "no-store"
        return response
    return conditional(response)


def environment_of(language: Language) -> Environment:
    """The language's templates."""
    environments = cast(dict[Language, Environment], current_app.extensions[_ENVIRONMENTS])
    return environments[language]


def _frame(language: Language, *, alternates: bool) -> dict[str, object]:
    """What the layout needs of the request: its path without the language, and its query."""
    path = request.path
    rest = path[3:] if path[:4] in {"/zh/", "/en/"} else "/"
    # A key that strayed into the address was refused; it must not be repeated in links.
    kept = [(name, value) for name, value in request.args.items(multi=True) if name.lower() not in KEY_PARAMETERS]
    query = f"?{urlencode(kept)}" if kept else ""
    return {"rest": rest, "query": query, "has_alternates": alternates, "request_path": path}


def _environment(
    language: Language, settings: Settings, static: Mapping[str, str], bytecode: FileSystemBytecodeCache
) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(str(TEMPLATES)),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=bytecode,
    )
    environment.globals.update(
        {
            "_": partial(_translated, language),
            "ngettext": partial(translate_plural, language),
            "language": language,
            "other": language.other,
            "language_tag": LANGUAGE_TAGS[language],
            "root": f"/{language.value}",
            "base_url": settings.base_url.rstrip("/"),
            "site_name": settings.site_name_zh if language is Language.ZH else settings.site_name_en,
            "is_sample": settings.is_sample,
            "static": static.__getitem__,
            "number": partial(format_number, language),
            "size": partial(format_bytes, language),
            "day": partial(_day, language),
            "instant": partial(format_instant, language),
            "explain": partial(explain, language),
            "treatment": partial(explain_action, language),
            "label": partial(label, language),
            "icon": _icon,
            "text": partial(wording.show, language),
            "plain": partial(wording.plain, language),
            "raw": partial(wording.mark_raw, language),
            "either": partial(wording.mark_either, language),
            "sentence": partial(wording.mark_sentence, language),
            "mark_of": partial(wording.mark_of, language),
            "paragraphs": partial(wording.show_paragraphs, language),
            "heading_text": partial(wording.head_of_column, language),
            "raw_lang": partial(wording.raw_attribute, language),
            "clipped": _clipped,
            "host_of": _host_of,
            "date_text": partial(format_date, language),
            "tag_of": wording.tag_of,
            "lang_of": partial(wording.lang_attribute, language),
            "known_formats": frozenset(code for kind, code in VOCABULARY if kind == "format"),
            **_LIMITS,
        }
    )
    return environment


def _clipped(rows: Sequence[Sequence[object]], most: int) -> Sequence[Sequence[object]]:
    """Rows with at most so many cells."""
    return [row[:most] for row in rows] if rows and len(rows[0]) > most else rows


def _host_of(url: str) -> str:
    """The host of a link, so that a reader sees where it leads."""
    return urlsplit(url).hostname or ""


@cache
def _icons() -> Mapping[str, Markup]:
    """The drawings in `templates/icons`, name → inline SVG."""
    return {path.stem: Markup(path.read_text("utf-8").strip()) for path in (TEMPLATES / "icons").glob("*.svg")}  # noqa: S704 - our own files


def _icon(name: str) -> Markup:
    """A drawing; a name that has none gets the one called `other`."""
    drawn = _icons()
    return drawn.get(name) or drawn["other"]


def _translated(language: Language, message: str, /, **values: object) -> str:
    """Translations are trusted text: values are escaped by autoescape, since the result is a plain string."""
    return translate(language, message, **values)


def _day(language: Language, when: date | datetime) -> Markup:
    """A `<time>` element."""
    iso = when.date().isoformat() if isinstance(when, datetime) else when.isoformat()
    return Markup('<time datetime="{}">{}</time>').format(iso, format_date(language, when))
