"""Mobile numbers, those abroad, landlines beside a name, mail addresses."""

import random
from pathlib import Path

import pytest

from tests.inspect.disguises import mobile
from tests.inspect.rules.looking import rules_in, rules_of


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("mobile_number", "電話13812345678"),
        ("mobile_number", "138a1234a5678"),
        ("mobile_number_abroad", "+852 6123 4567"),
        ("name_beside_phone", "聯絡人：張三 010-65123456"),
        ("email_address", "wang12@qq.com"),
    ],
)
def test_it_counts(rule: str, text: str) -> None:
    assert rule in rules_in(text)


@pytest.mark.parametrize(
    "text", ["138****5678", "010-65123456", "400-820-8820", "12812345678", "12345", "a@b", "传真 0571-87654321"]
)
def test_it_only_looks_so(text: str) -> None:
    assert rules_in(text) == set()


def _eleven(source: random.Random, rows: int, mobiles: int) -> list[str]:
    cells = [f"{source.randrange(10**10, 10**11)}" for _ in range(rows - mobiles)]
    return cells + [mobile(source) for _ in range(mobiles)]


@pytest.mark.parametrize("seed", range(5))
def test_some_mobiles_among_random_numbers_of_eleven_digits_stand_out(seed: int, tmp_path: Path) -> None:
    assert "mobile_number" not in rules_of({"编号": _eleven(random.Random(seed), 2_000, 0)}, tmp_path)
    assert "mobile_number" in rules_of({"编号": _eleven(random.Random(seed), 2_000, 100)}, tmp_path)
