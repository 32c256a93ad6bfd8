"""What a catalogue says: groups, heads, labels, dates, in every file that it comes in."""

import csv
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from harvesters.errors import StopRun
from tests.readers.biff import BiffSheet, xls
from tests.workbook.conftest import Opened, listed, mapped
from tests.workbook.sheets import CLOSED, PARKS, SCHOOLS, SUB, TOP, WIDTH, flat_rows, make_csv, make_xlsx, resource


def write(path: Path, rows: list[list[str]], encoding: str = "utf-8-sig") -> None:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = tmp_path / "alone"
    made.mkdir()
    return made


@pytest.mark.parametrize("kind", ["xlsx", "xls", "gb18030", "utf-8-sig"])
def test_every_kind_of_file_says_the_same(root: Path, open_workbook: Opened, kind: str) -> None:
    if kind == "xlsx":
        make_xlsx(root / "a.xlsx", SCHOOLS, PARKS, CLOSED)
    elif kind == "xls":
        (root / "a.xls").write_bytes(xls(BiffSheet("目录", flat_rows(SCHOOLS, PARKS, CLOSED))))
    else:
        make_csv(root / "a.csv", SCHOOLS, PARKS, CLOSED, encoding=kind)
    records = mapped(open_workbook(root))
    schools, parks, closed = (records[f"330100/000{n}"] for n in (1, 2, 3))
    assert schools.titles == {"zh": "学校名录"}
    assert schools.publisher_names == {"zh": "教育局"}
    assert (schools.open_label, schools.share_label, schools.update_cycle_label) == ("是", "无条件共享", "每年")
    assert (schools.class_label, schools.theme_labels) == ("基础/教育/学校", ("教育",))
    assert [(f.name, f.type_label, f.open_label) for f in schools.fields] == [
        ("名称", "C", "是"),
        ("班级数", "N", "是"),
        ("校长电话", "C", "否"),
    ]
    assert (schools.created, parks.created) == ("2023-01-05", "2020-01-01")
    assert (parks.publisher_names, closed.open_label) == ({"zh": "交通局"}, "否")


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2023.1.5", "2023-01-05"), ("2023年1月", "2023-01-01"), ("2023年1月5日", "2023-01-05"), ("43831", "2020-01-01"),
        (43831, "2020-01-01"), ("2023/01/05", "2023-01-05"), ("20230105", "2023-01-05"), ("2023-1-5 00:00:00", "2023-01-05"),
        ("2023.13.5", ""), ("每年", ""), ("123", ""), ("2023", "2023-01-01"),
    ],
)  # fmt: skip
def test_dates_are_read_as_people_write_them(root: Path, open_workbook: Opened, written: object, day: str) -> None:
    make_xlsx(root / "a.xlsx", resource("A/1", "甲", ("名称", "C", "是"), published=written))
    assert mapped(open_workbook(root))["A/1"].created == day


@pytest.mark.parametrize("label", ["是", "√", "Y", "1", "否", "无条件开放"])
def test_labels_are_passed_on_as_they_stand(root: Path, open_workbook: Opened, label: str) -> None:
    make_xlsx(root / "a.xlsx", resource("A/1", "甲", ("名称", "C", label), open_label=label))
    record = mapped(open_workbook(root))["A/1"]
    assert (record.open_label, record.fields[0].open_label) == (label, label)


def test_a_blank_label_stays_blank_under_another_resource(root: Path, open_workbook: Opened) -> None:
    blank = resource("A/2", "乙", ("名称", "C", ""), ("数量", "N", "是"), open_label="")
    make_csv(root / "a.csv", resource("A/1", "甲", ("名称", "C", "是")), blank)
    record = mapped(open_workbook(root))["A/2"]
    assert (record.open_label, [f.open_label for f in record.fields]) == ("", ["", "是"])


def test_labels_that_stand_in_every_row_are_about_their_items(root: Path, open_workbook: Opened) -> None:
    rows = resource("A/1", "甲", ("名称", "C", ""), ("电话", "C", ""), ("数量", "N", ""))
    rows[1][15] = "否"
    make_csv(root / "a.csv", rows)
    record = mapped(open_workbook(root))["A/1"]
    assert record.open_label == "是"
    assert [f.open_label for f in record.fields] == ["是", "否", ""]


