"""Homes, births, masked numbers beside names; patients, minors, recipients of welfare."""

from pathlib import Path

import pytest

from tests.inspect.rules.looking import rules_in, rules_of


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("home_address", "家住建设路12号3号楼2单元301室"),
        ("home_address", "住址：柳河鄉石橋村三組5號"),
        ("name_beside_birth", "张伟，1978年3月5日出生"),
        ("name_beside_birth", "張偉，1978年3月5日出生"),
        ("name_beside_masked_identity", "张伟，110105198****"),
        ("name_beside_masked_identity", "张伟，110105198503    12"),
        ("name_beside_masked_identity", "张伟，138____5678"),
        ("vulnerable_person", "张伟，患尿毒症"),
        ("vulnerable_person", "張偉，殘疾人"),
        ("vulnerable_person", "低保户名单"),
    ],
)
def test_it_counts(rule: str, text: str) -> None:
    assert rule in rules_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "建设路12号3号楼201室",
        "公司成立于1978年3月5日",
        "残疾人联合会",
        "殘疾人聯合會",
        "未成年人保护条例",
        "高一学生奖学金政策",
        "110105198503    12",
    ],
)
def test_it_only_looks_so(text: str) -> None:
    assert rules_in(text) == set()


@pytest.mark.parametrize(
    ("rule", "column", "cell"),
    [
        ("name_beside_birth", "備註", "生於1970/03/25"),
        ("home_address", "備註", "柳河鄉新民村老灣8號"),
        ("vulnerable_person", "備註", "尿毒症"),
        ("name_beside_masked_identity", "編號", "11010519850307****"),
        ("name_beside_phone", "聯絡電話", "65123456"),
    ],
)
def test_beside_a_name_in_its_row(rule: str, column: str, cell: str, tmp_path: Path) -> None:
    assert rule in rules_of({"姓名": ["蔡然", "王芳"], column: [cell, "無"]}, tmp_path)
    assert rule not in rules_of({"單位": ["區圖書館", "區檔案館"], column: [cell, "無"]}, tmp_path)
