"""Served bytes as what a reader of them sees: texts by place, and tables of text. Opened by libraries that are not ours."""

import csv
import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import unquote
from xml.etree import ElementTree

import openpyxl
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

Grid = Sequence[Sequence[str]]
_SILENT = ("style",)
_EMPTY_ELEMENTS = frozenset({"br", "img", "input", "meta", "link", "hr", "area", "base", "col", "source", "wbr"})


@dataclass(frozen=True)
class Opened:
    """`texts`: place → text, each place once. `tables`: whole tables as text, typed ones as they are typed. `slices`: parts
    of tables (what a page shows), which are judged by the whole table."""

    texts: Mapping[str, str] = field(default_factory=dict)
    tables: tuple[pl.DataFrame, ...] = ()
    slices: tuple[Grid, ...] = ()


def open_body(name: str, mimetype: str, body: bytes) -> Opened:  # noqa: PLR0911 - one line a format
    """By what it says it is; what nobody knows is read as text in several encodings."""
    if body[:4] == b"PAR1":
        return _parquet(body)
    if body[:2] == b"PK":
        return _archive(body)
    if mimetype in {"text/html"}:
        return _page(body.decode())
    if "json" in mimetype or name.endswith((".json", ".geojson", ".jsonl")):
        return _json(body, is_lines=name.endswith(".jsonl"))
    if "xml" in mimetype or "svg" in mimetype:
        return Opened(dict(_numbered(_xml_texts(body))))
    if "csv" in mimetype or name.endswith(".csv"):
        return _csv(body)
    return Opened({f"as {codec}": body.decode(codec, "replace") for codec in ("utf-8", "gb18030", "utf-16")})


def frame_of(grid: Grid) -> pl.DataFrame:
    """A table of text; repeated and missing names are told apart, short rows are filled."""
    header = [*grid[0]] if grid else []
    width = max((len(row) for row in grid), default=0)
    names = [f"{name}" if header.index(name) == at else f"{name} {at}" for at, name in enumerate(header)]
    names += [f"column {at}" for at in range(len(header), width)]
    rows = [[*row, *[""] * (width - len(row))] for row in grid[1:]]
    return pl.DataFrame(
        {name: [row[at] for row in rows] for at, name in enumerate(names)}, schema=dict.fromkeys(names, pl.String)
    )


def spelled(value: object) -> str:
    """A cell as a person would read it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return f"{value:.15g}"
    return json.dumps(value, ensure_ascii=False, default=str).strip('"')


def _numbered(texts: Iterator[str], place: str = "text") -> Iterator[tuple[str, str]]:
    for number, text in enumerate(texts):
        yield f"{place}#{number}", text


def _parquet(body: bytes) -> Opened:
    """The table and what lies beside it: key-value metadata, and the smallest and largest values of every column chunk."""
    file = pq.ParquetFile(io.BytesIO(body))
    words = [
        f"{k.decode('utf-8', 'replace')} {v.decode('utf-8', 'replace')}"
        for k, v in (file.metadata.metadata or {}).items()
    ]
    for group in range(file.metadata.num_row_groups):
        for at in range(file.metadata.num_columns):
            chunk = file.metadata.row_group(group).column(at)
            if chunk.is_stats_set and chunk.statistics.has_min_max:
                words += [f"statistics {spelled(chunk.statistics.min)}", f"statistics {spelled(chunk.statistics.max)}"]
    words += [str(file.metadata.created_by)]
    table = file.read()
    plain = table.select([n for n in table.column_names if not pa.types.is_struct(table.schema.field(n).type)])
    frame = pl.from_arrow(plain)
    assert isinstance(frame, pl.DataFrame)
    metadata = dict(_numbered(iter(words), "metadata"))
    return Opened(metadata, (frame.drop([n for n, kind in frame.schema.items() if kind == pl.Binary]),))


def _archive(body: bytes) -> Opened:
    """Every member's text; as a workbook also its tables."""
    texts: dict[str, str] = {}
    tables: list[pl.DataFrame] = []
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        names = archive.namelist()
        texts["archive"] = "\n".join([*names, archive.comment.decode("gb18030", "replace")])
        for name in names:
            content = archive.read(name)
            if name.endswith((".xml", ".rels")):
                if "sheetData" not in content[:2_000].decode("utf-8", "ignore") and "sharedStrings" not in name:
                    texts |= _numbered(_xml_texts(content), f"member {name}")
            else:
                inner = open_body(name, "", content)
                texts |= {f"{name} {place}": text for place, text in inner.texts.items()}
                tables += inner.tables
    if "xl/workbook.xml" in names:
        book = openpyxl.load_workbook(io.BytesIO(body))
        for sheet in book.worksheets:
            tables.append(frame_of([[spelled(c) for c in row] for row in sheet.iter_rows(values_only=True)]))
            comments = [c.comment.text for row in sheet.iter_rows() for c in row if c.comment]
            texts |= _numbered(iter([sheet.title, *comments]), "sheet")
    return Opened(texts, tuple(tables))


