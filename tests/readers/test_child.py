"""The child process: what it is given, and what happens when it goes past a limit. Real processes."""

import io
from pathlib import Path

import openpyxl
import pytest

from portal.readers import FileRefused, ReadingLimits, read_file
from portal.readers.files import _reason
from tests.readers.conftest import rows_of


def write(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_a_file_is_read_in_a_child_process(tmp_path: Path) -> None:
    path = write(tmp_path / "x", "名称,数\n甲,1\n乙,2\n".encode("gbk"))
    reading = read_file(path, file_name="x.csv", work_dir=tmp_path / "work")
    assert reading.encoding == "gb18030"
    assert rows_of(reading.tables[0]) == [("甲", 1), ("乙", 2)]
    assert reading.tables[0].columns[0].title.zh is not None
    left = {file.name for file in (tmp_path / "work").iterdir() if file.is_file()}
    assert left == {"table.parquet", "original.parquet"}


def test_a_refusal_in_the_child_is_a_refusal_here(tmp_path: Path) -> None:
    with pytest.raises(FileRefused) as refused:
        read_file(write(tmp_path / "x", ""), file_name="x.csv", work_dir=tmp_path / "work")
    assert refused.value.code == "file_empty"


def test_a_spreadsheet_that_grows_in_memory_ends_the_child_alone(tmp_path: Path) -> None:
    """A few kilobytes that a reader lays out as a sheet of 1,048,576 rows and 16,384 columns."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = 1
    sheet["XFD1048576"] = 1
    buffer = io.BytesIO()
    book.save(buffer)
    with pytest.raises(FileRefused) as refused:
        read_file(write(tmp_path / "x", buffer.getvalue()), file_name="x.xlsx", work_dir=tmp_path / "work")
    assert refused.value.code == "reader_out_of_memory"


def test_a_reading_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    path = write(tmp_path / "x", "a,b\n" + "x,1\n" * 2_000_000)
    with pytest.raises(FileRefused) as refused:
        read_file(path, file_name="x.csv", work_dir=tmp_path / "work", limits=ReadingLimits(wall_s=0))
    assert refused.value.code == "reader_timed_out"


def test_a_reading_that_writes_too_much_is_stopped(tmp_path: Path) -> None:
    path = write(tmp_path / "x", "a,b\n" + "".join(f"{i},x{i}\n" for i in range(50_000)))
    with pytest.raises(FileRefused) as refused:
        read_file(path, file_name="x.csv", work_dir=tmp_path / "work", limits=ReadingLimits(output_bytes=10_000))
    assert refused.value.code == "file_too_large"


def test_the_child_does_not_see_our_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_QUARANTINE_KEY", "11" * 32)
    seen = tmp_path / "seen"
    hook = tmp_path / "hook"
    hook.mkdir()
    write(hook / "sitecustomize.py", f"import os\nopen({str(seen)!r}, 'w').write('\\n'.join(os.environ))\n")
    monkeypatch.syspath_prepend(str(hook))
    read_file(write(tmp_path / "x", "a,b\nx,1\n"), file_name="x.csv", work_dir=tmp_path / "work")
    assert "PATH" in seen.read_text().splitlines()
    assert not [name for name in seen.read_text().splitlines() if name.startswith("PORTAL_")]


@pytest.mark.parametrize(
    ("status", "complaint", "code"),
    [
        (-9, "", "reader_out_of_memory"),
        (-6, "memory allocation of 17179869184 bytes failed", "reader_out_of_memory"),
        (-24, "", "reader_timed_out"),
        (-25, "", "file_too_large"),
        (-11, "", "reader_failed"),
        (1, "Traceback\nValueError: 110101199003070000", "reader_failed"),
    ],
)
def test_how_the_child_ended_is_told_without_any_value(status: int, complaint: str, code: str) -> None:
    refused = _reason(status, complaint, ReadingLimits())
    assert refused.code == code
    assert "110101" not in str(refused)
