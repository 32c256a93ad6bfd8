"""Why a file was refused is told without quoting it: messages of libraries can hold the cell that they failed on."""

import re
import zipfile
from pathlib import Path

import pytest

import portal.readers
from portal.readers import FileRefused, ReadingLimits, read_file
from portal.readers.files import _reason

_VALUE = "349901198001011231"
_SOURCES = sorted(Path(portal.readers.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("source", _SOURCES, ids=lambda path: path.name)
def test_no_reader_quotes_the_message_of_a_library(source: Path) -> None:
    assert re.findall(r"\{(?:str\()?(?:error|exc|failure)(?:!r)?\)?\}", source.read_text(encoding="utf-8")) == []


def test_a_reader_that_ends_is_named_by_its_kind_of_error_alone() -> None:
    complaint = (
        'Traceback (most recent call last):\n  File "x.py", line 1\n'
        f"duckdb.ConversionException: Could not convert {_VALUE}\nLine: 张三,{_VALUE},x:y\n"
    )
    refusal = _reason(1, complaint, ReadingLimits())
    assert refusal.code == "reader_failed"
    assert _VALUE not in str(refusal)
    assert "张三" not in str(refusal)
    assert "ConversionException" in str(refusal)


def test_a_damaged_spreadsheet_is_refused_without_its_words(tmp_path: Path) -> None:
    path = tmp_path / "坏.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", f"<workbook><sheet name='{_VALUE}'</workbook>")
    with pytest.raises(FileRefused) as refused:
        read_file(path, file_name=path.name, work_dir=tmp_path / "work")
    assert _VALUE not in str(refused.value)
