"""Workbooks as offices make them: real merged cells, groups of rows, title rows above and notes below."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

TOP = (
    "序号", "信息资源分类", None, None, None, "信息资源名称", "信息资源代码", "信息资源提供方", "信息资源摘要",
    "信息项信息", None, None, "共享属性", None, None, "开放属性", None, "更新周期", "发布日期",
)  # fmt: skip
SUB = (
    None, "类", "项", "目", "细目", None, None, None, None, "信息项名称", "数据类型", "是否向社会开放",
    "共享类型", "共享条件", "共享方式", "是否向社会开放", "开放条件", None, None,
)  # fmt: skip
WIDTH = len(TOP)
GROUPS = ("B{}:E{}", "J{}:L{}", "M{}:O{}", "P{}:Q{}")
ALONE = "AFGHIRS"
Cells = Sequence[Any]


def resource(
    code: str,
    title: str,
    *items: tuple[str, str, str],
    provider: str = "教育局",
    open_label: str = "是",
    share: str = "无条件共享",
    cycle: str = "每年",
    published: object = "2023.1.5",
    number: int = 1,
) -> list[list[Any]]:
    """The rows of one resource; an item is (name, type, whether it is open)."""
    first = [number, "基础", "教育", "学校", "", title, code, provider, f"{title}的说明"]
    behind = [share, None, "共享平台", open_label, None, cycle, published]
    rows = [
        [*(first if n == 0 else [None] * 9), *item, *(behind if n == 0 else [None] * 7)] for n, item in enumerate(items)
    ]
    return rows or [[*first, None, None, None, *behind]]


SCHOOLS = resource("330100/0001", "学校名录", ("名称", "字符型C", "是"), ("班级数", "N", "是"), ("校长电话", "C", "否"))
PARKS = resource("330100/0002", "停车场", ("名称", "C", "是"), ("泊位", "I", "是"), provider="交通局", published=43831)
CLOSED = resource("330100/0003", "内部名单", ("名称", "C", "否"), provider="公安局", open_label="否")


def make_xlsx(
    path: Path,
    *resources: Sequence[Cells],
    title: str = "示例区政务信息资源目录",
    notes: Sequence[str] = ("填报人：某某",),
    sheet: str = "目录",
) -> Path:
    """A workbook with a merged title row, a merged header of two rows and merged cells down each resource."""
    book = Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    fill(page, *resources, title=title, notes=notes)
    book.save(path)
    return path


def fill(page: Any, *resources: Sequence[Cells], title: str = "", notes: Sequence[str] = ()) -> None:
    """Write a catalogue on a sheet."""
    at = 1
    if title:
        page.append([title])
        page.merge_cells(start_row=1, start_column=1, end_row=1, end_column=WIDTH)
        at = 2
    page.append(list(TOP))
    page.append(list(SUB))
    for group in GROUPS:
        page.merge_cells(group.format(at, at))
    for column in ALONE:
        page.merge_cells(f"{column}{at}:{column}{at + 1}")
    for rows in resources:
        first = page.max_row + 1
        for row in rows:
            page.append(list(row))
        for number in (6, 7, 8, 9) if len(rows) > 1 else ():
            page.merge_cells(start_row=first, end_row=first + len(rows) - 1, start_column=number, end_column=number)
    for note in notes:
        page.append([note])


def flat_rows(*resources: Sequence[Cells]) -> list[list[str]]:
    """The same as plain cells: title row, two header rows, data; blank where cells were merged."""
    rows: list[Cells] = [["示例区政务信息资源目录"], TOP, SUB, *(row for rows in resources for row in rows)]
    return [["" if cell is None else str(cell) for cell in row] + [""] * (WIDTH - len(row)) for row in rows]


def make_csv(path: Path, *resources: Sequence[Cells], encoding: str = "gb18030") -> Path:
    """The catalogue as a spreadsheet program saves it."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(flat_rows(*resources))
    path.write_bytes(out.getvalue().encode(encoding))
    return path
