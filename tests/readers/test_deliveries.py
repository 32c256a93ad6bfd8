"""Encodings, dialects, markup and archives as departments deliver them."""

import io
import zipfile
from pathlib import Path

import pytest

from portal.kernel.vocab import PartKind
from portal.readers.errors import FileRefused
from portal.readers.reading import ReadingLimits
from tests.readers.conftest import Opened, notes_of, rows_of

TABLE = "序号,名称,金额\n1,城关小学,10\n2,实验中学,20\n"
ROWS = [(1, "城关小学", 10), (2, "实验中学", 20)]


def zipped(members: dict[str, bytes], *, gbk: bool = False) -> bytes:
    class Gbk(zipfile.ZipInfo):
        def _encodeFilenameFlags(self) -> tuple[bytes, int]:
            return self.filename.encode("gb18030"), self.flag_bits & ~0x800

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(Gbk(name) if gbk else name, content)
    return buffer.getvalue()


def refused(opened: Opened, content: bytes | str, name: str = "file.csv", **changes: object) -> FileRefused:
    with pytest.raises(FileRefused) as refusal:
        opened(content, name, **changes)
    return refusal.value


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "big5hkscs"]
)
def test_a_table_in_any_encoding_has_the_same_rows(opened: Opened, encoding: str) -> None:
    text = TABLE * 1
    if encoding == "big5hkscs":
        text = "編號,名稱,金額\n1,臺東縣立國民小學學校,10\n2,實驗中學與運動場所管理處,20\n"
    (table,) = opened(text.encode(encoding)).tables
    assert [row[2] for row in rows_of(table)] == [10, 20]
    assert table.columns[1].name in {"名称", "名稱"}


def test_four_byte_characters_of_gb18030_are_kept(opened: Opened) -> None:
    rare = "䶮𠮷㐂"
    (table,) = opened(f"序号,姓名,单位\n1,{rare},甲\n2,王,乙\n".encode("gb18030")).tables
    assert rows_of(table)[0][1] == rare


def test_chinese_that_is_valid_utf8_by_chance_is_chinese(opened: Opened) -> None:
    (table,) = opened("医院\n医院\n".encode("gb18030")).tables
    assert table.columns[0].name == "医院"


def test_utf16_of_mostly_chinese_text_needs_no_mark(opened: Opened) -> None:
    body = "\n".join(f"{i},某市某区某街道办事处行政审批服务中心第{i}窗口,办理事项说明文字" for i in range(1, 30))
    reading = opened(f"序号,名称,说明\n{body}\n".encode("utf-16-le"))
    assert (reading.encoding, reading.tables[0].rows_read) == ("utf-16-le", 29)


def test_a_few_broken_bytes_are_marked_and_counted(opened: Opened) -> None:
    body = "".join(f"{i},某市某区第{i}中学,教育\n" for i in range(1, 60)).encode()
    broken = "序号,名称,类别\n".encode() + body + "60,某市".encode() + b"\xe4\xb8" + ",教育\n".encode()
    reading = opened(broken)
    assert {note.code: note.count for note in reading.notes} == {"broken_bytes_replaced": 2}
    assert rows_of(reading.tables[0])[-1][1] == "某市�"
    assert reading.has_hidden_content  # the delivered bytes are not what is shown


def test_many_broken_bytes_are_refused_and_never_taken_for_another_encoding(opened: Opened) -> None:
    body = "".join(f"{i},某市某区第{i}中学某某某某某某某某某某某某某某,教育\n" for i in range(1, 200)).encode()
    broken = "序号,名称,类别\n".encode() + body + b"".join(b"1,\xe4\xb8,x\n" for _ in range(30))
    assert refused(opened, broken).code == "file_encoding_unknown"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "，", "；", "｜"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_delimiter_and_line_end_gives_the_same_rows(opened: Opened, delimiter: str, end: str) -> None:
    (table,) = opened(TABLE.replace(",", delimiter).replace("\n", end)).tables
    assert rows_of(table) == ROWS


def test_a_chinese_comma_inside_texts_is_no_delimiter(opened: Opened) -> None:
    (table,) = opened("名称,说明\n甲,一，二\n乙,三，四\n丙,五\n").tables
    assert rows_of(table)[0] == ("甲", "一，二")


def test_rows_under_the_table_are_left_out_and_counted(opened: Opened) -> None:
    reading = opened(TABLE + "合计,,30\n注：数据截至2023年底,,\n制表人：张某,,\n")
    (table,) = reading.tables
    assert rows_of(table) == ROWS
    assert notes_of(table)["footers_left_out"] == 3
    assert (table.rows_lost, reading.hidden_texts["row under the table"]) == (3, table.footers)


def test_a_total_inside_the_table_stays_and_is_told(opened: Opened) -> None:
    (table,) = opened("区,数量\n甲,1\n小计,1\n乙,2\n丙,3\n").tables
    assert table.rows_read == 4
    assert notes_of(table)["totals_inside"] == 1


def test_a_column_that_changes_late_is_text_and_counted(opened: Opened) -> None:
    rows = "".join(f"{i},甲\n" for i in range(1, 5_000))
    (table,) = opened(f"数量,区\n{rows}不详的,乙\n约十,丙\n").tables
    assert table.columns[0].type.value == "text"
    assert notes_of(table)["late_type_change"] == 2


def test_long_numbers_that_lost_their_digits_stay_text_and_are_counted(opened: Opened) -> None:
    (table,) = opened("编码值,区\n1.10101E+17,甲\n4.5E+15,乙\n12,丙\n").tables
    assert table.columns[0].type.value == "text"
    assert notes_of(table)["numbers_damaged"] == 2


