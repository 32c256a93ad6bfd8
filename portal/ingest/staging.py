"""What was made of one part of a record, ready to be judged and published, with its JSON form.

A staged part outlives the run: it lets a corrected title be published without fetching rows again, a new gate version
judge again what is live, and a reviewer release what was held, each from the digests kept here and the bytes in the
store or the quarantine. The database keeps it without the preview, which is rows; whole it lies in the quarantine alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from harvesters.records import LinkPart, Part
from portal.catalogue.serialised import dump_row_ends, load_row_ends
from portal.gate import Reason
from portal.ingest.errors import PartUnusable
from portal.ingest.record_json import part_to_json
from portal.kernel.columns import Column, ColumnRule, TableSchema
from portal.kernel.declaration import RowEnds
from portal.kernel.digests import value_digest
from portal.kernel.findings import Finding, Findings
from portal.kernel.masking import masked
from portal.kernel.vocab import ColumnAction, PartKind
from portal.tables.profiles import TableProfile, profile_from_json, profile_to_json
from portal.tables.serial import column_from_json, schema_from_json, schema_to_json


@dataclass(frozen=True, slots=True)
class StagedPart:
    """One distribution to be. `part_key` is the source's key of the delivery it came from, `sheet` the table in it.

    `sha256` is of what would be published (projected Parquet, or the file itself), `table_sha256` of the typed table
    before projection and `delivered_sha256` of the delivered file; both lie in the quarantine. `planned` are the rules
    before findings revised them. `is_withheld`: a table of which no column may be public; nothing of it is published.
    `row_ends`, `next_end_on`: the column that ends rows, and the next day on which one ends; `row_reasons` what was wrong
    with it. `rows_withdrawn`: how many withdrawals of rows the table was cut by. `original_sha256`: of the delivered file
    where it may be published beside the table.
    `header`: where it is and whether that is certain (`preparing.reading_plans`); empty: the names came with the rows.
    """

    part_key: str
    part_digest: str
    slug: str
    kind: PartKind
    format: str
    media_type: str
    sheet: str = ""
    delivered: tuple[Column, ...] = ()
    planned: tuple[ColumnRule, ...] = ()
    rules: tuple[ColumnRule, ...] = ()
    schema: TableSchema | None = None
    preview: tuple[tuple[Any, ...], ...] = ()
    row_count: int | None = None
    size_bytes: int | None = None
    sha256: str | None = None
    table_sha256: str | None = None
    delivered_sha256: str | None = None
    original_sha256: str | None = None
    original_format: str = ""
    original_size_bytes: int | None = None
    original_media_type: str = ""
    may_offer_original: bool = False
    quality: Mapping[str, Any] = field(default_factory=dict)
    header: Mapping[str, Any] = field(default_factory=dict)
    plan_reasons: tuple[Reason, ...] = ()
    findings: Findings | None = None
    text_findings: Findings | None = None
    is_withheld: bool = False
    profile: TableProfile | None = None
    row_ends: RowEnds | None = None
    next_end_on: date | None = None
    rows_withdrawn: int = 0
    row_reasons: tuple[Reason, ...] = ()
    increment: Mapping[str, Any] | None = None  # what `increments.py` remembers of a table fetched in parts


def digest_part(part: Part) -> str:
    """What tells whether a part asks for the same delivery as before: everything but the words around it."""
    value = {
        k: v for k, v in part_to_json(part).items() if k not in {"names", "descriptions", "row_count", "particulars"}
    }
    return value_digest(value if not isinstance(part, LinkPart) else {"url": part.url, "key": part.key})


def staged_without_rows(part: StagedPart) -> dict[str, Any]:
    """The JSON object that the database may keep: no cell of the table is in it."""
    return staged_to_json(replace(part, preview=()))


def staged_to_json(part: StagedPart) -> dict[str, Any]:
    """A JSON object with the preview's rows, for the quarantine; the reverse of `staged_from_json`."""
    value = {name: getattr(part, name) for name in _PLAIN}
    return value | {
        "kind": part.kind.value,
        "delivered": schema_to_json(TableSchema(part.delivered))["columns"],
        "planned": _rules_to_json(part.planned),
        "rules": _rules_to_json(part.rules),
        "schema": schema_to_json(part.schema) if part.schema else None,
        "preview": [list(row) for row in part.preview],
        "quality": dict(part.quality),
        "header": dict(part.header),
        "plan_reasons": [reason_to_json(reason) for reason in part.plan_reasons],
        "findings": _findings_to_json(part.findings),
        "text_findings": _findings_to_json(part.text_findings),
        "profile": profile_to_json(part.profile) if part.profile else None,
        "row_ends": dump_row_ends(part.row_ends),
        "next_end_on": part.next_end_on.isoformat() if part.next_end_on else None,
        "row_reasons": [reason_to_json(reason) for reason in part.row_reasons],
    }


