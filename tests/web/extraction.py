"""Every message id that templates and code use, extracted the way Babel does it."""

from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract_from_file

from portal.api import describe_api
from portal.http.problems import KINDS
from portal.i18n import REASONS, VOCABULARY
from portal.index.facets import FACETS
from portal.limits import DESCRIPTIONS
from portal.paths import ROOT, TEMPLATES
from portal.web.developers import list_texts

_KEYWORDS = {"_": None, "ngettext": (1, 2), "translate": (2,), "translate_plural": (2, 3), "later": None}


def extract_messages() -> dict[str, str]:
    """Message id → where it was found first; both forms of a plural are ids."""
    found: dict[str, str] = {}
    for message, place in (*_from_files(), *_from_registries()):
        if message:
            found.setdefault(message, place)
    return found


def _from_files() -> Iterator[tuple[str, str]]:
    for path in sorted(TEMPLATES.rglob("*.html")):
        yield from _from_file("jinja2.ext:babel_extract", path)
    for path in sorted((ROOT / "portal").rglob("*.py")):
        yield from _from_file("python", path)


def _from_file(method: str, path: Path) -> Iterator[tuple[str, str]]:
    for line, messages, _comments, _context in extract_from_file(method, path, keywords=_KEYWORDS):
        for message in [messages] if isinstance(messages, str) else messages:
            if message:
                yield message, f"{path.relative_to(ROOT)}:{line}"


def _from_registries() -> Iterator[tuple[str, str]]:
    for code, message in REASONS.items():
        yield message, f"reason {code}"
    for (vocabulary, code), message in VOCABULARY.items():
        yield message, f"vocabulary {vocabulary} {code}"
    for facet in FACETS:
        yield facet.label, f"facet {facet.name}"
    for code, kind in KINDS.items():
        yield kind.title, f"problem {code}"
        yield kind.remedy, f"problem {code}"
    for budget, message in DESCRIPTIONS.items():
        yield message, f"budget {budget}"
    for text in list_texts(describe_api()):
        yield text, "API description"


if __name__ == "__main__":
    from portal.i18n.messages import chinese_catalogue

    have = {
        m for entry in chinese_catalogue() if entry.id for m in ([entry.id] if isinstance(entry.id, str) else entry.id)
    }
    for message, place in extract_messages().items():
        if message not in have:
            print(f"{message!r}  # {place}")
