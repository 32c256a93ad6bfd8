"""The corpus's own arithmetic, against the examples that the standards print."""

import csv
from pathlib import Path
from random import Random

import pytest

from tests.gate.corpus import values


@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014"])
def test_identity_check_digit_is_that_of_the_standards_examples(number: str) -> None:
    assert values.check_11_2(number[:17]) == number[17]


def test_credit_code_check_sign_is_that_of_the_standards_example() -> None:
    assert values.check_credit("91350100M000100Y4") == "3"


def test_card_check_digit_is_that_of_the_standards_example() -> None:
    assert values.check_luhn("1789372997") == "4"


def test_machine_readable_zone_has_two_lines_of_44_signs_and_the_check_of_the_published_specimen() -> None:
    assert values._check_731("L898902C3") == "6"
    assert [len(line) for line in values.machine_readable_zone(Random(1)).split("\n")] == [44, 44]


def test_values_are_the_same_for_the_same_seed() -> None:
    assert [values.identity(Random(5)) for _ in range(2)] == [values.identity(Random(5))] * 2


def test_no_area_of_the_corpus_is_assigned_to_anybody(shared_data: Path) -> None:
    assigned: set[str] = set()
    for path in (shared_data / "files" / "cn_admin_divisions").rglob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            assigned |= {cell[:6] for row in csv.reader(file) for cell in row if cell.isdigit() and len(cell) >= 6}
    assert len(assigned) > 1_000
    assert not {f"{province}0199" for province in values.PROVINCES} & assigned
