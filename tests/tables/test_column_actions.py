"""Every action on every kind of value: what comes out is coarser, and never the value itself."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.gate.orders import MASK_KINDS
from portal.kernel.columns import ColumnRule
from portal.kernel.vocab import ColumnAction, ColumnType
from portal.tables import project
from tests.tables.tables import write_source

MASK, GENERALISE, SUPPRESS = ColumnAction.MASK, ColumnAction.GENERALISE, ColumnAction.SUPPRESS


def acted(values: Sequence[object], type_: ColumnType, action: ColumnAction, parameter: str = "") -> list[object]:
    """The column's cells after one action, beside a key that keeps their order."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        types = {"k": ColumnType.INTEGER, "值": type_}
        columns = write_source(folder / "s.parquet", types, [(i, value) for i, value in enumerate(values)])
        rules = [ColumnRule("k", ColumnAction.PUBLISH, ""), ColumnRule("值", action, "", parameter)]
        made = project(folder / "s.parquet", columns, rules, folder / "t.parquet")
        assert made.schema.columns[1].parameter == parameter
        return [row[1] for row in made.preview]


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("name", "张三", "张*"),
        ("name", "欧阳娜娜", "欧*"),
        ("name", "张", "*"),
        ("phone", "13812345678", "138****5678"),
        ("phone", "+86 138-1234-5678", "138****5678"),
        ("phone", "１３８１２３４５６７８", "138****5678"),
        ("phone", "0579-86812345", "0579****"),
        ("phone", "010-88881234", "010****"),
        ("phone", "86812345", "***"),
        ("phone", "13812345678、13912345678", "***"),
        ("identity", "11010519491231002X", "11****"),
        ("identity", "110105491231002", "11****"),
        ("identity", "见附件", "***"),
        ("address", "浙江省金华市东阳市六石街道北后周村12号", "浙江省金华市东阳市六石街道***"),
        ("address", "西湖区文三路90号3幢402室", "西湖区***"),
        ("address", "幸福小区3幢402室", "***"),
        ("address", "六石街道", "***"),
        ("plate", "浙A12345", "浙A****"),
        ("plate", "浙A·D12345", "浙A****"),
        ("plate", "黑色轿车", "***"),
        ("card", "6222 0212 3456 7890 123", "****0123"),
        ("card", "1234", "***"),
        ("email", "zhang.san@example.com", "z***@example.com"),
        ("email", "z@example.com", "***@example.com"),
        ("email", "无", "***"),
        ("", "13800138000", "138****"),
        ("", "一中", "一**"),
    ],
)
def test_each_kind_shows_what_custom_shows(kind: str, value: str, shown: str) -> None:
    assert acted([value, None, "", "  "], ColumnType.TEXT, MASK, kind) == [shown, None, None, None]


signs = st.text(st.sampled_from("张三李四省市区县街道镇乡号幢 -·@.aZ09138１Xx浙京（）、，"), min_size=1, max_size=24)


@settings(max_examples=40, deadline=None)
@given(st.lists(signs | st.text(max_size=30), min_size=1, max_size=20))
def test_masked_never_contains_what_it_masks(values: list[str]) -> None:
    kept = [value for value in values if value.strip(" \t\n\r").strip("*") and "\x00" not in value]
    kept = [value for value in kept if not any(0xD800 <= ord(sign) <= 0xDFFF for sign in value)]
    if not kept:
        return
    for kind in ("", *MASK_KINDS):
        for value, shown in zip(kept, acted(kept, ColumnType.TEXT, MASK, kind), strict=True):
            assert shown is None or value.strip() == "" or value.strip() not in str(shown), (kind, value, shown)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), min_size=1, max_size=20))
def test_of_a_mobile_number_four_digits_stay_hidden(numbers: list[str]) -> None:
    for number, shown in zip(numbers, acted(numbers, ColumnType.TEXT, MASK, "phone"), strict=True):
        assert shown == f"{number[:3]}****{number[-4:]}"


