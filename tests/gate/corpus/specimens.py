"""Specimens of tables: every kind in every disguise, and every kind in every density and column type.

A specimen is a delivery that looks like one of a department, with a secret in it, and the traces by which the secret is
recognised in what would be public. The same with an innocent text in place of the secret is its control.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.gate.corpus.bench import Delivery
from tests.gate.corpus.disguises import DISGUISES, Disguise
from tests.gate.corpus.kinds import KINDS, TEXT, Kind, Plant

ROWS = 24
SEED = 20_261_120
_CHORES = ("户外广告设置登记", "临时占道申报", "绿化迁移咨询", "排水接入办理", "树木修剪申请", "路灯报修", "井盖更换")
_REMARKS = ("资料齐全", "需补正", "已答复", "转市政科办理", "电话回访满意", "下次例会讨论", "")


@dataclass(frozen=True)
class Specimen:
    """`traces`: each is a set of texts that betray the secret when all of them are public. `is_in_original`: the
    delivered file has it where its bytes do not show it (compressed), so that offering the file is a miss."""

    name: str
    kind: str
    disguise: str
    place: str
    delivery: Delivery
    traces: tuple[tuple[str, ...], ...]
    is_in_original: bool = False


def seeded(*words: object) -> Random:
    """A generator of its own for each specimen: adding one changes no other."""
    return Random(f"{SEED}/{'/'.join(map(str, words))}")


def clean_row(number: int, rng: Random) -> dict[str, str]:
    """A row about an errand, not about a person."""
    return {
        "序号": str(number),
        "事项名称": _CHORES[number % len(_CHORES)],
        "受理窗口": f"{rng.randrange(1, 30)}号窗口",
        "办件量": str(rng.randrange(20, 900)),
        TEXT: rng.choice(_REMARKS),
    }


def by_disguise() -> Iterator[Specimen]:
    """One hit in a table, for every kind and every disguise that exists for it."""
    for kind in KINDS:
        for disguise in DISGUISES:
            found = disguised(kind, disguise, (seeded(kind.name, "row").randrange(ROWS),))
            if found:
                yield found


def by_density() -> Iterator[Specimen]:
    """Plain values of every kind in one row, the last, some and all of the rows."""
    plain = DISGUISES[0]
    for kind in KINDS:
        for density, rows in (("last row", (ROWS - 1,)), ("some rows", (3, 7, 11, 19)), ("all rows", range(ROWS))):
            found = disguised(kind, plain, tuple(rows), density)
            if found:
                yield found


def disguised(kind: Kind, disguise: Disguise, rows: tuple[int, ...], density: str = "one row") -> Specimen | None:
    """A table with a plant of the kind in each of the rows; None where the disguise does not exist for it."""
    if kind.family not in disguise.families:
        return None
    rng = seeded(kind.name, disguise.name, density)
    table = [clean_row(number, rng) for number in range(1, ROWS + 1)]
    traces: list[tuple[str, ...]] = []
    for row in rows:
        cells = _cells(kind.make(rng), disguise, rng)
        if cells is None:
            return None
        table[row] |= cells[0]
        traces.append(cells[1])
    name = f"{kind.name} | {disguise.name} | {density}"
    return Specimen(name, kind.name, disguise.name, f"cell, {density}", as_table(table), tuple(traces))


def _cells(plant: Plant, disguise: Disguise, rng: Random) -> tuple[dict[str, str], tuple[str, ...]] | None:
    """The cells of one plant, and what betrays it."""
    found = disguise.apply(plant.text, rng)
    if found is None:
        return None
    if isinstance(found, tuple):
        return dict(plant.beside) | {plant.column: found[0], f"{plant.column}续": found[1]}, found
    framed = plant.frame.replace("{}", found)
    return dict(plant.beside) | {plant.column: framed}, (_as_read(found),)


def _as_read(text: str) -> str:
    """What is looked for: without the first and last sign, which a reader may take for blanks, and on one line."""
    return text.strip("'\u202c\u202d \u3000")


def as_table(rows: list[dict[str, str]], **words: Any) -> Delivery:
    """A delivery by rows; columns in the order in which they first occur, absent cells are null."""
    columns = tuple(dict.fromkeys(column for row in rows for column in row))
    return Delivery(columns, tuple(tuple(row.get(column) or None for column in columns) for row in rows), **words)