@pytest.mark.parametrize("is_merged", [True, False], ids=["merged", "filled down"])
def test_a_label_of_the_resource_over_all_its_rows_leaves_items_their_own(
    root: Path, open_workbook: Opened, *, is_merged: bool
) -> None:
    rows = resource("A/1", "甲", ("名称", "C", "是"), ("电话", "C", "否"), ("数量", "N", ""))
    if is_merged:
        book = load_workbook(make_xlsx(root / "a.xlsx", rows))
        book.worksheets[0].merge_cells("P4:P6")
        book.save(root / "a.xlsx")
    else:
        rows[1][15] = rows[2][15] = "是"
        make_csv(root / "a.csv", rows)
    record = mapped(open_workbook(root))["A/1"]
    assert record.open_label == "是"
    assert [f.open_label for f in record.fields] == ["是", "否", "是"]


def test_two_labels_of_one_item_that_differ_from_each_other_are_a_problem(root: Path, open_workbook: Opened) -> None:
    rows = resource("A/1", "甲", ("名称", "C", "是"), ("电话", "C", "是"))
    rows[1][15] = "否"
    make_csv(root / "a.csv", rows)
    [raw] = listed(open_workbook(root))
    assert "two things" in (raw.problem or "")


def test_heads_found_in_the_wild_are_understood(root: Path, open_workbook: Opened) -> None:
    heads = [
        "类",
        "项",
        "目",
        "细目",
        "数据资源名称",
        "数据资源编码",
        "数源单位",
        "数据元名称",
        "数据类型",
        "开放类型",
        "涉密属性",
        "数据文件",
    ]
    row = [
        "主题",
        "交通",
        "停车",
        "泊位",
        "停车场",
        "A/1",
        "交通局",
        "名称",
        "字符型C(50)",
        "无条件开放",
        "否",
        "b/停车.csv",
    ]
    (root / "b").mkdir()
    (root / "b" / "停车.csv").write_text("名称\n东站\n", "utf-8")
    write(root / "a.csv", [heads, row])
    record = mapped(open_workbook(root))["A/1"]
    assert (record.open_label, record.secret_label, record.class_label) == ("无条件开放", "否", "主题/交通/停车/泊位")
    assert (record.fields[0].type_label, len(record.parts)) == ("C(50)", 1)


def test_several_sheets_are_one_catalogue_and_instructions_are_left_out(root: Path, open_workbook: Opened) -> None:
    from openpyxl import Workbook

    from tests.workbook.sheets import fill

    book = Workbook()
    page: Any = book.active
    page.title = "填写说明"
    page.append(["一、请逐项填写。"])
    fill(book.create_sheet("一科"), SCHOOLS)
    fill(book.create_sheet("二科"), PARKS)
    book.save(root / "a.xlsx")
    source = open_workbook(root)
    assert set(mapped(source)) == {"330100/0001", "330100/0002"}
    assert any("填写说明" in note for note in source.notes)


def test_an_item_without_its_resource_is_told_and_nothing_counts_as_gone(root: Path, open_workbook: Opened) -> None:
    rows = flat_rows(SCHOOLS, PARKS)
    del rows[6]  # the first row of the car parks
    rows.insert(6, [""] * WIDTH)
    write(root / "a.csv", rows)
    source: Any = open_workbook(root)
    pages = source.list_records()
    assert [raw.id for raw in next(pages).records] == ["330100/0001"]
    with pytest.raises(StopRun, match="belongs to no resource"):
        next(pages)
    assert source.orphan_counts == {"item": 1}


def test_a_resource_that_is_there_twice_with_other_words_is_a_problem(root: Path, open_workbook: Opened) -> None:
    other = resource("330100/0001", "学校名录", ("名称", "C", "否"), open_label="否")
    make_xlsx(root / "a.xlsx", SCHOOLS, PARKS, other)
    found = {raw.id: raw.problem for raw in listed(open_workbook(root))}
    assert "2 times" in found["330100/0001"]
    assert found["330100/0002"] == ""


