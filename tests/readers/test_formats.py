import io
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from portal.kernel.vocab import PartKind
from portal.readers.errors import FileRefused
from portal.readers.reading import ReadingLimits
from tests.readers.conftest import Opened, rows_of, types_of


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"\x1f\x8b\x08\x00abc", "gzip"),
        (b"Rar!\x1a\x07\x00", "rar"),
        (bytes(range(256)) * 8, "binary"),
    ],
)
def test_what_cannot_be_read_is_a_file_that_cannot_be_scanned(opened: Opened, content: bytes, name: str) -> None:
    reading = opened(content, "table.csv")
    assert (reading.kind, reading.real_format, reading.original_text) == (PartKind.FILE, name, None)
    assert reading.has_hidden_content


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7\n%\xe2\xe3", b"\x89PNG\r\n\x1a\n\x00\x00", b"\xff\xd8\xff\xe0\x00\x10JFIF"]
)
def test_beginning_of_a_document_or_picture_is_refused(opened: Opened, content: bytes) -> None:
    with pytest.raises(FileRefused) as refusal:
        opened(content, "table.csv")
    assert refusal.value.code == "file_damaged"


@pytest.mark.parametrize(
    "content", ["<?xml version='1.0'?><kml><Document/></kml>", '{"type": "FeatureCollection", "features": []}']
)
def test_layer_without_a_feature_is_refused(opened: Opened, content: str) -> None:
    with pytest.raises(FileRefused) as refusal:
        opened(content, "table.xls")
    assert refusal.value.code == "file_empty"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("<!DOCTYPE html><html><table><tr><td>1</td></tr></table></html>", "html"),
        ('{"a": 1}', "json"),
        ("[1, 2, 3]", "json"),
    ],
)
def test_text_that_is_no_table_is_a_file_with_all_its_text(opened: Opened, content: str, name: str) -> None:
    reading = opened(content, "table.xls")
    assert (reading.kind, reading.real_format) == (PartKind.FILE, name)
    assert reading.original_text is not None


def test_json_objects_are_rows_and_nested_members_columns(opened: Opened) -> None:
    table = opened('[{"名": "甲", "位": {"x": 1.5, "y": 2}, "标": ["a", "b"]}, {"名": "乙", "新": true}]').tables[0]
    assert types_of(table) == {"名": "text", "位.x": "number", "位.y": "integer", "标": "text", "新": "boolean"}
    assert rows_of(table) == [("甲", 1.5, 2, '["a","b"]', None), ("乙", None, None, None, True)]


def test_records_inside_a_document_are_found(opened: Opened) -> None:
    table = opened('{"code": 0, "data": {"total": 2, "rows": [{"a": 1}, {"a": 2}]}}').tables[0]
    assert table.rows_read == 2
    assert [(n.code, n.subject) for n in table.notes] == [("records_inside", "data.rows")]


def test_json_lines_are_rows(opened: Opened) -> None:
    reading = opened('{"a": 1, "b": "007"}\n\n{"a": null, "c": "x"}\n')
    assert reading.real_format == "jsonl"
    assert rows_of(reading.tables[0]) == [(1, "007", None), (None, None, "x")]


@pytest.mark.parametrize("line", ['{"a": ', "[1]", "7"])
def test_a_bad_line_is_named(opened: Opened, line: str) -> None:
    with pytest.raises(FileRefused, match="Line 3"):
        opened('{"a": 1}\n{"a": 2}\n' + line + "\n")


def test_broken_json_is_refused(opened: Opened) -> None:
    with pytest.raises(FileRefused) as refused:
        opened('[{"a": 1}, {"a": ')
    assert refused.value.code == "file_damaged"


def test_a_large_json_document_is_refused_before_it_is_parsed(opened: Opened) -> None:
    with pytest.raises(FileRefused) as refused:
        opened('[{"a": 1}]' + " " * 100, limits=ReadingLimits(json_bytes=50))
    assert refused.value.code == "file_too_large"


def test_an_archive_that_unpacks_to_far_more_is_refused(opened: Opened) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 50_000_000)
    with pytest.raises(FileRefused) as refused:
        opened(buffer.getvalue())
    assert refused.value.code == "file_bomb"


@pytest.mark.parametrize("content", [b"", b"   \n\t\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(opened: Opened, content: bytes) -> None:
    with pytest.raises(FileRefused) as refused:
        opened(content)
    assert refused.value.code == "file_empty"


def test_a_truncated_archive_is_refused(opened: Opened) -> None:
    with pytest.raises(FileRefused) as refused:
        opened(b"PK\x03\x04" + b"\x00" * 200)
    assert refused.value.code == "file_damaged"


def test_parquet_is_typed_by_the_same_rules(opened: Opened) -> None:
    buffer = io.BytesIO()
    pq.write_table(pa.table({"code": ["007"], "n": [5]}), buffer)
    reading = opened(buffer.getvalue())
    assert reading.real_format == "parquet"
    assert rows_of(reading.tables[0]) == [("007", 5)]
