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


_FIRMS = [f"北京某某第{n}商贸有限公司" for n in range(1, 9)]


def certain(opened: Opened, rows: list[str]) -> bool:
    header = opened("\n".join(rows) + "\n").tables[0].header
    assert header is not None
    return header.is_certain


def test_a_name_for_a_kind_of_values_is_certain_over_longer_texts_that_end_in_other_words(opened: Opened) -> None:
    assert certain(opened, ["企业名称", *_FIRMS])


@pytest.mark.parametrize(
    "rows",
    [
        _FIRMS,
        ["企业名称", *_FIRMS[:3]],  # too few to tell
        ["变更企业名称", "变更企业经营地址", *_FIRMS],  # another ends in such a word
        ["变更注册地某某公司名称", *(f"变更第{n}社区" for n in range(8))],  # shorter than what it would name
    ],
)
def test_words_over_words_are_asked_about(opened: Opened, rows: list[str]) -> None:
    assert not certain(opened, rows)


def test_names_beside_counted_rows_are_certain(opened: Opened) -> None:
    rows = [f"{n},{firm},西城区" for n, firm in enumerate(_FIRMS, 1)]
    titled = ["附件 2,Unnamed: 1,Unnamed: 2", "某单位名单,,", ",单位名称,所属区"]
    assert certain(opened, [*titled, *rows])
    assert not certain(opened, [",某某商贸有限公司,西城区", *rows]), "a row without its number"


def test_codes_under_the_names_of_columns_belong_to_the_header(opened: Opened) -> None:
    rows = [
        "行政相对人名称,行政区名称,处罚机关",
        "XK_XDR_MC,XZQ_MC,XK_JG",
        "某公司,东城区,某局",
        "另一公司,西城区,某局",
    ]
    table = opened("\n".join(rows) + "\n").tables[0]
    assert table.header is not None
    assert table.header.is_certain
    assert [column.name for column in table.columns][:2] == ["行政相对人名称 / XK_XDR_MC", "行政区名称 / XZQ_MC"]
    assert table.rows_read == 2


def test_codes_among_the_rows_are_data(opened: Opened) -> None:
    rows = ["名称,类型,代码", "TOWN_ID,TEXT,A", "COUNTY_ID,TEXT,B"]
    assert opened("\n".join(rows) + "\n").tables[0].rows_read == 2


def test_a_day_with_a_time_is_a_value(opened: Opened) -> None:
    rows = [f"31/12/2025 00:00:0{n},京自资规乙字2211000{n},乙级" for n in range(5)]
    assert opened("\n".join(rows) + "\n").tables[0].rows_read == 5


def test_a_column_called_as_the_engine_calls_its_row_numbers_is_renamed(opened: Opened) -> None:
    assert names(opened, "file_row_number,站名\n7,东站\n8,西站\n") == ["file_row_number_2", "站名"]
