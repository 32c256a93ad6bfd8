"""What is told by words stays told when the words are broken, encoded or stand beside a name; its look-alikes stay quiet."""

from pathlib import Path

import polars as pl
import pytest

from portal.inspect import scan_table, scan_texts

HOLDS = (
    ("vulnerable_person", "张三丰，患乙型肝炎"),
    ("vulnerable_person", "薛 勇 雪 ， 留 守 儿 童"),
    ("vulnerable_person", "邓雪（特\n困供养人员）"),
    ("name_beside_birth", "吕平雨，19401129出生"),
    ("name_beside_birth", "郭 军 ， 1 9 6 0 - 1 1 - 1 7 出 生"),
    ("home_address", "陈明芳，阳光花园15幢717室"),
    ("passport", "护照E 0 5 4 8 5 0 9 8"),
    ("passport", "护照号码：E088*2283*0"),
    ("passport", "通行证号码：NoW01398195ok"),
    ("passport", "POCHNOUYANG<<CESHI<<<<<<<<<<<<<<<<<<<<<<<<<<\nEJ66502482CHN5705067M3108158<<<<<<<<<<<<<<<4"),
    ("residence_permit", "KOR4 3994 3081 460"),
    ("email_address", "w.c*esh*i32*4@e*xam*ple*.co*m"),
    ("identity_number_15", "身份证3401-9934-0315-632"),
    ("identity_number_15", "身份证3.50199590408821E+14"),
    ("bank_card", "打款账户：6.21797000074575E+18"),
    ("vehicle_plate", "违停车辆川B六J三九四"),
    ("vehicle_plate", "车牌川BF①⓪⑥③③"),
    ("secrecy_mark", "'秘密级"),
    ("sole_trader_beside_person", "统一社会信用代码9236-0199-YX02-NJK6-PB"),
    ("name_beside_masked_identity", "程敏，186****6312"),
)
QUIET = (
    "分管残疾人工作",
    "高新区，未成年人救助保护中心",
    "涉密信息系统集成资质审批",
    "编号 C 2024 0012",
    "联系 jyj1@example.gov.cn 咨询 @ 窗口",
)


@pytest.mark.parametrize(("rule", "text"), HOLDS)
def test_a_broken_text_is_read_in_one_piece(rule: str, text: str) -> None:
    assert rule in {finding.rule for finding in scan_texts({"title": text}, digest="d").findings}


@pytest.mark.parametrize("text", QUIET)
def test_look_alikes_are_quiet(text: str) -> None:
    assert scan_texts({"title": text}, digest="d").findings == ()


@pytest.mark.parametrize(
    ("rule", "cell"),
    [
        ("vulnerable_person", "&#33406;&#28363;&#30149;"),
        ("vulnerable_person", "5oWi5oCn6IK+6KGw56ut"),
        ("name_beside_birth", "生于\u202d19\u200e66\u200e.1\u200e1.\u200e23\u202c"),
        ("name_beside_masked_identity", "1 7 6 * * * * 3 9 8 2"),
        ("home_address", "建设路\u300021号\u30002号楼\u30002单元\u3000158\u30005"),
    ],
)
def test_beside_a_name_a_disguise_is_seen_through(rule: str, cell: str, tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pl.DataFrame({"姓名": ["欧阳伟", "王芳"], "备注": [cell, "资料齐全"]}).write_parquet(path)
    assert (rule, "备注") in {(f.rule, f.column) for f in scan_table(path, digest="d").findings}


def test_a_column_and_its_continuation_are_read_as_one(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pl.DataFrame({"备注": ["KOR35999412", "资料齐全"], "备注续": ["2211", None]}).write_parquet(path)
    assert ("residence_permit", "备注") in {(f.rule, f.column) for f in scan_table(path, digest="d").findings}


def test_a_rounded_identity_stands_out_from_codes_with_letters(tmp_path: Path) -> None:
    """Letters that look like digits make 18 digits of codes; a date of birth and three zeros are none of their kind."""
    path = tmp_path / "t.parquet"
    codes = [f"9111010{number * 104_729 % 10**9:09d}B{number % 10}" for number in range(300)]
    pl.DataFrame({"编码": [*codes, "117949200605048000"]}).write_parquet(path)
    found = {(f.rule, f.column) for f in scan_table(path, digest="d").findings}
    assert ("identity_number_rounded", "编码") in found