def staged_from_json(value: Mapping[str, Any]) -> StagedPart:
    """Raises KeyError, TypeError or ValueError when the value was written by a program of another time."""
    return StagedPart(
        **{name: value[name] for name in _PLAIN},
        kind=PartKind(value["kind"]),
        delivered=tuple(column_from_json(column) for column in value["delivered"]),
        planned=_rules_from_json(value["planned"]),
        rules=_rules_from_json(value["rules"]),
        schema=schema_from_json(value["schema"]) if value["schema"] else None,
        preview=tuple(tuple(row) for row in value["preview"]),
        quality=value["quality"],
        header=value["header"],
        plan_reasons=tuple(reason_from_json(reason) for reason in value["plan_reasons"]),
        findings=_findings_from_json(value["findings"]),
        text_findings=_findings_from_json(value["text_findings"]),
        profile=profile_from_json(value["profile"]),
        row_ends=load_row_ends(value["row_ends"]),
        next_end_on=date.fromisoformat(value["next_end_on"]) if value["next_end_on"] else None,
        row_reasons=tuple(reason_from_json(reason) for reason in value["row_reasons"]),
    )


class TableUnusable(PartUnusable):
    """A delivered table can be read, and nothing of it can be published under the header that it was read with.

    `staged`: what lets a person say where the header is; nothing of it is ever released.
    """

    def __init__(self, code: str, *, staged: Sequence[StagedPart], subject: str = "", count: int | None = None) -> None:
        super().__init__(code, subject=subject, count=count)
        self.staged = tuple(staged)


_PLAIN = (
    "part_key",
    "part_digest",
    "slug",
    "format",
    "media_type",
    "sheet",
    "row_count",
    "size_bytes",
    "sha256",
    "table_sha256",
    "delivered_sha256",
    "original_sha256",
    "original_format",
    "original_size_bytes",
    "original_media_type",
    "may_offer_original",
    "increment",
    "is_withheld",
    "rows_withdrawn",
)


def reason_to_json(reason: Reason) -> dict[str, Any]:
    """A reason as records and held records keep it: its subject can be a name out of a file, so it is masked."""
    return {"code": reason.code, "severity": reason.severity, "subject": masked(reason.subject), "count": reason.count}


def reason_from_json(value: Mapping[str, Any]) -> Reason:
    """The reason that `reason_to_json` wrote."""
    return Reason(value["code"], value["severity"], value["subject"], value["count"])


def _rules_to_json(rules: tuple[ColumnRule, ...]) -> list[list[str]]:
    return [[rule.name, rule.action.value, rule.reason, rule.parameter] for rule in rules]


def _rules_from_json(value: list[list[str]]) -> tuple[ColumnRule, ...]:
    return tuple(ColumnRule(name, ColumnAction(action), reason, parameter) for name, action, reason, parameter in value)


def _findings_to_json(findings: Findings | None) -> dict[str, Any] | None:
    if findings is None:
        return None
    return {
        "digest": findings.digest,
        "scanner_version": findings.scanner_version,
        "rows_scanned": findings.rows_scanned,
        "rows_present": findings.rows_present,
        "columns": list(findings.columns),
        "findings": [[f.rule, f.column, f.place, f.count, f.share] for f in findings.findings],
        "is_complete": findings.is_complete,
        "has_hidden_content": findings.has_hidden_content,
    }


def _findings_from_json(value: Mapping[str, Any] | None) -> Findings | None:
    if value is None:
        return None
    return Findings(
        digest=value["digest"],
        scanner_version=value["scanner_version"],
        rows_scanned=value["rows_scanned"],
        rows_present=value["rows_present"],
        columns=tuple(value["columns"]),
        findings=tuple(Finding(*finding) for finding in value["findings"]),
        is_complete=value["is_complete"],
        has_hidden_content=value["has_hidden_content"],
    )
