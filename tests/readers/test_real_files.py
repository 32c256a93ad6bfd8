"""Real deliveries: 74 files of a city's portal, checked against an independent count with the csv module or openpyxl."""

import csv
import io
from itertools import islice
from pathlib import Path

import pytest

from portal.kernel.vocab import PartKind
from portal.readers import FileRefused, read_file
from portal.readers.headers.finding import SAMPLE_ROWS, find_header, padded
from portal.readers.headers.proof import is_certain
from portal.readers.reading import TableReading
from portal.readers.text.encodings import detect_encoding
from tests.conftest import SHARED_DATA
from tests.readers.conftest import Opened, notes_of

pytestmark = pytest.mark.shared

FOLDER = SHARED_DATA / "files" / "beijing_dev"
FILES = sorted(path.name for path in FOLDER.iterdir()) if FOLDER.is_dir() else [""]
SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def counted_rows(content: bytes, codec: str) -> int:
    """Rows with a visible character, by the csv module."""
    text = content.decode(codec).replace("\x00", "")
    return sum(1 for row in csv.reader(io.StringIO(text, newline="")) if any(cell.strip() for cell in row))


def rows_before_data(table: TableReading) -> int:
    notes = notes_of(table)
    header = 0 if "no_header" in notes else notes.get("header_over_two_rows") or 1
    return (notes.get("title_rows") or 0) + header


@pytest.mark.parametrize("name", FILES)
def test_every_row_of_a_delivered_file_is_accounted_for(shared_data: Path, opened: Opened, name: str) -> None:
    path = shared_data / "files" / "beijing_dev" / name
    content = path.read_bytes()
    reading = opened(path, name)
    assert reading.kind is PartKind.TABLE
    if content.startswith(SPREADSHEETS):
        assert reading.real_format == ("xlsx" if content.startswith(b"PK") else "xls")
        assert sum(table.rows_read for table in reading.tables) > 0
        return
    has_mark = content.startswith(b"\xef\xbb\xbf")
    try:
        content.decode("utf-8")
        expected = "utf-8-sig" if has_mark else "utf-8"
    except UnicodeDecodeError:
        expected = "gb18030"
    assert (reading.real_format, reading.encoding) == ("csv", expected)
    (table,) = reading.tables
    assert table.rows_read + table.rows_lost + rows_before_data(table) == counted_rows(content, expected)


_MOST_BEHEADED = 15


def rows_of_csv(path: Path) -> list[list[str]]:
    content = path.read_bytes()
    if content.startswith(SPREADSHEETS):
        return []
    text = content.decode("utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else detect_encoding(path))
    rows = csv.reader(io.StringIO(text.replace("\x00", ""), newline=""))
    return [row for row in islice(rows, 4 * SAMPLE_ROWS) if any(cell.strip() for cell in row)]


def test_no_row_of_data_is_ever_taken_for_a_certain_header(shared_data: Path) -> None:
    """Each file without its header, and without its next rows: nothing may be certain then."""
    tried, wrong = 0, []
    for name in FILES:
        rows = rows_of_csv(shared_data / "files" / "beijing_dev" / name)
        width = max(map(len, rows), default=0)
        plan = find_header(rows, width)
        if not rows or not is_certain(plan, padded(rows, width)):
            continue
        for gone in range(_MOST_BEHEADED):
            rest = rows[plan.data_start + gone :]
            if len(rest) > 3:
                tried += 1
                found = find_header(rest, width)
                wrong += [(name, gone, found.headers)] if is_certain(found, padded(rest, width)) else []
    assert tried > 700
    assert wrong == []


FACTS = {
    "顺义区农民专业合作社信息表（市级以上示范社）.csv": (21, ["序号", "合作社名称", "地址"]),
    "区住建委行政许可公示.csv": (48, None),
    "经营异常企业信息.csv": (104_259, ["企业名称"]),
    "房地产经纪机构警示信息.csv": (1, ["编号", "相关企业", "受理时间"]),
    "北京市昌平区环境信息依法披露企业名单.csv": (
        75,
        ["序号", "行政区划名称", "统一社会信用代码", "单位名称", "纳入原因", "环境监管重点单位所属类别"],
    ),
    "平谷区2022年第一批创新型中小企业拟认定名单.csv": (10, ["序号", "企业名称"]),
    "北京市级生态农场授予名单.csv": (76, ["序号", "区", "主体名称", "农场类型", "证书编号"]),
}


@pytest.mark.parametrize("name", FACTS)
def test_header_and_rows_are_those_a_person_sees(shared_data: Path, opened: Opened, name: str) -> None:
    rows, names = FACTS[name]
    (table,) = opened(shared_data / "files" / "beijing_dev" / name, name).tables
    assert table.rows_read == rows
    if names is not None:
        assert [column.name for column in table.columns] == names


TORTURE = SHARED_DATA / "torture"
COLLECTIONS = sorted(path.name for path in TORTURE.iterdir()) if TORTURE.is_dir() else [""]
CODES = {
    "file_empty",
    "file_damaged",
    "file_encrypted",
    "file_encoding_unknown",
    "file_too_wide",
    "file_bomb",
    "file_too_large",
    "layer_geojson_invalid",
    "layer_system_unknown",
}


@pytest.mark.slow
@pytest.mark.parametrize("collection", COLLECTIONS)
def test_hard_files_are_read_or_refused_by_name(
    shared_data: Path, opened: Opened, tmp_path: Path, collection: str
) -> None:
    """Nothing else may come out of any of them; a crash or a hang would end the test run.

    Archives in a child: they may hold layers, and GDAL knows what it may know only where nobody loaded it before.
    """
    for number, path in enumerate(sorted((shared_data / "torture" / collection).rglob("*"))):
        if not path.is_file():
            continue
        try:
            if path.suffix == ".zip":
                reading = read_file(path, file_name=path.name, work_dir=tmp_path / str(number))
            else:
                reading = opened(path, path.name)
        except FileRefused as refused:
            assert refused.code in CODES, path.name
            continue
        assert reading.kind is PartKind.FILE or reading.tables, path.name
        for table in reading.tables:
            assert table.columns, path.name
            assert table.rows_read > 0, path.name
            assert len({column.name for column in table.columns}) == len(table.columns), path.name


@pytest.mark.parametrize("collection", ["csv-spectrum/csvs"])
def test_what_csv_means_is_what_the_csv_module_says(shared_data: Path, opened: Opened, collection: str) -> None:
    from tests.readers.conftest import rows_of

    for path in sorted((shared_data / "torture" / collection).glob("*.csv")):
        rows = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))
        (table,) = opened(path, path.name).tables
        expected = [[cell or None for cell in row] for row in rows[1:] if any(row)]
        found = [[None if cell is None else str(cell) for cell in row] for row in rows_of(table)]
        if "no_header" not in notes_of(table):
            assert found == expected, path.name
