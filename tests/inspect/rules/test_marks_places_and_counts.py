"""Secrecy marks, protected positions, small counts."""

from pathlib import Path

import pytest

from tests.inspect.rules.looking import rules_in, rules_of


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("secrecy_mark", "秘密★5年"),
        ("secrecy_mark", "機密"),
        ("secrecy_mark", "内部资料 注意保存"),
        ("protected_position", "公安监控摄像头7号，坐标123.123456,31.123456"),
        ("protected_position", "公安監控攝像頭7號，坐標123.123456,31.123456"),
    ],
)
def test_it_counts(rule: str, text: str) -> None:
    assert rule in rules_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "商业秘密保护",
        "密级：公开",
        "国家保密局",
        "监控系统维护服务",
        "电子警察，坐标123.123456,31.123456",
        "公园，坐标123.123456,31.123456",
    ],
)
def test_it_only_looks_so(text: str) -> None:
    assert rules_in(text) == set()


def test_a_few_people_in_a_village_are_counted_as_those_people(tmp_path: Path) -> None:
    villages = ["上河村", "东沟村", "新民村"]
    assert rules_of({"行政村": villages, "艾滋病病例数": [1, 2, 0]}, tmp_path) == {"small_sensitive_count"}
    assert rules_of({"行政村": villages, "艾滋病病例数": [15, 22, 30]}, tmp_path) == set()
    assert rules_of({"行政村": villages, "医疗机构数": [1, 2, 0]}, tmp_path) == set()
