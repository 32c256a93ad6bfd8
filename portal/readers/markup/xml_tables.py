"""A table in an XML document: the element that repeats is the row, its attributes and children are the columns.

The document is read as a stream, never as a whole. Entities are not resolved: a document that declares any is refused, so
that it can neither grow nor reach anything outside itself.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers.expat import ExpatError, ParserCreate

import orjson

from portal.readers.errors import FileRefused
from portal.readers.reading import ReadingLimits
from portal.readers.text_table import Row, TextTable, TextWriter, batches

_CHUNK_BYTES = 1 << 18
_MOST_DEPTH, _MOST_PATHS = 100, 5_000
_DEEPER_WINS = 5  # so many times more texts in a deeper element, and it is the row
_NO_TABLES = frozenset({"svg", "html", "kml", "gpx", "plist", "stylesheet", "schema", "office", "document-content"})
XmlPath = tuple[str, ...]


@dataclass(slots=True)
class _Seen:
    """What the first look counts by path: elements, and the texts and attributes directly in them."""

    elements: Counter[XmlPath] = field(default_factory=Counter)
    texts: Counter[XmlPath] = field(default_factory=Counter)
    names: dict[XmlPath, set[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class XmlTable:
    """The rows as a text table; `place`: the element that is the row, `outside`: texts that are in no row."""

    table: TextTable
    names: tuple[str, ...]
    place: str
    outside: int


def read_xml(path: Path, target: Path, limits: ReadingLimits) -> XmlTable | None:
    """The table in a UTF-8 document; None when nothing in it repeats. Raises FileRefused for what is not well-formed."""
    if path.stat().st_size > limits.json_bytes * 4:
        raise FileRefused("file_too_large", "The XML document is too large; deliver it as CSV.")
    seen = _survey(path)
    rows_at = _row_path(seen)
    if rows_at is None:
        return None
    names: dict[str, None] = {}
    for record in _records(path, rows_at):
        names.update(dict.fromkeys(record))
        if len(names) > limits.columns:
            raise FileRefused("file_too_wide", f"The elements have more than {limits.columns} different members.")
    if not names:
        return None
    order = tuple(names)
    with TextWriter(target, [f"c{i}" for i in range(len(order))]) as writer:
        rows: Iterator[Row] = ([record.get(name) for name in order] for record in _records(path, rows_at))
        for batch in batches(rows, len(order)):
            writer.write(batch)
    inside = sum(count for at, count in seen.texts.items() if at[: len(rows_at)] == rows_at)
    table = TextTable(target, len(order), writer.row_count)
    return XmlTable(table, order, ".".join(rows_at), seen.texts.total() - inside)


def _parse(
    path: Path, start: Callable[[str, dict[str, str]], None], end: Callable[[str], None], text: Callable[[str], None]
) -> Iterator[None]:
    """Parse piece by piece; yields after each piece. Raises FileRefused."""
    depth = 0

    def refuse(*_: object) -> None:
        raise FileRefused("xml_entities", "The document declares XML entities; deliver it without them.")

    def started(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _MOST_DEPTH:
            raise FileRefused("file_damaged", f"The document is nested more than {_MOST_DEPTH} levels deep.")
        start(_local(name), attributes)

    def ended(name: str) -> None:
        nonlocal depth
        depth -= 1
        end(_local(name))

    parser = ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = started, ended, text
    parser.EntityDeclHandler = parser.ExternalEntityRefHandler = refuse  # type: ignore[assignment]
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                parser.Parse(chunk, False)
                yield
        parser.Parse(b"", True)
        yield
    except ExpatError as error:
        raise FileRefused("file_damaged", f"Not well-formed XML at line {error.lineno}.") from error


def _survey(path: Path) -> _Seen:
    seen, stack = _Seen(), list[str]()
    pieces: list[list[str]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        stack.append(name)
        pieces.append([])
        at = tuple(stack)
        seen.elements[at] += 1
        if len(seen.elements) > _MOST_PATHS:
            raise FileRefused("file_damaged", f"The document has more than {_MOST_PATHS} kinds of elements.")
        used = {key for key in attributes if not key.startswith("xmlns")}
        seen.texts[at] += len(used)
        seen.names.setdefault(at, set()).update(used)
        if len(stack) > 1:
            seen.names.setdefault(at[:-1], set()).add(name)

    def end(_: str) -> None:
        if "".join(pieces.pop()).strip():
            seen.texts[tuple(stack)] += 1
        stack.pop()

    def text(piece: str) -> None:
        pieces[-1].append(piece)

    for _ in _parse(path, start, end, text):
        pass
    return seen


def _row_path(seen: _Seen) -> XmlPath | None:
    """The outermost element that repeats and has members, or one inside it that has most of the texts."""
    root = next(iter(seen.elements), ())
    if not root or root[0].lower() in _NO_TABLES:
        return None
    candidates = [at for at, count in seen.elements.items() if count > 1 and len(at) > 1 and seen.names.get(at)]
    if not candidates:
        return None
    best = min(candidates, key=lambda at: (len(at), -seen.elements[at]))
    own = _own_texts(seen, best)
    deeper = [at for at in candidates if at[: len(best)] == best and len(at) > len(best)]
    richest = max(deeper, key=lambda at: _own_texts(seen, at), default=best)
    return richest if _own_texts(seen, richest) > _DEEPER_WINS * max(own, 1) else best


def _own_texts(seen: _Seen, at: XmlPath) -> int:
    """Texts of an element and of its direct children that do not repeat in it."""
    children = [c for c in seen.elements if c[:-1] == at and seen.elements[c] <= seen.elements[at]]
    return seen.texts[at] + sum(seen.texts[child] for child in children)


def _records(path: Path, rows_at: XmlPath) -> Iterator[dict[str, str | None]]:
    """Each row as column → text; what is there several times is a JSON list, as in JSON files."""
    stack: list[str] = []
    found: dict[str, list[str]] = {}
    pieces: list[list[str]] = []
    ready: list[dict[str, str | None]] = []
    level = len(rows_at)

    def put(name: str, value: str) -> None:
        found.setdefault(name, []).append(value)

    def start(name: str, attributes: dict[str, str]) -> None:
        stack.append(name)
        pieces.append([])
        if tuple(stack[:level]) == rows_at:
            inner = ".".join(stack[level:])
            for key, value in attributes.items():
                if not key.startswith("xmlns"):
                    put(f"{inner}.{key}" if inner else key, value)

    def end(_: str) -> None:
        said = "".join(pieces.pop()).strip()
        if tuple(stack[:level]) == rows_at:
            inner = ".".join(stack[level:])
            if said:
                put(inner or "text", said)
            if not inner:
                ready.append({k: v[0] if len(v) == 1 else orjson.dumps(v).decode() for k, v in found.items()})
                found.clear()
        stack.pop()

    def text(piece: str) -> None:
        pieces[-1].append(piece)

    for _ in _parse(path, start, end, text):
        yield from ready
        ready.clear()


def _local(name: str) -> str:
    return name.rpartition(":")[2]
