"""`Admitted` is made by the gate alone: every trick that Python offers fails or yields a value that opens nothing."""

import ast
import copy
import pickle
from pathlib import Path

import pytest

from portal.gate import Admitted, judge
from tests.gate.builders import DATA_DIGEST, case

ROOT = Path(__file__).resolve().parents[2]
GATE = ROOT / "portal" / "gate"
WATCHERS = {Path(__file__).resolve(), ROOT / "tests" / "architecture" / "test_doors.py"}  # they name what they look for
ROOMS = ("portal", "harvesters", "tests", "benchmarks", "docker")


def admitted() -> Admitted:
    verdict = judge(case())
    assert isinstance(verdict, Admitted)
    return verdict


def test_nobody_makes_one_without_the_seal() -> None:
    for seal in (None, object(), "seal"):
        with pytest.raises(TypeError, match="Only the gate"):
            Admitted(seal, data_digest="", page_digest="", reasons=(), release=None)


def test_one_that_was_not_made_by_the_gate_gives_no_digest() -> None:
    forged = object.__new__(Admitted)
    for name in ("data_digest", "page_digest", "reasons", "release"):
        with pytest.raises(TypeError, match="not made by the gate"):
            getattr(forged, name)


def test_it_is_neither_copied_nor_pickled() -> None:
    for trick in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="neither copied nor stored"):
            trick(admitted())


def test_it_never_changes() -> None:
    value = admitted()
    for name in ("data_digest", "_data_digest", "anything"):
        with pytest.raises(AttributeError, match="never changes"):
            setattr(value, name, "x")
    with pytest.raises(AttributeError, match="never changes"):
        del value._release
    assert value.data_digest == DATA_DIGEST


def test_it_has_no_heirs() -> None:
    with pytest.raises(TypeError, match="no other kinds"):
        type("Mine", (Admitted,), {})


def offences(tree: ast.AST, names: frozenset[str] = frozenset({"Admitted"})) -> list[int]:
    """Lines that call `Admitted` (under any alias), inherit from it, make it by `__new__`, or touch a seal."""
    aliases = set(names)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            aliases |= {a.asname for a in node.names if a.name in names and a.asname}
        if isinstance(node, ast.Assign) and _last_name(node.value) in aliases:
            aliases |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    lines = []
    for node in ast.walk(tree):
        called = isinstance(node, ast.Call) and (
            _last_name(node.func) in aliases
            or (_last_name(node.func) in {"__new__", "partial"} and any(_last_name(a) in aliases for a in node.args))
        )
        inherited = isinstance(node, ast.ClassDef) and any(_last_name(base) in aliases for base in node.bases)
        if called or inherited or _touches_seal(node):
            lines.append(getattr(node, "lineno", 0))
    return lines


def _last_name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _touches_seal(node: ast.AST) -> bool:
    seals = {"_SEAL", "_sealed_with"}
    if isinstance(node, ast.ImportFrom):
        return any(alias.name in seals for alias in node.names)
    if isinstance(node, ast.Constant):
        return node.value in seals
    return isinstance(node, ast.Name | ast.Attribute) and _last_name(node) in seals


def test_no_file_outside_the_gate_makes_one_or_touches_its_seal() -> None:
    found = []
    for path in sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        if path.is_relative_to(GATE) or path in WATCHERS:
            continue
        found += [f"{path.relative_to(ROOT)}:{line}" for line in offences(ast.parse(path.read_text("utf-8")))]
    assert found == []


def test_inside_the_gate_judging_cutting_and_carrying_make_it() -> None:
    calls = [
        path.name
        for path in GATE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and _last_name(node.func) == "Admitted"
    ]
    assert sorted(calls) == ["carried.py", "judging.py", "judging.py"]


@pytest.mark.parametrize(
    "source",
    [
        "from portal.gate import Admitted\nAdmitted(1)",
        "import portal.gate\nportal.gate.Admitted(1)",
        "from portal.gate import Admitted as A\nA(1)",
        "from portal.gate import Admitted\nB = Admitted\nB(1)",
        "from portal.gate.verdicts import _SEAL",
        "from portal.gate import verdicts\nverdicts._SEAL",
        "getattr(verdicts, '_SEAL')",
        "object.__new__(Admitted)",
        "functools.partial(Admitted, 1)",
        "class Mine(Admitted): ...",
        "object.__setattr__(x, '_sealed_with', 1)",
    ],
)
def test_the_search_finds_every_way_we_could_think_of(source: str) -> None:
    assert offences(ast.parse(source))