@pytest.mark.parametrize(
    ("type_", "value", "parameter", "shown"),
    [
        (ColumnType.DATE, date(1990, 5, 17), "", "1990-05-01"),
        (ColumnType.DATE, date(1990, 5, 17), "month", "1990-05-01"),
        (ColumnType.DATE, date(1990, 5, 17), "quarter", "1990-04-01"),
        (ColumnType.DATE, date(1990, 5, 17), "year", 1990),
        (ColumnType.DATETIME, datetime(1990, 5, 17, 8, 30), "year", 1990),
        (ColumnType.DATETIME, datetime(1990, 5, 17, 8, 30), "month", "1990-05-01T00:00:00"),
        (ColumnType.TEXT, "1990年5月17日", "year", "1990"),
        (ColumnType.TEXT, "1990-05-17", "month", "1990-05"),
        (ColumnType.TEXT, "1990.11.3", "quarter", "1990-Q4"),
        (ColumnType.TEXT, "19900517", "month", "1990-05"),
        (ColumnType.TEXT, "１９９０/05/17", "month", "1990-05"),
        (ColumnType.TEXT, "五月", "year", None),
        (ColumnType.TEXT, "浙江省金华市东阳市六石街道北后周村12号", "town", "浙江省金华市东阳市六石街道"),
        (ColumnType.TEXT, "浙江省金华市东阳市六石街道北后周村12号", "city", "浙江省金华市"),
        (ColumnType.TEXT, "杭州市西湖区文三路90号", "county", "杭州市西湖区"),
        (ColumnType.TEXT, "文三路90号", "town", None),
        (ColumnType.TEXT, "幸福小区3幢402室", "town", None),
        (ColumnType.TEXT, "0区文三路90号", "county", None),
        (ColumnType.INTEGER, 1250, "band:1000", "1000–1999"),
        (ColumnType.INTEGER, -3, "band:10", "-10–-1"),
        (ColumnType.INTEGER, 0, "band:10", "0–9"),
        (ColumnType.NUMBER, 12.7, "band:2.5", "12.5–15"),
        (ColumnType.NUMBER, float("nan"), "band:10", None),
        (ColumnType.TEXT, "1,250", "band:1000", None),
        (ColumnType.NUMBER, 120.12345, "grid:0.01", 120.125),
        (ColumnType.NUMBER, -0.001, "grid:0.1", -0.05),
        (ColumnType.TEXT, "120.12345", "grid:0.01", 120.125),
        (ColumnType.BOOLEAN, True, "", None),
    ],
)
def test_generalised_values_are_coarser(type_: ColumnType, value: object, parameter: str, shown: object) -> None:
    assert acted([value, None], type_, GENERALISE, parameter) == [shown, None]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=20), st.sampled_from([2, 7, 10, 1000]))
def test_a_number_lies_in_its_band(values: list[int], width: int) -> None:
    for value, band in zip(values, acted(values, ColumnType.INTEGER, GENERALISE, f"band:{width}"), strict=True):
        low, high = (int(edge) for edge in str(band).split("–"))
        assert low <= value <= high
        assert high - low + 1 == width


@settings(max_examples=40, deadline=None)
@given(st.lists(signs, min_size=1, max_size=20))
def test_a_generalised_address_is_a_beginning_without_digits(values: list[str]) -> None:
    for level in ("city", "county", "town"):
        for value, shown in zip(values, acted(values, ColumnType.TEXT, GENERALISE, level), strict=True):
            assert shown is None or (value.strip().startswith(str(shown)) and not any(c.isdigit() for c in str(shown)))


def test_counts_below_the_stated_number_are_null() -> None:
    assert acted([0, 4, 5, 100, None], ColumnType.INTEGER, SUPPRESS, "5") == [0, None, 5, 100, None]
    assert acted([0.0, 4.5, 5.0], ColumnType.NUMBER, SUPPRESS, "5") == [0.0, None, 5.0]
    assert acted(["4", "5"], ColumnType.TEXT, SUPPRESS, "5") == [None, None]
