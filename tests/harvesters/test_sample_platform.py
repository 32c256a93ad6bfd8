"""The sample platform keeps its own promises: a program of its own, deterministic, with its hazards where it says."""

import ast
import json
import subprocess
import sys
import urllib.request
from collections import Counter
from itertools import islice
from pathlib import Path

import pytest

from portal.gate import ValueMapping
from tests.sample_platform.catalogue import Catalogue
from tests.sample_platform.content import all_resources
from tests.sample_platform.content.traffic import flow_rows
from tests.sample_platform.hazards import HAZARDOUS_IDS, HAZARDS
from tests.sample_platform.shapes import Resource
from tests.sample_platform.values import credit_code, identity_number

FOLDER = Path(__file__).parents[1] / "sample_platform"


@pytest.fixture(scope="module")
def resources() -> tuple[Resource, ...]:
    return all_resources(big_rows=1_000_000)


def test_it_is_as_rich_as_a_district(resources: tuple[Resource, ...]) -> None:
    departments = Counter(resource.department.code for resource in resources)
    clean = [resource for resource in resources if resource.id not in HAZARDOUS_IDS]
    assert len(departments) == 18
    assert (len(resources), len(clean)) == (93, 75)
    assert max(resource.rows for resource in resources) == 1_000_000
    assert len({resource.id for resource in resources}) == len(resources)
    assert sum(bool(resource.name_en) for resource in clean) * 2 > len(clean)
    assert {"csv-gbk", "csv-utf8", "xlsx", "pdf", "txt"} == {file.kind for r in resources for file in r.files}


def test_every_hazard_is_in_the_catalogue(resources: tuple[Resource, ...]) -> None:
    by_id = {resource.id: resource for resource in resources}
    for hazard in HAZARDS:
        assert set(hazard.columns) <= {column.name for column in by_id[hazard.resource_id].columns}


def test_the_largest_table_is_quick_and_slow_alike(resources: tuple[Resource, ...]) -> None:
    catalogue = Catalogue(resources)
    for start in (0, 5000, 999_990):
        stop = min(start + 40, 1_000_000)
        assert json.loads(flow_rows(start, stop, 0)) == list(catalogue.rows("JTJ-0001", start, stop))


def test_rows_are_the_same_in_every_run(resources: tuple[Resource, ...]) -> None:
    again = Catalogue(all_resources(big_rows=1_000_000))
    first = Catalogue(resources)
    for resource in resources:
        rows = min(resource.rows, 30)
        assert list(first.rows(resource.id, 0, rows)) == list(again.rows(resource.id, 0, rows))
        assert first.entry(resource.id) == again.entry(resource.id)


def test_made_up_numbers_are_valid_and_of_no_real_place() -> None:
    for number in (identity_number(3)(i) for i in range(200)):
        weights = [2 ** (17 - place) % 11 for place in range(18)]
        digits = [10 if sign == "X" else int(sign) for sign in number]
        assert sum(d * w for d, w in zip(digits, weights, strict=True)) % 11 == 1
        assert number.startswith("349901")
    assert all(str(credit_code(3)(i)).startswith("91999999MA") for i in range(200))


def test_the_mapping_is_one_that_the_gate_reads_and_knows_every_label(resources: tuple[Resource, ...]) -> None:
    mapping = ValueMapping.parse(json.loads((FOLDER / "mapping.json").read_text("utf-8")))
    for resource in resources:
        assert mapping.theme(resource.theme)
        assert mapping.meaning("update_cycle_label", resource.cycle)
        assert mapping.meaning("grade_label", resource.grade)
        assert mapping.meaning("level_label", resource.level)


def test_it_imports_the_standard_library_a_cipher_and_itself_alone() -> None:
    for path in FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                modules = [name.name for name in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                modules = [node.module or ""]
            else:
                continue
            for module in modules:
                root = module.partition(".")[0]
                is_known = root in {*sys.stdlib_module_names, "cryptography"}
                assert is_known or module.startswith("tests.sample_platform"), (path, module)


@pytest.mark.parametrize("way", ["module", "script"])
def test_it_runs_as_a_program_and_prints_its_address_first(way: str, tmp_path: Path) -> None:
    command = ["-m", "tests.sample_platform"] if way == "module" else ["-I", str(FOLDER)]
    where = FOLDER.parents[1] if way == "module" else tmp_path
    program = subprocess.Popen(
        [sys.executable, *command, "--port", "0", "--resources", "120", "--no-tables"],
        cwd=where, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert program.stdout
        address, count = (line.strip() for line in islice(program.stdout, 2))
        with urllib.request.urlopen(f"{address}/_control/resources") as answer:
            assert len(json.load(answer)["ids"]) == 120
        assert count.startswith("120 resources of sample data")
    finally:
        program.terminate()
        program.communicate(timeout=20)
    assert program.returncode == 0


def test_a_taken_port_gets_a_sentence() -> None:
    first = subprocess.Popen(
        [sys.executable, "-m", "tests.sample_platform", "--resources", "1"],
        cwd=FOLDER.parents[1], stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert first.stdout
        port = first.stdout.readline().strip().rpartition(":")[2]
        second = subprocess.run(
            [sys.executable, "-m", "tests.sample_platform", "--resources", "1", "--port", port],
            cwd=FOLDER.parents[1], capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert second.returncode == 1
        assert second.stderr.startswith(f"Port {port} cannot be used")
    finally:
        first.terminate()
        first.communicate(timeout=20)
