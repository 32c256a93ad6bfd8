import pytest

from portal.readers.errors import FileRefused
from tests.readers.conftest import Opened, rows_of

TEXT = "名称,区\n市第一中学,东城区\n图书馆,西城区\n"


@pytest.mark.parametrize(
    ("codec", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("gb18030", "gb18030"),
        ("gbk", "gb18030"),
        ("utf-16", "utf-16"),
    ],
)
def test_encoding_is_found_by_content(opened: Opened, codec: str, found: str) -> None:
    reading = opened(TEXT.encode(codec))
    assert reading.encoding == found
    assert rows_of(reading.tables[0]) == [("市第一中学", "东城区"), ("图书馆", "西城区")]


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_found_by_its_nuls(opened: Opened, codec: str) -> None:
    reading = opened("id,name,value\n1,one,10\n2,two,20\n".encode(codec))
    assert reading.encoding == codec
    assert rows_of(reading.tables[0]) == [(1, "one", 10), (2, "two", 20)] or reading.tables[0].rows_read == 2


def test_traditional_text_in_big5_is_not_taken_for_gb18030(opened: Opened) -> None:
    text = "公車路線,起點,終點\n" + "台東縣政府,火車站前廣場,市立圖書館總館\n" * 20
    reading = opened(text.encode("big5"))
    assert reading.encoding == "big5hkscs"
    assert rows_of(reading.tables[0])[0] == ("台東縣政府", "火車站前廣場", "市立圖書館總館")


def test_a_character_of_four_bytes_needs_gb18030_and_is_read(opened: Opened) -> None:
    reading = opened("姓,字\n𠮷,㐀\n".encode("gb18030"))
    assert rows_of(reading.tables[0]) == [("𠮷", "㐀")]


def test_a_late_byte_that_is_not_utf8_changes_the_whole_file(opened: Opened) -> None:
    content = b"a,b\n" + b"1,2\n" * 300_000 + "东城,3\n".encode("gbk")
    reading = opened(content)
    assert reading.encoding == "gb18030"
    assert rows_of(reading.tables[0])[-1][0] == "东城"


def test_text_in_no_known_encoding_is_refused_and_can_be_overridden(opened: Opened) -> None:
    content = "nom,ville\ncafé,Orléans\n".encode("latin-1")
    with pytest.raises(FileRefused) as refused:
        opened(content)
    assert refused.value.code == "file_encoding_unknown"
    assert rows_of(opened(content, encoding="latin-1").tables[0]) == [("café", "Orléans")]


def test_an_override_that_does_not_fit_is_refused(opened: Opened) -> None:
    with pytest.raises(FileRefused) as refused:
        opened("名,值\n东,1\n".encode("gbk"), encoding="utf-8")
    assert refused.value.code == "file_encoding_unknown"


def test_nul_characters_are_left_out_and_counted(opened: Opened) -> None:
    reading = opened("a,b\nx\0y,1\n" + "z,2\n" * 100)
    assert rows_of(reading.tables[0])[0] == ("xy", 1)
    assert [(note.code, note.count) for note in reading.notes] == [("nul_characters_left_out", 1)]
