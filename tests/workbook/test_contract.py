"""A workbook keeps the contract of every source, whatever file it is."""

import os
from pathlib import Path

import pytest

from harvesters.testing import SourceContract, Subject
from tests.readers.biff import BiffSheet, xls
from tests.workbook.conftest import Opened
from tests.workbook.sheets import CLOSED, PARKS, SCHOOLS, flat_rows, make_csv

IDS = frozenset({"330100/0001", "330100/0002", "330100/0003"})


class TestXlsx(SourceContract):
    @pytest.fixture
    def subject(self, drop: Path, open_workbook: Opened) -> Subject:
        def change(_record_id: str) -> None:
            (drop / "数据" / "330100_0001.csv").write_text("名称,班级数,校长电话\n一小,13,010-1\n", "utf-8")

        def truncate() -> None:
            for path in (drop / "数据").iterdir():
                os.truncate(path, 3)

        return Subject(
            open=lambda: open_workbook(drop),
            ids=IDS,
            change_data=change,
            truncate=truncate,
            open_elsewhere=lambda: open_workbook(drop, workbook="../elsewhere.xlsx"),
        )


class TestCsv(TestXlsx):
    @pytest.fixture(autouse=True)
    def _as_csv(self, drop: Path) -> None:
        (drop / "目录.xlsx").unlink()
        make_csv(drop / "目录.csv", SCHOOLS, PARKS, CLOSED)


class TestXls(TestXlsx):
    @pytest.fixture(autouse=True)
    def _as_xls(self, drop: Path) -> None:
        (drop / "目录.xlsx").unlink()
        (drop / "目录.xls").write_bytes(xls(BiffSheet("目录", flat_rows(SCHOOLS, PARKS, CLOSED))))
