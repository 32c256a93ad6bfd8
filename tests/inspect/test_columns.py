"""Identifiers are judged by column: what chance makes look personal is a serial number."""

import random
import uuid
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from portal.inspect import scan_table
from portal.kernel.findings import Findings
from tests.inspect.disguises import Maker, card, identity, mobile
from tests.inspect.test_disguises import found, scan

SOURCE = random.Random(11)
ROWS = 3000


def permit(source: random.Random) -> str:
    day = date(2016, 1, 1) + timedelta(days=source.randrange(3000))
    return f"110105{day:%Y%m%d}{source.randrange(10**4):04d}"


def registration(source: random.Random) -> str:
    """A business registration number with its check digit (ISO 7064 MOD 11,10)."""
    body = f"110105{source.randrange(10**8):08d}"
    return next(body + last for last in "0123456789" if registered(body + last))


def registered(number: str) -> bool:
    product = 10
    for sign in number[:14]:
        product = (((product + int(sign)) % 10 or 10) * 2) % 11
    return (product + int(number[14])) % 10 == 1


def test_a_sign_before_a_number_hides_nothing(tmp_path: Path) -> None:
    number, phone = next(n for n in map(identity, [SOURCE] * 50) if n.isdigit()), mobile(SOURCE)
    frame = pl.DataFrame({"余额": [-int(number), -1, 5], "差额": [-float(phone), -0.5, 1.5]})
    findings = _file(tmp_path / "t.parquet", frame)
    assert [(f.rule, f.column) for f in findings.findings] == [("identity_number", "余额"), ("mobile_number", "差额")]


def test_permit_numbers_that_carry_their_day_are_serial_numbers(tmp_path: Path) -> None:
    findings = scan({"许可证编号": [permit(SOURCE) for _ in range(ROWS)]}, tmp_path)
    assert [f.rule for f in findings.findings] == ["serial_number"]
    assert 0.05 < findings.findings[0].share < 0.14


