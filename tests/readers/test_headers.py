import pytest

from tests.readers.conftest import Opened, notes_of, rows_of


def names(opened: Opened, text: str) -> list[str]:
    return [column.name for column in opened(text).tables[0].columns]


def test_header_under_titles_is_found_and_the_titles_are_kept(opened: Opened) -> None:
    reading = opened("附件1,,\n2024年学校名单,,\n序号,学校,区\n1,一中,东城\n2,二中,西城\n")
    table = reading.tables[0]
    assert [column.name for column in table.columns] == ["序号", "学校", "区"]
    assert table.rows_read == 2
    assert table.titles == ("附件1", "2024年学校名单")
    assert notes_of(table)["title_rows"] == 2
    assert reading.hidden_texts["title row"] == table.titles


def test_names_that_pandas_made_up_for_titles_are_no_header(opened: Opened) -> None:
    assert names(opened, "某区台账,Unnamed: 1,Unnamed: 2\n序号,单位,日期\n1,甲,2024-01-01\n2,乙,2024-01-02\n") == [
        "序号",
        "单位",
        "日期",
    ]


def test_header_over_two_rows_becomes_one(opened: Opened) -> None:
    table = opened("序号,许可信息,,单位\n,编号,日期,\n1,A1,2024-01-01,甲\n2,A2,2024-01-02,乙\n").tables[0]
    assert [column.name for column in table.columns] == ["序号", "许可信息 / 编号", "许可信息 / 日期", "单位"]
    assert notes_of(table)["header_over_two_rows"] == 2
    assert table.rows_read == 2


def test_a_file_that_starts_with_data_keeps_its_first_row(opened: Opened) -> None:
    table = opened("4680,甲公司,2022/12/28\n4681,乙公司,2023/01/03\n").tables[0]
    assert [column.name for column in table.columns] == ["column_1", "column_2", "column_3"]
    assert table.rows_read == 2
    assert notes_of(table)["no_header"] == 3


def test_years_are_names_of_columns(opened: Opened) -> None:
    assert names(opened, "地区,2021,2022\n东城,5,6\n西城,7,8\n") == ["地区", "2021", "2022"]


def test_a_data_row_with_gaps_is_not_a_second_header(opened: Opened) -> None:
    table = opened("名称,备注,电话\n甲,,\n乙,有,无\n").tables[0]
    assert table.rows_read == 2


def test_empty_and_repeated_names_are_made_unique_and_the_source_is_kept(opened: Opened) -> None:
    table = opened("名称,,名称,NAME,name\n甲,乙,丙,丁,戊\n己,庚,辛,壬,癸\n").tables[0]
    assert [(column.name, column.source_name) for column in table.columns] == [
        ("名称", "名称"),
        ("column_2", ""),
        ("名称_2", "名称"),
        ("NAME", "NAME"),
        ("name_2", "name"),
    ]
    assert notes_of(table) == {"header_uncertain": 1, "columns_without_name": 1, "columns_named_twice": 2}


def test_a_made_up_name_does_not_take_a_delivered_one(opened: Opened) -> None:
    assert names(opened, "a,a,a_2\nx,y,z\nx,y,z\n") == ["a", "a_3", "a_2"]


def test_a_header_cell_over_several_lines_is_one_line(opened: Opened) -> None:
    assert names(opened, '"纳入原\n因",区\n甲,乙\n') == ["纳入原 因", "区"]


@pytest.mark.parametrize("text", ["名称,区\n", "名称,区\n,,\n \n"])
def test_a_header_without_rows_is_refused(opened: Opened, text: str) -> None:
    from portal.readers.errors import FileRefused

    with pytest.raises(FileRefused) as refused:
        opened(text)
    assert refused.value.code == "file_empty"


def test_a_single_column_list_keeps_every_line(opened: Opened) -> None:
    table = opened("企业名称\n甲公司\n乙公司\n丙公司\n").tables[0]
    assert rows_of(table) == [("甲公司",), ("乙公司",), ("丙公司",)]
