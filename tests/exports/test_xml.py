"""XML that any parser takes, whatever the cells and the names of columns hold."""

import re
from datetime import date, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.exports import make_file
from portal.exports.xml_files import element_names
from portal.kernel.vocab import ColumnType
from tests.tables.tables import make_table


def parsed(tmp_path: Path, types: dict[str, ColumnType], rows: list[tuple[object, ...]]) -> ElementTree.Element:
    file = make_file(make_table(tmp_path, types, rows), "xml", tmp_path / "out.xml")
    assert file.path.read_bytes().startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n')
    return ElementTree.parse(file.path).getroot()


def test_every_type_is_written_as_xml_schema_has_it_and_a_null_is_left_out(tmp_path: Path) -> None:
    types = {
        "名称": ColumnType.TEXT,
        "人数": ColumnType.INTEGER,
        "面积": ColumnType.NUMBER,
        "有效": ColumnType.BOOLEAN,
        "日期": ColumnType.DATE,
        "时间": ColumnType.DATETIME,
    }
    root = parsed(
        tmp_path,
        types,
        [
            ("一中", 2**60 + 1, 1234.5, True, date(2024, 5, 17), datetime(2024, 5, 17, 8, 30)),
            (None, None, None, None, None, None),
            ("x", -5, 1e300, False, date(1899, 1, 1), datetime(2023, 1, 2, 3, 4, 5, 250_000)),
        ],
    )
    assert (root.tag, root.get("rows"), root.get("version")) == ("table", "3", "k3@v1/table")
    assert [column.attrib for column in root.iter("column")] == [
        {"name": name, "element": name, "type": kind.value} for name, kind in types.items()
    ]
    first, second, third = ([(cell.tag, cell.text) for cell in row] for row in root.iter("row"))
    values = ["一中", "1152921504606846977", "1234.5", "true", "2024-05-17", "2024-05-17T08:30:00"]
    assert first == list(zip(types, values, strict=True))
    assert second == []
    assert [text for _, text in third] == ["x", "-5", "1e+300", "false", "1899-01-01", "2023-01-02T03:04:05.250000"]


@pytest.mark.parametrize("text", ["<a> & ]]> \"b\" 'c'", "一\n二\t三", "行\r\n末", "&amp;", " 两边 ", "😀", "=1+1"])
def test_a_text_comes_back_as_it_is(tmp_path: Path, text: str) -> None:
    assert parsed(tmp_path, {"t": ColumnType.TEXT}, [(text,)]).findtext("row/t") == text


def test_what_xml_has_no_place_for_is_replaced_and_that_is_said(tmp_path: Path) -> None:
    root = parsed(tmp_path, {"t": ColumnType.TEXT}, [("a\x00b\x0b<\uffff",), ("c",), (None,)])
    bad, good = root.findall("row/t")
    assert (bad.text, bad.attrib) == ("a\ufffdb\ufffd<\ufffd", {"replaced": "3"})
    assert (good.text, good.attrib) == ("c", {})


def test_names_that_are_not_legal_are_made_so_and_kept_beside(tmp_path: Path) -> None:
    names = ["人数 (2024)", "人数__2024_", "1st", "xmlThing", "a:b", "-x", "“引号”", "占比%"]
    root = parsed(tmp_path, dict.fromkeys(names, ColumnType.INTEGER), [tuple(range(len(names)))])
    columns = [(column.get("name"), column.get("element")) for column in root.iter("column")]
    assert [name for name, _ in columns] == names
    assert [cell.tag for cell in root.iter("row").__next__()] == [element for _, element in columns]
    assert len({element for _, element in columns}) == len(names)


@given(st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=5, unique=True))
def test_an_element_can_be_made_of_any_name(names: list[str]) -> None:
    elements = element_names(names)
    assert len(set(elements)) == len(names)
    for element in elements:
        assert ElementTree.fromstring(f"<{element}/>").tag == element
        assert not re.match("xml", element, re.IGNORECASE)
