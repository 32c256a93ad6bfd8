"""The real files of a city's portal, from bytes to verdict: precision is measured where departments publish."""

import json
from pathlib import Path

import pytest

from portal.gate import (
    Case,
    DeclaredLabels,
    JudgedPart,
    Signature,
    ValueMapping,
    Verdict,
    declare,
    judge,
    plan_columns,
    revise_plan,
)
from portal.inspect import scan_table, scan_texts
from portal.kernel.declaration import Declaration
from portal.kernel.vocab import PartKind
from portal.readers import TableReading, read_file
from portal.tables import project

pytestmark = [pytest.mark.shared, pytest.mark.slow]

MAPPING = Path(__file__).parents[1] / "harvesters" / "mappings" / "beijing.json"


def declaration(**changes: object) -> Declaration:
    document = json.loads(MAPPING.read_text("utf-8")) | changes
    signature = Signature("李审核", "2024-05-01T08:00:00Z", ValueMapping.parse(document).digest)
    return declare(
        ValueMapping.parse(document, signature), DeclaredLabels(open_label="无条件开放", grade_label="一般数据")
    )


def judge_table(declared: Declaration, table: TableReading, target: Path) -> JudgedPart:
    plan = plan_columns(declared, tuple(column.name for column in table.columns))
    projection = project(table.path, table.columns, plan.rules, target, absent=plan.absent)
    findings = scan_table(projection.path, digest=projection.sha256)
    revised = revise_plan(declared, plan, findings)
    if revised:
        plan = revised
        projection = project(table.path, table.columns, plan.rules, target, absent=plan.absent)
        findings = scan_table(projection.path, digest=projection.sha256)
    return JudgedPart(table.key, PartKind.TABLE, projection.sha256, plan.rules, findings)


def verdict_on(declared: Declaration, path: Path, folder: Path) -> Verdict:
    folder.mkdir()
    reading = read_file(path, file_name=path.name, work_dir=folder)
    parts = tuple(judge_table(declared, table, folder / f"{i}.parquet") for i, table in enumerate(reading.tables))
    page = scan_texts({"title": path.stem, "file name": path.name}, digest="p")
    return judge(Case("d", "p", declared, parts, page))


def test_without_the_order_to_drop_the_files_with_identity_columns_wait(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / "files" / "beijing_dev" / "市文化执法总队-违反中华人民共和国著作权法处罚数据.csv"
    verdict = verdict_on(declaration(drop_sensitive_columns=False), path, tmp_path / "one")
    held = {(r.code, r.subject) for r in verdict.reasons if r.severity == "hold"}
    assert ("column_sensitive_name", "证件号码") in held
    assert ("found_identity_number_rounded", "证件号码") in held
