"""The blocks of an agreement's text: paragraphs, headings and lists as Markdown writes them. Nothing else of Markdown is read,
and what is in a line stays text."""

import re
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

_BULLET = re.compile(r"[-*+] +(?P<text>.+)")
_NUMBERED = re.compile(r"(?P<number>\d{1,4})[.)] +(?P<text>.+)", re.ASCII)
_HEADING = re.compile(r"#{1,6} +(?P<text>.+)")

Kind = Literal["paragraph", "heading", "bullets", "numbers"]


@dataclass(frozen=True, slots=True)
class Block:
    """`lines`: the entries of a list, else one. `first`: the number that a numbered list begins with."""

    kind: Kind
    lines: tuple[str, ...]
    first: int = 1


def agreement_blocks(text: str) -> tuple[Block, ...]:
    """The text in blocks. Entries that follow each other are one list, with blank lines between them or without."""
    read = [_read(lines) for lines in _paragraphs(text)]
    pieces = [piece for paragraph in read for piece in paragraph]
    found: list[Block] = []
    for kind, group in groupby(pieces, key=lambda piece: piece.kind):
        blocks = list(group)
        if kind in {"bullets", "numbers"}:
            lines = tuple(line for block in blocks for line in block.lines)
            found.append(Block(kind, lines, blocks[0].first))
        else:
            found += blocks
    return tuple(found)


def _paragraphs(text: str) -> list[list[str]]:
    groups = groupby(text.splitlines(), key=lambda line: bool(line.strip()))
    return [[line.strip() for line in lines] for is_text, lines in groups if is_text]


def _read(lines: list[str]) -> list[Block]:
    """The blocks of lines without a blank one between them; a line without a mark goes on with the one before."""
    found: list[Block] = []
    for line in lines:
        marked = _marked(line)
        if marked is not None:
            found.append(marked)
        elif found and found[-1].kind != "heading":
            last = found.pop()
            joint = " " if last.lines[-1].isascii() and line.isascii() else ""
            found.append(Block(last.kind, (*last.lines[:-1], f"{last.lines[-1]}{joint}{line}"), last.first))
        else:
            found.append(Block("paragraph", (line,)))
    return found


def _marked(line: str) -> Block | None:
    if found := _HEADING.fullmatch(line):
        return Block("heading", (found["text"],))
    if found := _BULLET.fullmatch(line):
        return Block("bullets", (found["text"],))
    if found := _NUMBERED.fullmatch(line):
        return Block("numbers", (found["text"],), int(found["number"]))
    return None