def _csv(body: bytes) -> Opened:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = body.decode("gb18030", "replace")
    return Opened({}, (frame_of(list(csv.reader(io.StringIO(text, newline="")))),))


def _json(body: bytes, *, is_lines: bool) -> Opened:
    """Lists of objects are tables when they are the document or its features; everything else is texts."""
    text = body.decode("utf-8-sig")
    value = [json.loads(line) for line in text.splitlines() if line] if is_lines else json.loads(text)
    records = value
    texts: dict[str, str] = {}
    if isinstance(value, dict) and value.get("type") == "FeatureCollection":
        records = [feature["properties"] for feature in value["features"]]
        texts = {"collection": " ".join(key for key in value)}
    if isinstance(records, list) and records and all(isinstance(record, dict) for record in records):
        names = list(dict.fromkeys(name for record in records for name in record))
        rows = [[spelled(r.get(n)) for n in names] for r in records]
        return Opened(texts, (frame_of([names, *rows]),))
    if isinstance(value, dict) and isinstance(value.get("rows"), list) and "columns" in value:
        return Opened(dict(_numbered(json_texts({k: v for k, v in value.items() if k != "rows"}))), (), (_rows(value),))
    return Opened(dict(_numbered(json_texts(value))))


def _rows(answer: Mapping[str, object]) -> Grid:
    """A page of the row API."""
    columns, rows = answer["columns"], answer["rows"]
    assert isinstance(columns, list)
    assert isinstance(rows, list)
    names = [str(column["name"]) for column in columns]
    cells = [[spelled(r.get(n) if isinstance(r, dict) else r[at]) for at, n in enumerate(names)] for r in rows]
    return [names, *cells]


def json_texts(value: object) -> Iterator[str]:
    """Every name and value of a document, percent-encoding undone in addresses."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from json_texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from json_texts(inner)
    elif isinstance(value, str):
        yield unquote(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield spelled(value)


def _xml_texts(body: bytes) -> Iterator[str]:
    for element in ElementTree.fromstring(body).iter():
        if element.tag.endswith("style"):
            continue
        yield from (unquote(text) for text in (element.text, element.tail) if text and text.strip())
        yield from (value for name, value in element.attrib.items() if name not in {"d", "points", "transform"})


class _Reader(HTMLParser):
    """Texts, attribute values and comments of a page; tables apart."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.tables: list[list[list[str]]] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _EMPTY_ELEMENTS:
            self._open.append(tag)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in {"td", "th"} and self.tables and self.tables[-1]:
            self.tables[-1][-1].append("")
        self.texts += [unquote(value) for name, value in attrs if value and name not in {"d", "points", "class"}]

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not data.strip() or any(tag in _SILENT for tag in self._open):
            return
        if "script" in self._open and data.lstrip().startswith(("{", "[")):
            self.texts += json_texts(json.loads(data))
        elif "table" in self._open and self.tables[-1] and self.tables[-1][-1]:
            self.tables[-1][-1][-1] += data.strip()
        else:
            self.texts.append(data.strip())

    def handle_comment(self, data: str) -> None:
        self.texts.append(data)


def _page(text: str) -> Opened:
    reader = _Reader()
    reader.feed(text)
    return Opened(dict(_numbered(iter(reader.texts))), (), tuple(grid for grid in reader.tables if grid))
