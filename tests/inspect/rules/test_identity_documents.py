"""Identity numbers, permits, passports."""

import random
from pathlib import Path

import pytest

from tests.inspect.disguises import identity
from tests.inspect.rules.looking import rules_in, rules_of

SOURCE = random.Random(3)
NUMBER = identity(SOURCE, "110105")


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("identity_number", f"身份证号{NUMBER}"),
        ("identity_number", f"編號{NUMBER[:6]} {NUMBER[6:14]} {NUMBER[14:]}"),
        ("identity_number_15", f"身份证{NUMBER[:6]}{NUMBER[8:17]}"),
        ("identity_number_rounded", "1.10105199003078E+17"),
        ("residence_permit", identity(SOURCE, "810000")),
        ("residence_permit", "外国人永久居留证KOR310075010203"),
        ("regional_identity", "A123456(3)"),
        ("regional_identity", "香港身份证A1234563"),
        ("regional_identity", "A123456789"),
        ("passport", "护照E12345678"),
        ("passport", "台胞證12345678"),
        ("passport", "H12345678"),
        ("passport", "南字第1234567号"),
    ],
)
def test_it_counts(rule: str, text: str) -> None:
    assert rule in rules_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "91110105MA01ABCD5X",
        f"{NUMBER[:17]}{'0' if NUMBER[17] != '0' else '1'}",
        "110105199013321234",
        "A1234567",
        "A123456788",
        "国药准字H20050123",
        "国械注册证号：C20183212",
        "联系电话 010-65123456",
        "E1234567",
    ],
)
def test_it_only_looks_so(text: str) -> None:
    assert rules_in(text) == set()


def test_approvals_of_medicines_under_their_name_are_none_of_persons(tmp_path: Path) -> None:
    codes = [f"{SOURCE.choice('HZS')}20{SOURCE.randrange(10**6):06d}" for _ in range(60)]
    assert rules_of({"批准文号": codes}, tmp_path) == set()
    assert rules_of({"证件": codes}, tmp_path) == {"passport"}
    assert rules_of({"批准文号": ["国药准字" + code for code in codes[:-1]] + ["H12345678"]}, tmp_path) == {"passport"}
