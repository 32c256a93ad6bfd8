"""Whatever a department delivers: in the files made from an admitted table the rules, run alone, find nothing.

The table is judged as typed columns; a download is text again (an integer column becomes digits, a date its spelling, a
guarded CSV gets signs of its own). So each format is made, read back as text by a library that is not ours, and judged.
"""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.exports import FORMATS, make_file
from portal.gate import Admitted, Case, JudgedPart, judge
from portal.ingest.comparing.judging import Judged
from portal.ingest.staging import StagedPart
from portal.inspect import combine, scan_table, scan_texts
from portal.tables import ReadableTable
from tests.gate.corpus import values
from tests.gate.corpus.bench import Bench, Delivery
from tests.gate.corpus.disguises import DISGUISES
from tests.gate.corpus.kinds import KINDS
from tests.gate.corpus.lookalikes import COLUMNS

_EXAMPLES = 100
_seeds = st.integers(0, 2**32)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    made = Bench(tmp_path_factory.mktemp("bench") / "var")
    yield made
    made.close()


def _cells_of_kind(seed: int, number: int) -> str:
    rng = Random(seed * 1000 + number)
    plant = rng.choice(KINDS).make(rng)
    found = rng.choice(DISGUISES).apply(plant.text, rng)
    return plant.frame.replace("{}", found if isinstance(found, str) else plant.text)


def _look_alike(seed: int, number: int) -> str:
    return COLUMNS[seed % len(COLUMNS)][2](Random(seed * 1000 + number), number)


_numbers = st.one_of(st.integers(-(10**18), 10**18), st.floats(allow_nan=False, allow_infinity=False)).map(str)
_texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
_NAMES = ("编号", "备注", "数量", "名称", "日期", "值", "说明", "序列")


@st.composite
def deliveries(draw: st.DrawFn) -> Delivery:
    """Tables in which most columns are innocent and some cells are not."""
    count = draw(st.integers(1, 12))
    columns: list[list[str | None]] = []
    for _ in range(draw(st.integers(1, 5))):
        seed, kind = draw(_seeds), draw(st.sampled_from(("look-alike", "number", "text", "hit", "hits", "digits")))
        if kind == "look-alike":
            column: list[str | None] = [_look_alike(seed, number) for number in range(count)]
        elif kind == "hits":
            column = [_cells_of_kind(seed, number) for number in range(count)]
        elif kind == "digits":
            column = [values.digits(Random(seed + number), 9 + seed % 11) for number in range(count)]
        else:
            column = list(draw(st.lists(_texts if kind == "text" else _numbers, min_size=count, max_size=count)))
        if kind == "hit":
            column[seed % count] = _cells_of_kind(seed, 0)
        columns.append(column)
    return Delivery(_NAMES[: len(columns)], tuple(zip(*columns, strict=True)))


def test_a_number_in_a_finished_file_would_be_found(bench: Bench) -> None:
    """Else the property below would hold of anything."""

    def plant(judged: Judged, work_dir: Path) -> list[bool]:
        (staged,) = judged.staged
        number, found = values.identity(Random(7)), []
        for name, content in (
            ("csv", f'"备注"\n"{number}"\n'),
            ("excel.csv", f'"备注"\n"\t{number}"\n'),
            ("jsonl", json.dumps({"备注": number}) + "\n"),
        ):
            path = work_dir / f"planted.{name}"
            path.write_text(content, encoding="utf-8")
            found.append(isinstance(_judged_again(judged, staged, name, path), Admitted))
        return found

    clean = Delivery(("备注",), (("已答复",), ("转办",)))
    assert bench.visit(clean, plant) == [False, False, False]


@pytest.mark.slow
@settings(max_examples=_EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(delivery=deliveries())
def test_no_file_made_from_an_admitted_table_holds_what_the_rules_alone_would_find(
    bench: Bench, delivery: Delivery
) -> None:
    if not any(cell and cell.strip() for row in delivery.rows for cell in row):
        return
    bench.visit(delivery, _check_every_format)


def _check_every_format(judged: Judged, work_dir: Path) -> None:
    if not isinstance(judged.verdict, Admitted):
        return
    for staged in judged.staged:
        assert staged.sha256 is not None
        assert staged.schema is not None
        table = ReadableTable(
            work_dir / staged.sha256, staged.schema, staged.row_count or 0, "corpus@v1/data", staged.sha256
        )
        with TemporaryDirectory(dir=work_dir) as directory:
            for name in (name for name, format_ in FORMATS.items() if not format_.is_for_layers):
                made = make_file(table, name, Path(directory) / f"made.{name}")
                verdict = _judged_again(judged, staged, name, made.path)
                assert isinstance(verdict, Admitted), (name, verdict)


def _judged_again(judged: Judged, staged: StagedPart, name: str, path: Path) -> object:
    """The verdict on what a stranger reads in the file, under the same declaration."""
    table = _read_back(name, path)
    again = path.with_suffix(".again")
    pq.write_table(table, again)
    digest = staged.sha256 or ""
    names = scan_texts({f"column name#{n}": column for n, column in enumerate(table.column_names)}, digest=digest)
    part = JudgedPart(staged.slug, staged.kind, digest, staged.rules, scan_table(again, digest=digest))
    clean = scan_texts({}, digest=judged.publication.title.zh.value if judged.publication.title.zh else "")
    case = Case(
        data_digest=digest,
        page_digest=clean.digest,
        declaration=judged.declaration,
        parts=(replace(part, text_findings=combine(names)),),
        page_findings=clean,
    )
    return judge(case)


def _read_back(name: str, path: Path) -> pa.Table:
    """All cells as text."""
    if name == "parquet":
        return pq.read_table(path)
    if name == "xlsx":
        sheet = openpyxl.load_workbook(path)["data"]
        rows = [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    elif name == "xml":
        rows = _xml_rows(path)
    elif name in {"csv", "excel.csv"}:
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    else:
        content = path.read_text(encoding="utf-8")
        found = json.loads(content) if name == "json" else [json.loads(line) for line in content.split("\n") if line]
        rows = [list(found[0]), *([_spelled(cell) for cell in record.values()] for record in found)]
    header, *body = rows
    width = len(header)
    filled = [[*row, *[""] * (width - len(row))] for row in body]
    return pa.table({title: [row[at] for row in filled] for at, title in enumerate(header)})


def _xml_rows(path: Path) -> list[list[str]]:
    columns, *records = ElementTree.parse(path).getroot()
    elements = [column.attrib["element"] for column in columns]
    names = [column.attrib["name"] for column in columns]
    return [names, *([record.findtext(element, "") for element in elements] for record in records)]


def _spelled(cell: object) -> str:
    return "" if cell is None else cell if isinstance(cell, str) else json.dumps(cell)
