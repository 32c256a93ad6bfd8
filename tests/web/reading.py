"""Reading a page the way a strict reader would: text with the language around it, and what it loads."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"meta", "link", "input", "br", "img", "hr", "rect", "path", "circle", "source", "wbr", "col"}


@dataclass
class Page:
    """`texts`: (language in force, text). `attributes`: (element, attribute, value, language in force)."""

    texts: list[tuple[str, str]] = field(default_factory=list)
    attributes: list[tuple[str, str, str, str]] = field(default_factory=list)
    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def visible_text(self) -> str:
        return " ".join(text.strip() for _, text in self.texts if text.strip())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self._open: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        language = values.get("lang", self._open[-1][1] if self._open else "")
        self.page.elements.append((tag, values))
        self.page.attributes += [(tag, name, value, language) for name, value in values.items()]
        if tag not in _VOID:
            self._open.append((tag, language))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in {name for name, _ in self._open}:
            while self._open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1][0] not in {"script", "style"}:
            self.page.texts.append((self._open[-1][1], data))


def read_page(html: str) -> Page:
    """Parse a page."""
    reader = _Reader()
    reader.feed(html)
    return reader.page
