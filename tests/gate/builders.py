"""Valid questions to the gate; override by name."""

from dataclasses import replace

from portal.gate import Case, JudgedPart, Signature, ValueMapping
from portal.gate.declaring import ColumnLabels, DeclaredLabels
from portal.kernel.columns import ColumnRule
from portal.kernel.declaration import Declaration, DeclaredColumn
from portal.kernel.findings import Finding, Findings
from portal.kernel.vocab import ColumnAction, DataClass, Openness, PartKind

MAPPING: dict[str, object] = {
    "fields": {
        "open_label": {"无条件开放": "unconditional", "有条件开放": "conditional", "不予开放": "closed"},
        "share_label": {"无条件共享": "shared", "有条件共享": "conditional", "不予共享": "not_shared"},
        "secret_label": {"0": False, "1": True, "": False},
        "grade_label": {"一般": "general", "重要": "important", "核心": "core"},
        "level_label": {"本级": "own", "市级": "higher", "": "own"},
        "update_cycle_label": {"每日": "daily"},
        "theme_labels": {"教育科技": "education"},
        "licence_label": {"1": "Open Government Licence"},
    },
    "defaults": {"basis": "条例第十条"},
}

DATA_DIGEST = "d" * 64
PAGE_DIGEST = "e" * 64


def mapping(**changes: object) -> ValueMapping:
    """A mapping that its reviewer signed."""
    document = {**MAPPING, **changes}
    unsigned = ValueMapping.parse(document)
    return ValueMapping.parse(document, Signature("李审核", "2024-05-01T08:00:00Z", unsigned.digest))


def labels(**changes: object) -> DeclaredLabels:
    """What a department says about an open resource of two open columns."""
    valid = DeclaredLabels(
        open_label="无条件开放",
        share_label="无条件共享",
        secret_label="0",
        grade_label="一般",
        class_label="公共服务",
        level_label="本级",
        owner="区教委",
        approver="王主任",
        columns=(
            ColumnLabels("xxmc", "学校名称", open_label="无条件开放"),
            ColumnLabels("dz", "地址", open_label="无条件开放"),
        ),
    )
    return replace(valid, **changes)  # type: ignore[arg-type]


def declaration(**changes: object) -> Declaration:
    """The declaration of an open resource with nothing missing."""
    valid = Declaration(
        openness=Openness.UNCONDITIONAL,
        columns=(
            DeclaredColumn("学校名称", openness=Openness.UNCONDITIONAL),
            DeclaredColumn("地址", openness=Openness.UNCONDITIONAL),
        ),
        grade=DataClass.GENERAL,
        basis="条例第十条",
        owner="区教委",
        approver="王主任",
        mapping_signed_by="李审核",
        data_class="公共服务",
    )
    return replace(valid, **changes)  # type: ignore[arg-type]


def findings(*found: Finding, **changes: object) -> Findings:
    """Findings about all three rows of the two columns."""
    valid = Findings(DATA_DIGEST, "1", 3, 3, ("学校名称", "地址"), found)
    return replace(valid, **changes)  # type: ignore[arg-type]


def page_findings(*found: Finding, **changes: object) -> Findings:
    """Findings about the page's texts."""
    return replace(Findings(PAGE_DIGEST, "1", 2, 2, (), found), **changes)  # type: ignore[arg-type]


def part(**changes: object) -> JudgedPart:
    """A table of two published columns."""
    rules = tuple(ColumnRule(name, ColumnAction.PUBLISH, "column_open") for name in ("学校名称", "地址"))
    valid = JudgedPart("schools", PartKind.TABLE, DATA_DIGEST, rules, findings())
    return replace(valid, **changes)  # type: ignore[arg-type]


def case(**changes: object) -> Case:
    """A case that is admitted."""
    valid = Case(DATA_DIGEST, PAGE_DIGEST, declaration(), (part(),), page_findings())
    return replace(valid, **changes)  # type: ignore[arg-type]
