"""A caller's text into words, names, values and signs."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from portal.kernel.errors import InvalidInput
from portal.tables.values import is_plain_text

Kind = Literal["word", "name", "text", "number", "sign", "end"]
_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<text>'(?:[^']|'')*')
    |(?P<name>"(?:[^"]|"")*")
    |(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))
    |(?P<sign><=|>=|<>|!=|==|[=<>(),])
    |(?P<word>[^\s'"=<>!(),]+)""",
    re.VERBOSE,
)
_ARITHMETIC = frozenset("+-*/")
_MAX_NUMBER_CHARS = 40


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of a text: `text` without its quotes, `position` its 0-based character offset."""

    kind: Kind
    text: str
    position: int
    end: int

    @property
    def lower(self) -> str:
        return self.text.lower()


def tokenize(text: str, parameter: str, max_chars: int, names: Collection[str] = ()) -> list[Token]:
    """All tokens, one of kind `end` last. A word with signs of arithmetic in it is one word if it is one of `names`, so that a
    column `a-b` needs no quotes; else it is a calculation. Raises InvalidInput with the position of what cannot be read."""
    if len(text) > max_chars:
        raise InvalidInput(
            f"{parameter} has {len(text)} characters; at most {max_chars} are taken.",
            parameter=parameter,
            position=max_chars,
        )
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            what = "a quotation mark is not closed" if text[at] in "'\"" else f"{text[at]!r} means nothing here"
            raise _unreadable(what, parameter, at)
        if match.lastgroup != "space":
            tokens.append(_token(match.lastgroup or "", match.group(), at, parameter, names))
            at = tokens[-1].end
        else:
            at = match.end()
    tokens.append(Token("end", "", len(text), len(text)))
    return tokens


def _token(kind: str, raw: str, at: int, parameter: str, names: Collection[str]) -> Token:
    end = at + len(raw)
    if not is_plain_text(raw):
        raise _unreadable("a character that no text has", parameter, at)
    if kind == "text":
        return Token("text", raw[1:-1].replace("''", "'"), at, end)
    if kind == "name":
        return Token("name", raw[1:-1].replace('""', '"'), at, end)
    if kind == "number":
        if len(raw) > _MAX_NUMBER_CHARS or not raw.isascii():
            raise _unreadable("a number is too long or not in the digits 0 to 9", parameter, at)
        return Token("number", raw, at, end)
    return Token("sign", raw, at, end) if kind == "sign" else _word(raw, at, parameter, names)


def _word(raw: str, at: int, parameter: str, names: Collection[str]) -> Token:
    """The longest beginning that is a name, or what comes before the first sign, or that sign."""
    signs = [place for place, char in enumerate(raw) if char in _ARITHMETIC]
    for end in (len(raw), *reversed(signs)):
        if raw[:end] in names:
            return Token("word", raw[:end], at, at + end)
    if not signs:
        return Token("word", raw, at, at + len(raw))
    if "--" in raw:
        raise _unreadable("'--' means nothing here", parameter, at + raw.index("--"))
    if signs[0] == 0:
        return Token("sign", raw[0], at, at + 1)
    return Token("word", raw[: signs[0]], at, at + signs[0])


def _unreadable(what: str, parameter: str, at: int) -> InvalidInput:
    return InvalidInput(f"{parameter}: {what} at character {at + 1}.", parameter=parameter, position=at)