def test_an_xml_table_has_a_row_for_each_repeated_element(opened: Opened) -> None:
    text = (
        "<?xml version='1.0' encoding='gb2312'?><data><updated>2024-01-01</updated><rows>"
        "<row id='1'><名称>甲</名称><addr><city>东城</city></addr><tag>a</tag><tag>b</tag></row>"
        "<row id='2'><名称>乙 &amp; 丙</名称><addr><city>西城</city></addr></row></rows></data>"
    )
    reading = opened(text.encode("gb18030"), "data.xls")
    (table,) = reading.tables
    assert reading.real_format == "xml"
    assert [column.name for column in table.columns] == ["id", "名称", "addr.city", "tag"]
    assert rows_of(table) == [("1", "甲", "东城", '["a","b"]'), ("2", "乙 & 丙", "西城", None)]
    assert notes_of(table) == {"records_inside": 2, "values_outside_rows": 1}


@pytest.mark.parametrize(
    "document",
    [
        "<!DOCTYPE d [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;'>]><d><r><x>&b;</x></r><r><x>1</x></r></d>",
        "<!DOCTYPE d [<!ENTITY a SYSTEM 'file:///etc/hostname'>]><d><r><x>&a;</x></r><r><x>1</x></r></d>",
    ],
)
def test_xml_entities_are_refused(opened: Opened, document: str) -> None:
    assert refused(opened, document, "a.xml").code == "xml_entities"


def test_xml_that_is_nested_without_end_is_refused(opened: Opened) -> None:
    assert refused(opened, "<a>" * 5_000 + "</a>" * 5_000, "a.xml").code == "file_damaged"


def test_a_spreadsheet_that_is_html_is_a_table(opened: Opened) -> None:
    text = (
        "<html><head><style>td{}</style></head><body><table><tr><th rowspan=2>序号</th><th colspan=2>许可</th></tr>"
        "<tr><th>编号</th><th>数量</th></tr><tr><td>1</td><td>A1</td><td>5</td></tr>"
        "<tr><td>2</td><td rowspan=2>A&amp;2</td><td>6</td></tr><tr><td>3</td><td>7</td></tr>"
        "<tr style='display: none'><td>4</td><td>secret</td><td>8</td></tr></table></body></html>"
    )
    reading = opened(text.encode("gb18030"), "导出.xls")
    (table,) = reading.tables
    assert (reading.real_format, reading.kind) == ("html", PartKind.TABLE)
    assert [column.name for column in table.columns] == ["序号", "许可 / 编号", "许可 / 数量"]
    assert rows_of(table) == [(1, "A1", 5), (2, "A&2", 6), (3, "A&2", 7)]
    assert notes_of(table)["hidden_rows_left_out"] == 1


def test_a_page_with_a_small_table_stays_a_file(opened: Opened) -> None:
    text = f"<html><body><p>{'说明文字' * 100}</p><table><tr><td>a</td><td>b</td></tr><tr><td>1</td><td>2</td></tr></table>"
    assert opened(text, "a.html").kind is PartKind.FILE


def test_a_list_of_lists_is_a_table(opened: Opened) -> None:
    (table,) = opened('[["名称","数量"],["甲",1],["乙",2]]', "a.json").tables
    assert rows_of(table) == [("甲", 1), ("乙", 2)]


def test_a_zip_of_tables_is_one_table_for_each_member(opened: Opened) -> None:
    content = zipped(
        {"数据/学校.csv": TABLE.encode("gb18030"), "医院.csv": TABLE.encode(), "说明.txt": "说明".encode()}, gbk=True
    )
    reading = opened(content, "数据.zip")
    assert [(table.key, table.name, table.sheet) for table in reading.tables] == [
        ("table", "学校", "数据/学校.csv"),
        ("table-2", "医院", "医院.csv"),
    ]
    assert all(rows_of(table) == ROWS for table in reading.tables)
    assert [(note.code, note.subject) for note in reading.notes] == [("member_left_out", "说明.txt")]
    assert reading.has_hidden_content


@pytest.mark.parametrize("name", ["../outside.csv", "/etc/outside.csv", "a\\..\\..\\outside.csv", "C:/outside.csv"])
def test_an_archive_that_leads_outside_is_refused(opened: Opened, tmp_path: Path, name: str) -> None:
    assert refused(opened, zipped({name: TABLE.encode()}), "a.zip").code == "archive_unsafe"
    assert not list(tmp_path.parent.rglob("outside.csv"))


def test_an_archive_with_two_members_of_one_name_is_refused(opened: Opened) -> None:
    content = zipped({"a.csv": TABLE.encode(), "A.csv": TABLE.encode()})
    assert refused(opened, content, "a.zip").code == "archive_unsafe"


def test_archives_inside_archives_are_read_twice_and_no_deeper(opened: Opened) -> None:
    once = zipped({"a.csv": TABLE.encode()})
    (table,) = opened(zipped({"b.zip": once}), "c.zip").tables
    assert rows_of(table) == ROWS
    assert refused(opened, zipped({"c.zip": zipped({"b.zip": once})}), "d.zip").code == "archive_unsafe"


def test_an_archive_that_unpacks_to_far_more_is_refused_before_it_is_unpacked(opened: Opened) -> None:
    content = zipped({"a.csv": b"a,b\n" + b"1,1\n" * 3_000_000})
    limits = ReadingLimits(unpacked_bytes=1 << 20)
    assert refused(opened, content, "a.zip", limits=limits).code == "file_bomb"


def test_a_member_that_cannot_be_read_refuses_the_archive(opened: Opened) -> None:
    content = zipped({"a.csv": TABLE.encode(), "b.xlsx": b"PK\x03\x04 broken"})
    refusal = refused(opened, content, "a.zip")
    assert refusal.code == "file_damaged"
    assert "b.xlsx" in str(refusal)