def test_an_identity_among_permit_numbers_stands_out_by_its_year(tmp_path: Path) -> None:
    cells = [permit(SOURCE) for _ in range(ROWS)]
    body = "11010119780305002"
    total = sum(int(d) * w for d, w in zip(body, (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    cells[SOURCE.randrange(ROWS)] = body + "10X98765432"[total % 11]
    assert ("identity_number", "编号") in found(scan({"编号": list(cells)}, tmp_path))


@pytest.mark.parametrize(
    "make",
    [
        lambda s: f"{s.randrange(10**17, 10**18)}",
        lambda s: f"{s.randrange(10**10, 10**11)}",
        lambda s: f"{s.randrange(10**14, 10**15)}",
        lambda s: f"{s.randrange(10**15, 10**16)}",
        lambda s: f"62{s.randrange(10**15, 10**16)}",
        registration,
        lambda s: f"91110108{s.randrange(10**9, 10**10)}",
        lambda s: f"2024{s.randrange(1, 13):02d}{s.randrange(1, 29):02d}{s.randrange(24):02d}3000",
        lambda s: f"116.{s.randrange(10**8, 10**16)},39.{s.randrange(10**11, 10**14)}",
        lambda s: "".join(s.choices("0123456789abcdef", k=64)),
        lambda s: str(uuid.UUID(int=s.getrandbits(128), version=4)),
        lambda s: f"69{s.randrange(10**10, 10**11)}",
        lambda s: f"1{s.randrange(60, 80)}{s.randrange(10**10):010d}",
        lambda s: f"0{s.choice(('10', '755', '571'))}{s.randrange(2 * 10**7, 9 * 10**7)}",
        lambda s: f"400-{s.randrange(600, 900)}-{s.randrange(10**4):04d}",
        lambda s: f"138****{s.randrange(10**4):04d}",
        lambda s: f"110105********{s.randrange(10**4):04d}",
        lambda s: f"https://www.example.gov.cn/art/2024/{s.randrange(1, 12)}/1/art_{s.randrange(10**4, 10**6)}.html",
    ],
)
def test_numbers_that_are_not_personal_are_left_alone(make: Maker, tmp_path: Path) -> None:
    source = random.Random(3)
    assert found(scan({"编号": [make(source) for _ in range(ROWS)]}, tmp_path)) == set()


TEXTS = """
商业秘密保护工作|秘密花园小区|机密仪器有限公司|密级：公开|国家机密保护条例|第3号楼201室|先进企业|联系人：区教委
电话 010-65123456 转 8001|10-20-30-40-50-60-70|1 2 3 4 5 6 7 8 9 10 11 12 13|2019-2020-2021-2022-2023
2024年5月1日12时30分|(2024)京0105民初12345号|北京市朝阳区1-2-301|X5 3.0 2979cc|IPv4 192.168.100.200|office@bjchy.gov.cn
ISBN 978-7-111-54742-6|13.800138000123|律师事务所住址（丰台区58号大厦2615室）|175693.90625,142387.71875
"""


@pytest.mark.parametrize("text", TEXTS.strip().replace("\n", "|").split("|"))
def test_texts_that_only_resemble_are_left_alone(text: str, tmp_path: Path) -> None:
    assert found(scan({"备注": [text]}, tmp_path)) == set()


def test_old_identities_among_registration_numbers_stand_out(tmp_path: Path) -> None:
    cells = [registration(SOURCE) for _ in range(ROWS)]
    cells[17] = next(n for n in (f"11010549123100{d}" for d in range(10)) if not registered(n))
    assert found(scan({"注册号": list(cells)}, tmp_path)) == {("identity_number_15", "注册号")}


def test_one_mobile_among_order_numbers_stands_out(tmp_path: Path) -> None:
    cells = [f"2024{SOURCE.randrange(10**7):07d}" for _ in range(ROWS)]
    cells[-1] = mobile(SOURCE)
    assert found(scan({"单号": list(cells)}, tmp_path)) == {("mobile_number", "单号")}


def test_a_few_mobiles_among_landlines_without_hyphen_are_found(tmp_path: Path) -> None:
    cells = [mobile(SOURCE) if i % 10 == 0 else f"010{SOURCE.randrange(6 * 10**7, 7 * 10**7)}" for i in range(ROWS)]
    assert found(scan({"电话": list(cells)}, tmp_path)) == {("mobile_number", "电话")}


def test_numbers_stored_as_numbers_are_scanned(tmp_path: Path) -> None:
    whole = "110105197803050020"
    frame = pl.DataFrame(
        {
            "手": [1, 2, int(mobile(SOURCE))],
            "证": [float(identity(SOURCE).replace("X", "0")), None, 3.5],
            "卡": pl.Series([None, None, int(card(SOURCE, 18))], dtype=pl.UInt64),
            "小数": pl.Series(["1.5", None, f"{whole}.00"]).cast(pl.Decimal(38, 2)),
            "面积": [1e12 + 0.5, 20.25, 10_000_000_000.0],
        }
    )
    rules = found(scan(frame, tmp_path))
    assert {("mobile_number", "手"), ("identity_number_rounded", "证"), ("bank_card", "卡")} <= rules
    assert not any(column == "面积" for _, column in rules)


def test_a_name_beside_a_landline_counts_by_row(tmp_path: Path) -> None:
    beside: dict[str, list[str | None]] = {
        "姓名": ["张三", None, "值班室"],
        "电话": ["010-65123456", "010-65123457", "65123458"],
    }
    findings = scan(beside, tmp_path)
    assert [(f.rule, f.column, f.count) for f in findings.findings] == [("name_beside_phone", "电话", 1)]
    apart: dict[str, list[str | None]] = {"姓名": ["张三", None], "电话": [None, "010-65123457"]}
    assert found(scan(apart, tmp_path)) == set()
    assert found(scan({"单位": ["区教委"], "电话": ["010-65123456"]}, tmp_path)) == set()


def test_a_flat_is_a_home_only_beside_a_person_and_without_organisations(tmp_path: Path) -> None:
    flat = "幸福路3号院2号楼1单元501室"
    assert found(scan({"姓名": ["张三"], "地址": [flat]}, tmp_path)) == {("home_address", "地址")}
    assert found(scan({"法定代表人": ["张三"], "企业名称": ["某公司"], "地址": [flat]}, tmp_path)) == set()


def test_column_names_are_read_like_cells(tmp_path: Path) -> None:
    number = mobile(SOURCE)
    findings = scan({number: ["a"]}, tmp_path)
    assert [(f.rule, f.place) for f in findings.findings] == [("mobile_number", "column name")]


def test_findings_never_hold_a_value(tmp_path: Path) -> None:
    number = identity(SOURCE)
    assert number not in repr(scan({"备注": [f"证号{number}"]}, tmp_path))


def _file(path: Path, frame: pl.DataFrame) -> Findings:
    frame.write_parquet(path)
    return scan_table(path, digest="d")


def test_a_mobile_number_split_over_two_columns_is_found_in_a_single_row(tmp_path: Path) -> None:
    assert ("mobile_number", "乙") in found(scan({"甲": ["138"], "乙": ["00138000"]}, tmp_path))


def test_a_number_beside_a_day_is_no_mobile_number(tmp_path: Path) -> None:
    frame = pl.DataFrame({"数量": ["150"], "日期": [date(2024, 1, 1)]})
    assert found(scan(frame, tmp_path)) == set()


def test_what_cannot_be_read_gives_findings_that_are_not_complete(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    assert not scan_table(tmp_path / "absent.parquet", digest="d").is_complete
    assert _file(path, pl.DataFrame({"a": ["x"] * 9000})).is_complete
    path.write_bytes(path.read_bytes()[:40])
    assert not scan_table(path, digest="d").is_complete
    assert not _file(path, pl.DataFrame({"a": [[1, 2]]})).is_complete
    assert not _file(path, pl.DataFrame({"a": [b"x"]})).is_complete


def test_every_row_is_counted_also_where_there_is_nothing_to_scan(tmp_path: Path) -> None:
    days = _file(tmp_path / "d.parquet", pl.DataFrame({"日": [date(2024, 1, 1)] * 5000}))
    assert (days.rows_scanned, days.rows_present, days.findings) == (5000, 5000, ())
    none = _file(tmp_path / "n.parquet", pl.DataFrame({"名": pl.Series([], dtype=pl.String)}))
    assert (none.rows_scanned, none.rows_present, none.is_complete) == (0, 0, True)


def test_a_damaged_page_in_the_middle_is_not_complete(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    frame = pl.DataFrame({"a": [f"{i}-{SOURCE.random()}" for i in range(50_000)]})
    frame.write_parquet(path, row_group_size=5_000)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 4000] = bytes(4000)
    path.write_bytes(bytes(content))
    findings = scan_table(path, digest="d")
    assert not findings.is_complete or findings.rows_scanned != findings.rows_present