def test_a_resource_that_is_there_twice_with_the_same_words_counts_once(root: Path, open_workbook: Opened) -> None:
    make_xlsx(root / "a.xlsx", SCHOOLS, PARKS, SCHOOLS)
    source: Any = open_workbook(root)
    assert [raw.id for raw in listed(source)] == ["330100/0001", "330100/0002"]
    assert source.orphan_counts == {"twice": 1}


def test_a_hidden_row_is_told_and_its_resource_is_not_taken(root: Path, open_workbook: Opened) -> None:
    from openpyxl import load_workbook

    path = make_xlsx(root / "a.xlsx", SCHOOLS, PARKS)
    book = load_workbook(path)
    page: Any = book.active
    page.row_dimensions[7].hidden = True  # the first row of the car parks
    page.row_dimensions[5].hidden = True  # the number of classes
    book.save(path)
    source: Any = open_workbook(root)
    found = {raw.id: raw for raw in listed(source)}
    assert "Row 7 is hidden" in found["330100/0002"].problem
    assert [f.name for f in source.map_record(found["330100/0001"]).fields] == ["名称", "校长电话"]
    assert source.orphan_counts == {"hidden": 2}


def test_a_hidden_sheet_is_told_and_nothing_of_it_is_taken(root: Path, open_workbook: Opened) -> None:
    from openpyxl import Workbook

    from tests.workbook.sheets import fill

    book = Workbook()
    fill(book.active, SCHOOLS)
    hidden: Any = book.create_sheet("旧")
    fill(hidden, PARKS)
    hidden.sheet_state = "hidden"
    book.save(root / "a.xlsx")
    found = {raw.id: raw.problem for raw in listed(open_workbook(root))}
    assert "hidden" in found["330100/0002"]
    assert found["330100/0001"] == ""


def test_a_hidden_column_that_decides_ends_the_run(root: Path, open_workbook: Opened) -> None:
    from openpyxl import load_workbook

    path = make_xlsx(root / "a.xlsx", SCHOOLS)
    book = load_workbook(path)
    page: Any = book.active
    page.column_dimensions["P"].hidden = True
    book.save(path)
    with pytest.raises(StopRun, match=r"column P .* is hidden"):
        listed(open_workbook(root))


def test_a_formula_without_a_stored_value_is_no_blank(root: Path, open_workbook: Opened) -> None:
    rows = resource("A/1", "甲", ("名称", "C", "是"))
    rows[0][15] = '=IF(1,"否","是")'
    make_xlsx(root / "a.xlsx", rows, PARKS)
    found = {raw.id: raw.problem for raw in listed(open_workbook(root))}
    assert "column P" in found["A/1"]
    assert "formula" in found["A/1"]
    assert found["330100/0002"] == ""


def test_a_code_that_cannot_be_read_leaves_absence_undecided(root: Path, open_workbook: Opened) -> None:
    rows = resource("A/1", "甲", ("名称", "C", "是"))
    rows[0][6] = '="A/"&1'
    make_xlsx(root / "a.xlsx", PARKS, rows)
    pages = open_workbook(root).list_records()
    assert [(raw.id, bool(raw.problem)) for raw in next(pages).records] == [("330100/0002", False), ("", True)]
    with pytest.raises(StopRun, match="cannot be read"):
        next(pages)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([["a", "b"], ["1", "2"]], "no header of a catalogue"),
        ([["信息资源代码", "开放类型", "更新周期"], ["A/1", "是", "每年"]], "no header with the name"),
        ([["信息资源名称", "信息资源代码", "开放类型", "是否开放"], ["甲", "A/1", "是", "否"]], "both say 'open'"),
        (
            [["信息资源名称", "信息资源代码", "提供方", "能否公开"], ["甲", "A/1", "某局", "能"]],
            "nobody knows what column D",
        ),
    ],
)
def test_a_header_that_is_not_clear_ends_the_run(
    root: Path, open_workbook: Opened, rows: list[list[str]], words: str
) -> None:
    write(root / "a.csv", rows)
    with pytest.raises(StopRun, match=words):
        listed(open_workbook(root))


