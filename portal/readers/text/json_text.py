"""JSON and JSON Lines into a text table: objects become rows, nested objects columns with dotted names."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from portal.readers.errors import FileRefused
from portal.readers.reading import Note, ReadingLimits
from portal.readers.text_table import Row, TextTable, TextWriter, batches

_MAX_DEPTH = 5
_MAX_LINE_BYTES = 64 << 20
_WRAPPED_LEVELS = 3
_GEOMETRIES = (
    "Point",
    "MultiPoint",
    "LineString",
    "MultiLineString",
    "Polygon",
    "MultiPolygon",
    "GeometryCollection",
)


def load_json(path: Path, limits: ReadingLimits) -> object:
    """The whole document. Raises FileRefused when it is too large or not JSON; None is never returned for an error."""
    size = path.stat().st_size
    if size > limits.json_bytes:
        raise FileRefused(
            "file_too_large", f"A JSON document of {size} bytes is too large; deliver JSON Lines or CSV instead."
        )
    try:
        value: object = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise FileRefused("file_damaged", f"Not valid JSON at character {error.pos}: {error.msg}.") from error
    return value


def is_json_lines(path: Path) -> bool:
    """Whether the first line is an object of its own and another line follows."""
    with path.open("rb") as file:
        lines = (line for line in iter(lambda: file.readline(_MAX_LINE_BYTES), b"") if not line.isspace())
        first = next(lines, b"")
        try:
            is_object = first.lstrip().startswith(b"{") and isinstance(orjson.loads(first), Mapping)
        except orjson.JSONDecodeError:
            return False
        return is_object and next(lines, None) is not None


def looks_like_geojson(document: object) -> bool:
    """Whether a document means to be GeoJSON, well or badly: a feature collection, a feature or a geometry."""
    if not isinstance(document, Mapping):
        return False
    kind = document.get("type")
    if isinstance(kind, str) and kind.lower() == "featurecollection":
        return True
    return (kind == "Feature" and bool(document.keys() & {"geometry", "properties"})) or (
        kind in _GEOMETRIES and bool(document.keys() & {"coordinates", "geometries"})
    )


def find_records(document: object) -> tuple[list[Mapping[str, Any]], str] | None:
    """The list of objects in a document and where it was (`data.rows`; empty: the document itself), if there is one."""
    place = []
    for _ in range(_WRAPPED_LEVELS):
        if isinstance(document, list):
            break
        if not isinstance(document, Mapping):
            return None
        inner: list[tuple[str, object]] = [
            (k, v) for k, v in document.items() if isinstance(v, list) and v and isinstance(v[0], Mapping)
        ]
        if not inner:
            inner = [(k, v) for k, v in document.items() if isinstance(v, Mapping)]
        if len(inner) != 1:
            return None
        key, document = inner[0]
        place.append(key)
    if not isinstance(document, list) or not document or not all(isinstance(item, Mapping) for item in document):
        return None
    return document, ".".join(place)


def rows_of_lists(document: object) -> list[list[str | None]] | None:
    """The rows of a document that is a list of lists of plain values, as databases and spreadsheets write them."""
    if not isinstance(document, list) or len(document) < 2 or not all(isinstance(row, list) for row in document):
        return None
    if any(isinstance(cell, list | Mapping) for row in document for cell in row):
        return None
    rows = [[cell_text(cell) for cell in row] for row in document]
    return rows if max(map(len, rows)) > 1 else None


def read_records(
    records: Iterable[Mapping[str, Any]], target: Path, limits: ReadingLimits
) -> tuple[TextTable, tuple[str, ...]]:
    """Records of a document in memory as a text table and its column names."""
    rows = list(records)
    return _write(lambda: rows, target, limits)


def read_json_lines(
    path: Path, target: Path, limits: ReadingLimits
) -> tuple[TextTable, tuple[str, ...], tuple[Note, ...]]:
    """A JSON Lines file as a text table, its column names, and notes. Raises FileRefused with the line's number."""
    table, names = _write(lambda: iterate_lines(path), target, limits)
    return table, names, ()


def iterate_lines(path: Path) -> Iterator[Mapping[str, Any]]:
    """The objects of a JSON Lines file; blank lines are passed over."""
    with path.open("rb") as file:
        number = 0
        while line := file.readline(_MAX_LINE_BYTES):
            number += 1
            if len(line) >= _MAX_LINE_BYTES:
                raise FileRefused("file_damaged", f"Line {number} is longer than {_MAX_LINE_BYTES} bytes.")
            if line.isspace():
                continue
            try:
                value = orjson.loads(line)
            except orjson.JSONDecodeError as error:
                raise FileRefused("file_damaged", f"Line {number} is not valid JSON: {error.msg}.") from error
            if not isinstance(value, Mapping):
                raise FileRefused("file_damaged", f"Line {number} is not an object; every line must be one.")
            yield value


def _write(
    records: Callable[[], Iterable[Mapping[str, Any]]], target: Path, limits: ReadingLimits
) -> tuple[TextTable, tuple[str, ...]]:
    names: dict[str, None] = {}
    for record in records():
        names.update(dict.fromkeys(flattened(record)))
        if len(names) > limits.columns:
            raise FileRefused("file_too_wide", f"The objects have more than {limits.columns} different members.")
    if not names:
        raise FileRefused("file_empty", "The file has no object with a member in it; deliver a file with data.")
    order = tuple(names)
    with TextWriter(target, [f"c{i}" for i in range(len(order))]) as writer:
        for batch in batches(_rows(records(), order), len(order)):
            writer.write(batch)
    return TextTable(target, len(order), writer.row_count), order


def _rows(records: Iterable[Mapping[str, Any]], order: tuple[str, ...]) -> Iterator[Row]:
    for record in records:
        cells = flattened(record)
        yield [cells.get(name) for name in order]


def flattened(record: Mapping[str, Any], prefix: str = "", depth: int = 1) -> dict[str, str | None]:
    """Dotted member names → text. Lists, and objects below the fifth level, stay JSON text."""
    cells: dict[str, str | None] = {}
    for key, value in record.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) and value and depth < _MAX_DEPTH:
            cells.update(flattened(value, f"{name}.", depth + 1))
        else:
            cells[name] = cell_text(value)
    return cells


def cell_text(value: object) -> str | None:
    """A JSON value as a cell: numbers and truth values in JSON's spelling."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Mapping) and not value:
        return None
    return orjson.dumps(value).decode()
