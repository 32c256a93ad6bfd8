"""A caller's text into words, names, values and signs."""

import re
from dataclasses import dataclass
from typing import Literal

from portal.kernel.errors import InvalidInput

Kind = Literal["word", "name", "text", "number", "sign", "end"]
_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<text>'(?:[^']|'')*')
    |(?P<name>"(?:[^"]|"")*")
    |(?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))
    |(?P<sign><=|>=|<>|!=|==|[=<>(),])
    |(?P<word>[^\s'"=<>!(),]+)""",
    re.VERBOSE,
)
_MAX_NUMBER_CHARS = 40


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of a text: `text` without its quotes, `position` its 0-based character offset."""

    kind: Kind
    text: str
    position: int

    @property
    def lower(self) -> str:
        return self.text.lower()


def tokenize(text: str, parameter: str, max_chars: int) -> list[Token]:
    """All tokens, one of kind `end` last. Raises InvalidInput with the position of what cannot be read."""
    if len(text) > max_chars:
        raise InvalidInput(
            f"{parameter} has {len(text)} characters; at most {max_chars} are taken.", parameter=parameter
        )
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            what = "a quotation mark is not closed" if text[at] in "'\"" else f"{text[at]!r} means nothing here"
            raise InvalidInput(f"{parameter}: {what} at character {at + 1}.", parameter=parameter, position=at)
        kind, raw = match.lastgroup, match.group()
        if kind == "text":
            tokens.append(Token("text", raw[1:-1].replace("''", "'"), at))
        elif kind == "name":
            tokens.append(Token("name", raw[1:-1].replace('""', '"'), at))
        elif kind == "number":
            if len(raw) > _MAX_NUMBER_CHARS:
                raise InvalidInput(
                    f"{parameter}: a number is too long at character {at + 1}.", parameter=parameter, position=at
                )
            tokens.append(Token("number", raw, at))
        elif kind in {"sign", "word"}:
            tokens.append(Token("sign" if kind == "sign" else "word", raw, at))
        at = match.end()
    tokens.append(Token("end", "", len(text)))
    return tokens