def test_heads_can_be_named_and_passed_over(root: Path, open_workbook: Opened) -> None:
    write(
        root / "a.csv",
        [["信息资源名称", "信息资源代码", "提供方", "能否公开", "共享备注"], ["甲", "A/1", "某局", "能", "-"]],
    )
    source = open_workbook(root, columns={"open": "能否公开"}, ignore_columns=["共享备注"])
    assert mapped(source)["A/1"].open_label == "能"


def test_columns_that_slipped_by_one_show_in_the_labels(root: Path, open_workbook: Opened) -> None:
    rows = resource("A/1", "甲", ("名称", "C", "是"))
    slipped = [[*row[:12], None, *row[12:18]] for row in rows]
    make_csv(root / "a.csv", slipped)
    assert mapped(open_workbook(root))["A/1"].open_label == "共享平台"


def test_notes_totals_and_repeated_heads_are_no_resources(root: Path, open_workbook: Opened) -> None:
    rows = flat_rows(SCHOOLS, PARKS)
    top, sub = (["" if cell is None else str(cell) for cell in row] for row in (TOP, SUB))
    rows[6:6] = [top, sub]
    rows += [["合计", "", "", "", "", "2"], ["注：1. 本表由各部门填写。"], ["填报人：某某", "", "", "联系电话：略"]]
    write(root / "a.csv", rows)
    assert [raw.id for raw in listed(open_workbook(root))] == ["330100/0001", "330100/0002"]


def test_a_file_that_two_resources_claim_is_given_to_none(root: Path, open_workbook: Opened) -> None:
    make_xlsx(
        root / "a.xlsx",
        resource("A/1", "学校", ("名称", "C", "是")),
        resource("A/2", "学校", ("名称", "C", "是"), provider="乙局"),
    )
    (root / "d").mkdir()
    (root / "d" / "学校.csv").write_text("名称\n一小\n", "utf-8")
    (root / "d" / "无主.csv").write_text("名称\n一小\n", "utf-8")
    source: Any = open_workbook(root)
    assert all("belongs to another resource" in raw.problem for raw in listed(source))
    assert source.orphan_counts == {"file": 1}


def test_three_hundred_thousand_rows_are_read_page_by_page(root: Path, open_workbook: Opened) -> None:
    with (root / "a.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["信息资源名称", "信息资源代码", "信息资源提供方", "信息项名称", "数据类型", "开放类型"])
        for number in range(30_000):
            out.writerow([f"资源{number}", f"A/{number}", "某局", "列0", "C", "是"])
            out.writerows(["", "", "", f"列{n}", "N", ""] for n in range(1, 10))
    total = longest = 0
    for page in open_workbook(root).list_records():
        assert page.total == 30_000
        total, longest = total + len(page.records), max(longest, len(page.records))
    assert (total, longest) == (30_000, 100)
    with pytest.raises(StopRun, match="300,001 rows"):
        listed(open_workbook(root, max_rows=300_000))


def test_real_catalogues_of_counties_are_read(shared_data: Path, root: Path, open_workbook: Opened) -> None:
    for name, at_least in (("05_tainan.csv", 500), ("10_kinmen.csv", 100)):
        source = shared_data / "catalogues" / "tw_county_catalogues_2018" / "csv" / name
        (root / "a.csv").write_bytes(source.read_bytes())
        records = listed(open_workbook(root))
        assert len(records) >= at_least
        assert sum(1 for raw in records if raw.problem) <= len(records) // 20


@pytest.mark.parametrize("head", ["涉密", "信息项涉密", "数据元涉密"])
def test_a_short_head_of_secrecy_is_understood(root: Path, open_workbook: Opened, head: str) -> None:
    heads = ["资源名称", "资源代码", "提供方", "数据元名称", "数据类型", "开放类型", head]
    write(
        root / "a.csv",
        [heads, ["停车场", "A/1", "交通局", "名称", "C", "是", "否"], ["", "", "", "编号", "C", "", "是"]],
    )
    record = mapped(open_workbook(root))["A/1"]
    assert [field.secret_label for field in record.fields] == ["否", "是"]
