"""Bank cards, vehicle plates, sole traders."""

import random
from pathlib import Path

import pytest

from tests.inspect.disguises import card
from tests.inspect.rules.looking import rules_in, rules_of

CARD = card(random.Random(5))


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("bank_card", f"打款账户：{CARD}"),
        ("bank_card", " ".join(CARD[at : at + 4] for at in range(0, 19, 4))),
        ("vehicle_plate", "京A12345"),
        ("vehicle_plate", "粵B·D12345"),
        ("sole_trader_beside_person", "92360199YX02NJK6PB"),
    ],
)
def test_it_counts(rule: str, text: str) -> None:
    assert rule in rules_in(text)


@pytest.mark.parametrize(
    "text", [CARD[:-1] + str((int(CARD[-1]) + 1) % 10), "91330106MA27XYZ12A", "9787111547426", "京卫医许字12345"]
)
def test_it_only_looks_so(text: str) -> None:
    assert rules_in(text) == set()


def _like_cards(source: random.Random, rows: int, cards: int) -> list[str]:
    return [f"62{source.randrange(10**17):017d}" for _ in range(rows - cards)] + [card(source) for _ in range(cards)]


@pytest.mark.parametrize("seed", range(5))
def test_some_cards_among_numbers_that_begin_like_cards_stand_out(seed: int, tmp_path: Path) -> None:
    assert "bank_card" not in rules_of({"编号": _like_cards(random.Random(seed), 2_000, 0)}, tmp_path)
    assert "bank_card" in rules_of({"编号": _like_cards(random.Random(seed), 2_000, 100)}, tmp_path)


def test_plates_of_a_bus_company_are_noted_only(tmp_path: Path) -> None:
    plates = [f"京A{number:05d}" for number in range(12_345, 12_375)]
    assert rules_of({"线路": ["1路"] * 30, "车牌": plates}, tmp_path) == {"operating_vehicle_plate"}
    assert rules_of({"车主": ["王芳"] * 30, "车牌": plates}, tmp_path) >= {"vehicle_plate"}
