"""Every container and every place in it: a plant goes where a person does not look.

`PLACES` maps a place (`xlsx, hidden row`) to what builds its delivery. A plant comes as `text` (all of it in one line) and
as `cells` (the same in a row); a place takes what it can hold. The same place with `INNOCENT` is its control.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.gate.corpus import books, documents
from tests.gate.corpus.bench import Delivery
from tests.gate.corpus.books import Book, Sheet
from tests.gate.corpus.specimens import as_table, clean_row, seeded

ROWS = 12
AT = 5


@dataclass(frozen=True)
class Filling:
    """What is planted."""

    text: str
    cells: Mapping[str, str]


Build = Callable[[Filling], Delivery]
INNOCENT = Filling("详见窗口公示栏", {"备注": "详见窗口公示栏"})


def clean_rows(words: str = "places") -> list[dict[str, str]]:
    """A short table without any secret."""
    return [clean_row(number, seeded(words, number)) for number in range(1, ROWS + 1)]


def _table(rows: list[dict[str, str]]) -> list[list[str]]:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    return [columns, *([row.get(column, "") for column in columns] for row in rows)]


def _with_cells(filling: Filling, at: int = AT) -> list[list[str]]:
    rows = clean_rows()
    rows[at] |= filling.cells
    return _table(rows)


def _with_column(name: str, value: str = "是") -> list[list[str]]:
    return _table([row | {name: value} for row in clean_rows()])


def _titled(filling: Filling) -> list[list[str]]:
    table = _table(clean_rows())
    return [[filling.text, *[""] * (len(table[0]) - 1)], *table]


def _footed(filling: Filling) -> list[list[str]]:
    table = _table(clean_rows())
    return [*table, [f"说明：{filling.text}", *[""] * (len(table[0]) - 1)]]


def _plain(_: Filling) -> list[list[str]]:
    return _table(clean_rows())


Shape = Callable[[Filling], list[list[str]]]
SHAPES: Mapping[str, Shape] = {
    "cell": _with_cells,
    "column name": lambda filling: _with_column(_in_a_name(filling.text)),
    "title row": _titled,
    "footer row": _footed,
    "last row": lambda filling: _with_cells(filling, ROWS - 1),
}


def _in_a_name(text: str) -> str:
    return " ".join(text.split())


def _file_name(text: str, extension: str) -> str:
    return _in_a_name(text).replace("/", "-")[:80] + extension


def _file(name: str, make: Callable[[list[list[str]]], bytes], shape: Shape) -> Build:
    return lambda filling: Delivery(file_name=name, content=make(shape(filling)))


def _named(extension: str, content: Callable[[], bytes]) -> Build:
    return lambda filling: Delivery(file_name=_file_name(filling.text, extension), content=content())


def _csv(table: list[list[str]]) -> bytes:
    return documents.delimited(table)


TEXT_TABLES: Mapping[str, Callable[[list[list[str]]], bytes]] = {
    "csv": _csv,
    "csv in GBK": lambda table: documents.delimited(table, "gb18030"),
    "csv in Big5": lambda table: documents.delimited(table, "big5"),
    "csv in UTF-16": lambda table: documents.delimited(table, "utf-16"),
    "tsv": lambda table: documents.delimited(table, delimiter="\t"),
    "csv by semicolons": lambda table: documents.delimited(table, delimiter=";"),
}
OBJECT_TABLES: Mapping[str, Callable[[list[list[str]]], bytes]] = {
    "json": lambda table: documents.json_bytes(documents.records(table)),
    "json lines": documents.json_lines,
    "json under a key": lambda table: documents.json_bytes({"code": 0, "data": {"list": documents.records(table)}}),
    "xml": documents.xml,
    "geojson": documents.geojson,
    "shapefile": documents.shapefile,
    "kml": documents.kml,
    "web page": documents.web_page,
    "zip": lambda table: documents.zipped({"清单.csv": _csv(table), "说明.csv": _csv(_plain(INNOCENT))}),
}
BOOKS: Mapping[str, Callable[[Book], bytes]] = {"xlsx": books.xlsx, "xls": books.xls, "ods": books.ods}


def _of_page() -> Mapping[str, Build]:
    """The words of the page, beside a clean table by rows."""

    def clean(**words: object) -> Delivery:
        return as_table(clean_rows(), **words)

    return {
        "page, title": lambda filling: clean(title=f"公示：{_in_a_name(filling.text)}"),
        "page, description": lambda filling: clean(description=f"汇总各窗口办理情况。\n{filling.text}\n按月更新。"),
        "page, keyword": lambda filling: clean(keywords=("政务服务", _in_a_name(filling.text))),
        "page, resource name": lambda filling: clean(part_name=_in_a_name(filling.text)),
        "page, column title": lambda filling: clean(words_of_column=(_in_a_name(filling.text), "")),
        "page, column description": lambda filling: clean(words_of_column=("备注", f"示例：{filling.text}")),
        "rows, cell": lambda filling: as_table([*clean_rows()[:AT], clean_rows()[AT] | dict(filling.cells)]),
        "rows, column name": lambda filling: as_table([row | {_in_a_name(filling.text): "是"} for row in clean_rows()]),
    }


def _of_book(name: str, write: Callable[[Book], bytes]) -> Mapping[str, Build]:
    """Places that only a workbook has."""

    def build(make: Callable[[Filling], Book]) -> Build:
        return lambda filling: Delivery(file_name=f"清单.{name}", content=write(make(filling)))

    def main(**words: object) -> Sheet:
        return Sheet("清单", _plain(INNOCENT), **words)  # type: ignore[arg-type]

    hidden_column = frozenset({len(clean_rows()[0])})
    places: dict[str, Callable[[Filling], Book]] = {
        **{
            place: lambda filling, shape=shape: Book((Sheet("清单", shape(filling)),))  # type: ignore[misc]
            for place, shape in SHAPES.items()
        },
        "second sheet": lambda filling: Book((main(), Sheet("续表", _with_cells(filling)))),
        "hidden sheet": lambda filling: Book((main(), Sheet("底表", _with_cells(filling), visibility=1))),
        "very hidden sheet": lambda filling: Book((main(), Sheet("底表", _with_cells(filling), visibility=2))),
        "hidden row": lambda filling: Book((Sheet("清单", _with_cells(filling), hidden_rows=frozenset({AT + 1})),)),
        "hidden column": lambda filling: Book(
            (Sheet("清单", _with_column("底数", filling.text), hidden_columns=hidden_column),)
        ),
        "comment": lambda filling: Book((main(comment=filling.text),)),
        "sheet name": lambda filling: Book((Sheet(_sheet_name(filling.text), _plain(filling)),)),
        "header or footer": lambda filling: Book((main(header=filling.text.replace("&", "&&")),)),
    }
    if name != "xls":
        places["property"] = lambda filling: Book((main(),), {"keywords": filling.text})
    if name == "xlsx":
        places["text box"] = lambda filling: Book((main(text_box=filling.text),))
        places["defined name"] = lambda filling: Book((main(),), defined_name=filling.text)
    return {f"{name}, {place}": build(make) for place, make in places.items()}


def _sheet_name(text: str) -> str:
    plain = "".join(" " if sign in "[]:*?/\\\n'" else sign for sign in text)
    return plain[:31]


def _of_files() -> Mapping[str, Build]:
    """Names of files, and places in files that are no tables."""

    def file(name: str, make: Callable[[str], bytes]) -> Build:
        return lambda filling: Delivery(file_name=name, content=make(filling.text))

    plain = _plain(INNOCENT)
    return {
        "csv, file name": _named(".csv", lambda: _csv(plain)),
        "xlsx, file name": _named(".xlsx", lambda: books.xlsx(Book((Sheet("清单", plain),)))),
        "json, member name": file(
            "a.json", lambda text: documents.json_bytes([row | {text: 1} for row in documents.records(plain)])
        ),
        "json, nested": file("a.json", lambda text: documents.json_bytes(_nested({"no": text}))),
        "json, in a list": file("a.json", lambda text: documents.json_bytes(_nested(["无", {"who": [text]}]))),
        "json, beside the rows": file(
            "a.json", lambda text: documents.json_bytes({"contact": text, "rows": documents.records(plain)})
        ),
        "xml, comment": file("a.xml", lambda text: documents.xml(plain, comment=text)),
        "xml, attribute": file("a.xml", lambda text: documents.xml(plain, attribute=text)),
        "kml, description": file("a.kml", lambda text: documents.kml(plain, description=text)),
        "zip, file name inside": file(
            "a.zip", lambda text: documents.zipped({_file_name(text, ".csv"): _csv(plain), "说明.csv": _csv(plain)})
        ),
        "zip, comment": file("a.zip", lambda text: documents.zipped({"清单.csv": _csv(plain)}, comment=text)),
        "zip, a text beside the table": file(
            "a.zip", lambda text: documents.zipped({"清单.csv": _csv(plain), "说明.txt": text.encode()})
        ),
        "docx, text": file("a.docx", documents.docx),
        "docx, comment": file("a.docx", lambda text: documents.docx(comment=text)),
        "docx, property": file("a.docx", lambda text: documents.docx(author=text)),
        "docx, header": file("a.docx", lambda text: documents.docx(header=text)),
        "docx, deletion": file("a.docx", lambda text: documents.docx(deleted=text)),
        "pdf, text": file("a.pdf", lambda text: documents.pdf(f"关于{text}的公示")),
        "pdf, property": file("a.pdf", lambda text: documents.pdf("关于办理事项的公示", author=text)),
        "jpeg, EXIF": file("a.jpg", documents.jpeg),
        "png, text chunk": file("a.png", documents.png),
        "web page, comment": file("a.html", lambda text: documents.web_page(plain, comment=text)),
        "web page, hidden element": file("a.html", lambda text: documents.web_page(plain, hidden=text)),
        "text file": file("a.txt", lambda text: f"关于公示的说明\n\n经研究，{text}\n\n特此说明。\n".encode()),
    }  # fmt: skip


def _nested(value: object) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = [dict(row) for row in clean_rows()]
    rows[AT]["extra"] = {"memo": value}
    return rows


def _all() -> Mapping[str, Build]:
    tables: dict[str, Build] = {}
    for container, make in TEXT_TABLES.items():
        for place, shape in SHAPES.items():
            tables[f"{container}, {place}"] = _file(f"清单.{container[:3]}", make, shape)
    for container, make in OBJECT_TABLES.items():
        tables[f"{container}, cell"] = _file("清单.dat", make, _with_cells)
    return {
        **_of_page(),
        **tables,
        **{place: build for name, write in BOOKS.items() for place, build in _of_book(name, write).items()},
        **_of_files(),
    }


PLACES: Mapping[str, Build] = _all()
