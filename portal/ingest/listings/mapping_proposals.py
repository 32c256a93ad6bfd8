"""The labels that a source used, what the signed mapping makes of them, and a document to complete and sign.

A proposal is a draft for a person: only words that mean one thing wherever they are used are filled in; numbers and
anything else stay blank, and a document with a blank cannot be signed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from portal.gate import ValueMapping
from portal.gate.mapping import DEFAULTS, folded
from portal.ingest.listings.label_sets import COLUMNS, DESCRIBING, OF_RESOURCES
from portal.ingest.models import SourceLabels
from portal.ingest.offline import parsed_mapping
from portal.ingest.sources import get_source

NOTE: Final = (
    "UNSIGNED PROPOSAL: check every line against what the department means, fill in what is blank, then sign. "
    "A blank default is for what every record says of itself."
)
_YES = ("是", "√", "y", "yes", "true", "无条件开放", "完全开放", "普遍开放")
_NO = ("否", "×", "n", "no", "false", "不予开放", "不开放", "禁止开放")
_WELL_KNOWN: Final[Mapping[str, Mapping[str, Any]]] = {
    "open_label": dict.fromkeys(_YES, "unconditional")
    | dict.fromkeys(_NO, "closed")
    | dict.fromkeys(("有条件开放", "依申请开放", "受限开放"), "conditional"),
    "share_label": {
        "无条件共享": "shared", "普遍共享": "shared", "有条件共享": "conditional", "授权共享": "conditional",
        "不予共享": "not_shared", "不共享": "not_shared", "非共享": "not_shared",
    },
    "secret_label": dict.fromkeys(("是", "√", "涉密", "秘密", "机密", "绝密"), True)
    | dict.fromkeys(("否", "×", "非涉密", "不涉密", "非密"), False),
    "grade_label": {
        "一般数据": "general", "一般": "general", "重要数据": "important", "重要": "important", "核心数据": "core",
        "核心": "core",
    },
    "level_label": {
        "本级": "own", "区级": "own", "县级": "own", "上级": "higher", "市级": "higher", "省级": "higher", "国家级": "higher",
    },
    "update_cycle_label": {
        "实时": "realtime", "每日": "daily", "每天": "daily", "每周": "weekly", "每月": "monthly", "每季度": "quarterly",
        "每季": "quarterly", "每半年": "half_yearly", "半年": "half_yearly", "每年": "yearly", "不定期": "irregular",
        "不更新": "never", "一次性": "never",
        # ISO 8601 intervals of DCAT-US, and codes of the EU's frequency authority (DCAT-AP)
        "r/pt1s": "realtime", "r/p1d": "daily", "r/p1w": "weekly", "r/p7d": "weekly", "r/p1m": "monthly", "r/p3m": "quarterly",
        "r/p6m": "half_yearly", "r/p1y": "yearly", "cont": "realtime", "update_cont": "realtime", "daily": "daily",
        "weekly": "weekly", "monthly": "monthly", "quarterly": "quarterly", "annual_2": "half_yearly", "annual": "yearly",
        "irreg": "irregular", "irregular": "irregular", "never": "never",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SeenLabel:
    """One label of one field. `meaning` "": the mapping has none; `is_deciding`: without one it holds the source."""

    field: str
    label: str
    count: int
    meaning: str
    is_deciding: bool


@dataclass(frozen=True, slots=True)
class SeenLabels:
    """The labels of a source's last listing. `unknown`: deciding ones that the mapping of that run did not know."""

    source_name: str
    run_id: str
    seen_at: datetime
    signed_by: str
    labels: tuple[SeenLabel, ...]
    proposal: Mapping[str, Any]


def find_seen_labels(session: Session, source_name: str) -> SeenLabels | None:
    """What the last listing used, against the mapping in force now; None before the first run. Raises SourceUnknown."""
    source = get_source(session, source_name)
    row = session.get(SourceLabels, source_name)
    if row is None:
        return None
    mapping = parsed_mapping(source.mapping)
    labels = tuple(
        _seen(mapping, name, label, int(count))
        for name in sorted(row.labels, key=_order)
        for label, count in sorted(row.labels[name].items(), key=lambda item: (-item[1], item[0]))
    )
    proposal = propose(source.mapping.labels, row.labels)
    return SeenLabels(source_name, row.run_id, row.seen_at, mapping.signed_by or "", labels, proposal)


def propose(signed: Mapping[str, Any], seen: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    """The signed document with a line for every label and a default for every duty that it lacks: the meaning where the
    word has but one, else blank."""
    fields: dict[str, dict[str, Any]] = {name: dict(table) for name, table in signed.get("fields", {}).items()}
    for name, labels in seen.items():
        plain = name.removeprefix(COLUMNS)
        table = fields.setdefault(plain, {})
        known = {folded(label) for label in table}
        for label in sorted(labels):
            # Without a grade nothing is published: a source that never states one needs a line for that as well.
            is_meant = name == "grade_label" or (name in OF_RESOURCES and bool(known or len(labels) > 1))
            is_said = bool(label) or is_meant
            if is_said and folded(label) not in known:
                table[label] = _WELL_KNOWN.get(plain, {}).get(folded(label), "")
                known.add(folded(label))
    filled = {name: table for name, table in fields.items() if table}
    defaults = dict.fromkeys(DEFAULTS, "") | dict(signed.get("defaults", {}))
    return {"columns_follow_resource": False, **signed, "note": NOTE, "fields": filled, "defaults": defaults}


def _seen(mapping: ValueMapping, name: str, label: str, count: int) -> SeenLabel:
    plain = name.removeprefix(COLUMNS)
    meaning = mapping.meaning(plain, label) or ""
    return SeenLabel(name, label, count, meaning, is_deciding=plain not in DESCRIBING)


def _order(name: str) -> tuple[int, str]:
    plain = name.removeprefix(COLUMNS)
    names = (*OF_RESOURCES, *DESCRIBING)
    return (names.index(plain) if plain in names else len(names), name)
