from datetime import date, datetime

import pytest

from tests.readers.conftest import Opened, notes_of, rows_of, types_of


def column(opened: Opened, name: str, *cells: str) -> tuple[str, list[object]]:
    """The type and the values of a column of these cells."""
    lines = [f'"{cell}",x' for cell in cells]
    reading = opened("\n".join([f'"{name}",其他', *lines]) + "\n")
    table = reading.tables[0]
    return types_of(table)[name], [row[0] for row in rows_of(table)]


@pytest.mark.parametrize(
    ("name", "cells", "type_", "values"),
    [
        ("数量", ("1", "20", "-3"), "integer", [1, 20, -3]),
        ("金额", ("1,234", "5,678,901"), "integer", [1234, 5678901]),
        ("金额", ("1.50", "2"), "number", [1.5, 2.0]),
        ("金额", ("1,234.5", "7"), "number", [1234.5, 7.0]),
        ("比率", ("1.5e3", ".5"), "number", [1500.0, 0.5]),
        ("有效", ("true", "FALSE"), "boolean", [True, False]),
        ("日期", ("2024-01-05", "2023/12/31"), "date", [date(2024, 1, 5), date(2023, 12, 31)]),
        ("日期", ("2024年1月5日", "2024.2.9"), "date", [date(2024, 1, 5), date(2024, 2, 9)]),
        ("发布日期", ("20240105", "20231231"), "date", [date(2024, 1, 5), date(2023, 12, 31)]),
        ("时间", ("2024-01-05 08:30", "2024-01-06"), "datetime", [datetime(2024, 1, 5, 8, 30), datetime(2024, 1, 6)]),
        ("时间", ("2024-01-05T08:30:15.25",), "datetime", [datetime(2024, 1, 5, 8, 30, 15, 250000)]),
    ],
)
def test_a_column_that_fits_whole_gets_a_type(
    opened: Opened, name: str, cells: tuple[str, ...], type_: str, values: list[object]
) -> None:
    assert column(opened, name, *cells) == (type_, values)


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("数量", ("007", "12")),  # leading zero
        ("邮编", ("100000", "100020")),
        ("行政区划代码", ("110101", "110102")),
        ("id", ("12", "15")),
        ("证书", ("123456789012345678", "1")),  # more digits than a number holds
        ("标识", ("20240105", "20231231")),  # eight digits each, and no date by name
        ("手机", ("13800138000",)),
        ("是否", ("是", "否")),
        ("日期", ("2024-01-05", "约三月")),
        ("日期", ("2024-02-30",)),
        ("日期", ("18/5/2023", "7/11/2018")),  # day or month first: nobody can tell
        ("金额", ("12,34",)),  # not thousands
        ("版本", ("1.0.1", "1.2")),
        ("比例", ("50%", "20%")),
        ("时间", ("2024-01-05 08:30:00+08:00",)),
        ("数", ("NaN", "inf")),
        ("小数", ("0.12345678901234567890",)),
    ],
)
def test_codes_and_what_does_not_fit_stay_text_as_delivered(opened: Opened, name: str, cells: tuple[str, ...]) -> None:
    assert column(opened, name, *cells) == ("text", list(cells))


def test_one_late_value_that_does_not_fit_keeps_the_column_text(opened: Opened) -> None:
    lines = "".join(f"{i},x\n" for i in range(50_000))
    table = opened(f"数量,其他\n{lines}12号,x\n").tables[0]
    assert types_of(table)["数量"] == "text"
    assert rows_of(table)[-1][0] == "12号"


def test_words_for_no_value_become_null_and_are_counted(opened: Opened) -> None:
    table = opened("数量,其他\n1,a\n—,b\n3,c\n无,d\n5,e\n").tables[0]
    assert [row[0] for row in rows_of(table)] == [1, None, 3, None, 5]
    found = table.columns[0]
    assert (found.type.value, found.failed_casts, found.null_count) == ("integer", 2, 2)
    assert notes_of(table)["values_without_value"] == 2


def test_a_column_of_mostly_no_value_words_stays_text(opened: Opened) -> None:
    assert column(opened, "数量", "1", "/", "/", "/") == ("text", ["1", "/", "/", "/"])


def test_blank_cells_are_null_and_space_around_text_is_kept(opened: Opened) -> None:
    table = opened("名称,数\n 甲 ,1\n\u3000,2\n\t,3\n").tables[0]
    assert rows_of(table) == [(" 甲 ", 1), (None, 2), (None, 3)]
    assert table.columns[0].null_count == 2


def test_types_survive_space_and_a_tab_that_guards_digits(opened: Opened) -> None:
    table = opened("数量,日期\n\t12\u00a0,\u30002024-01-02\n").tables[0]
    assert rows_of(table) == [(12, date(2024, 1, 2))]


def test_a_word_for_no_value_is_never_a_number(opened: Opened) -> None:
    """`nan` is a word for "no value", and DuckDB would take it for a number that is none."""
    type_, values = column(opened, "金额", "1.5", "nan", "2", "—")
    assert (type_, values) == ("number", [1.5, None, 2.0, None])


@pytest.mark.parametrize("blank", [" ", "\u3000", "\u00a0"])
@pytest.mark.parametrize(
    ("name", "cells", "type_"),
    [
        ("数量", ("1", "20"), "integer"),
        ("金额", ("1.5", "1,234.5"), "number"),
        ("有效", ("true", "false"), "boolean"),
        ("日期", ("2024-01-05", "2024年2月3日"), "date"),
        ("发布日期", ("20240105", "20231231"), "date"),
        ("时间", ("2024-01-05 08:30:00", "2024-01-06 08:30"), "datetime"),
    ],
)
def test_space_around_cells_does_not_change_type_or_value(
    opened: Opened, name: str, cells: tuple[str, ...], type_: str, blank: str
) -> None:
    plain = column(opened, name, *cells)
    assert plain[0] == type_
    assert column(opened, name, *(blank + cell + blank for cell in cells)) == plain
