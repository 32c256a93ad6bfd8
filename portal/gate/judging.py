"""All layers together: the verdict. Fails closed: what was not seen, not signed or not understood is not admitted."""

from dataclasses import replace
from typing import Final

from portal.gate.content import content_reason
from portal.gate.lexicon import sensitive_kind
from portal.gate.names import column_key
from portal.gate.permissions import allowed_reason, find_contact_permission, find_name_permission, find_permission
from portal.gate.planning import ColumnPlan, plan_columns
from portal.gate.screening import UNRELEASABLE, screen
from portal.gate.second_person import SECOND_PERSON_ASKED, SECOND_PERSON_MISSING, TWO_PEOPLE_ASKED, needs_two_people
from portal.gate.verdicts import _SEAL, Admitted, Case, CutCase, Held, JudgedPart, Reason, Refused, Release, Verdict
from portal.kernel.declaration import Declaration
from portal.kernel.findings import Finding, Findings
from portal.kernel.masking import masked
from portal.kernel.vocab import ColumnAction, PartKind

_PARTLY_MASKED: Final = "name_beside_masked_identity"
_ORDER: Final = {"refuse": 0, "hold": 1, "alarm": 2, "note": 3}


def judge(case: Case) -> Verdict:
    """The verdict on a case: refused for any reason to refuse, else held for any reason to hold that a valid release
    does not lift, else admitted. Reasons are sorted by weight; what a release lifted stays as notes."""
    about_data = [
        *screen(case.declaration),
        *_judge_parts(case.declaration, case.parts),
        *case.drift,
    ]
    about_page = _judge_page(case)
    release, unusable = _usable_release(case.release)
    if release and release.data_digest == case.data_digest:
        about_data = _lift(about_data, release, case.declaration)
    if release and release.page_digest == case.page_digest:
        about_page = _lift(about_page, release, case.declaration)
    if not case.data_digest:
        about_data.append(Reason("digest_mismatch", "hold"))
    reasons = _sorted([*about_data, *about_page, *unusable])
    severities = {reason.severity for reason in reasons}
    if "refuse" in severities:
        return Refused(case.data_digest, case.page_digest, reasons)
    if severities - {"alarm", "note"}:
        if case.declaration.asks_for_two:
            reasons = (*reasons, Reason(TWO_PEOPLE_ASKED, "note"))
        return Held(case.data_digest, case.page_digest, reasons)
    return Admitted(_SEAL, data_digest=case.data_digest, page_digest=case.page_digest, reasons=reasons, release=release)


def judge_cut(case: CutCase) -> Verdict:
    """The verdict on an admitted version that lost rows: admitted, unless today's inspection finds what was not known of it.

    Fewer rows tell nothing new, so what a reviewer or a signed permission let pass in all of them passes in what is left.
    Nothing else does: a release is bound to its digest, and this is the only other that it covers. An empty table is fine.
    """
    reasons: list[Reason] = []
    for part in case.parts:
        findings = part.findings
        if findings is None or not _is_whole(findings, part.digest) or findings.columns != _published(part):
            reasons.append(Reason("inspection_incomplete", "hold", part.slug))
            continue
        reasons += [_cut_reason(case, content_reason(finding)) for finding in findings.findings]
    reasons += [_cut_reason(case, reason) for reason in _judge_page(case)]
    if not case.data_digest or not case.page_digest:
        reasons.append(Reason("digest_mismatch", "hold"))
    ordered = _sorted(reasons)
    if {reason.severity for reason in ordered} - {"alarm", "note"}:
        return Held(case.data_digest, case.page_digest, ordered)
    return Admitted(_SEAL, data_digest=case.data_digest, page_digest=case.page_digest, reasons=ordered, release=None)


def _cut_reason(case: CutCase, reason: Reason) -> Reason:
    """The reason as a note, where the earlier verdict knew of it: by its code, by a permission for column and rule, or
    because over more rows the column was found to hold serial numbers."""
    subject, rule = masked(reason.subject), reason.code.split("_", 1)[-1]
    allowed = masked(f"{reason.subject} · {rule} · ")
    is_known = (
        (reason.code, subject) in case.accepted
        or ("found_serial_number", subject) in case.accepted
        or any(code == "finding_allowed" and known.startswith(allowed) for code, known in case.accepted)
    )
    return replace(reason, severity="note") if reason.severity == "hold" and is_known else reason


def may_offer_original(part: JudgedPart, declaration: Declaration) -> bool:
    """Whether the delivered file itself may be offered: every column and row published as it is, everything in the file
    inspected, and nothing hidden or sensitive in it that no signed permission covers."""
    findings, texts = part.findings, part.text_findings
    if part.kind is not PartKind.TABLE or findings is None or texts is None or not part.rules:
        return False
    return (
        all(rule.action is ColumnAction.PUBLISH for rule in part.rules)
        and declaration.row_ends is None
        and not findings.has_hidden_content
        and not texts.has_hidden_content
        and _is_whole(findings, part.digest)
        and _is_whole(texts, part.digest)
        and not any(_finding_reason(declaration, part, finding).severity == "hold" for finding in findings.findings)
        and not any(content_reason(finding).severity == "hold" for finding in texts.findings)
    )


def _judge_parts(declaration: Declaration, parts: tuple[JudgedPart, ...]) -> list[Reason]:
    reasons: list[Reason] = []
    for part in parts:
        if part.kind is PartKind.LINK:
            reasons.append(Reason("link_not_checked", "note" if declaration.links == "metadata" else "hold", part.slug))
        else:
            reasons += _judge_rules(declaration, part)
            reasons += _judge_findings(declaration, part)
    if not any(part.kind is not PartKind.TABLE or _published(part) for part in parts):
        reasons.append(Reason("nothing_to_publish", "hold"))
    reasons += _missing_columns(declaration, parts)
    return reasons


def _judge_rules(declaration: Declaration, part: JudgedPart) -> list[Reason]:
    """The rules must be at least as strict as the declaration asks; sensitive names among published columns hold."""
    plan: ColumnPlan = plan_columns(declaration, tuple(rule.name for rule in part.rules))
    reasons = []
    for planned, rule in zip(plan.rules, part.rules, strict=True):
        is_other = planned.action is not rule.action or planned.parameter != rule.parameter
        if planned.action is not ColumnAction.PUBLISH and is_other and rule.action is not ColumnAction.DROP:
            reasons.append(Reason("rules_laxer_than_declared", "hold", rule.name))
        if rule.action is ColumnAction.PUBLISH and (kind := sensitive_kind(rule.name)):
            named = Reason("column_sensitive_name", "hold", rule.name)
            permission = find_name_permission(declaration, rule.name, kind)
            reasons.append(allowed_reason(named, permission) if permission else named)
        if rule.action is not ColumnAction.DROP and rule.reason == "column_sensitive_content":
            reasons.append(Reason("rules_laxer_than_declared", "hold", rule.name))
        if rule.reason == "column_sensitive_content":
            reasons.append(Reason(rule.reason, "alarm", rule.name))
    return [*reasons, *plan.reasons]


def _finding_reason(declaration: Declaration, part: JudgedPart, finding: Finding) -> Reason:
    """What a finding in a table means, after the signed permission for its column if there is one.

    That a number is masked in part is no finding where the signed mapping ordered just that: the mask is the order.
    """
    reason, permission = content_reason(finding), find_permission(declaration, finding)
    if permission:
        return allowed_reason(reason, permission)
    masked = {rule.name for rule in part.rules if rule.action is ColumnAction.MASK}
    if finding.rule == _PARTLY_MASKED and finding.column in masked and declaration.mapping_signed_by:
        return replace(reason, severity="note")
    return reason


def _judge_findings(declaration: Declaration, part: JudgedPart) -> list[Reason]:
    findings = part.findings
    if findings is None:
        return [Reason("part_not_inspected", "hold", part.slug)]
    reasons: list[Reason] = []
    if not part.digest or findings.digest != part.digest:
        reasons.append(Reason("digest_mismatch", "hold", part.slug))
    elif not _is_whole(findings, part.digest):
        reasons.append(
            Reason("inspection_incomplete", "hold", part.slug, findings.rows_present - findings.rows_scanned)
        )
    if part.kind is PartKind.TABLE:
        if findings.columns != _published(part):
            reasons.append(Reason("columns_not_inspected", "hold", part.slug))
        if findings.rows_present == 0:
            reasons.append(Reason("table_empty", "hold", part.slug))
    reasons += [_finding_reason(declaration, part, finding) for finding in findings.findings]
    return [*reasons, *_judge_hidden(part)]


def _judge_hidden(part: JudgedPart) -> list[Reason]:
    """What else is in a table's file is not published: it keeps the file in, but only a secrecy mark holds. A file
    without tables is published as it is, with everything that is in it."""
    texts = part.text_findings
    if texts is None:
        return [Reason("hidden_not_inspected", "hold", part.slug)] if part.kind is PartKind.FILE else []
    if not _is_whole(texts, part.digest):
        return [Reason("hidden_not_inspected", "hold", part.slug)]
    reasons = []
    if part.kind is PartKind.FILE and texts.has_hidden_content:
        reasons.append(Reason("file_hides_something", "hold", part.slug))
    for finding in texts.findings:
        reason = content_reason(finding)
        if part.kind is PartKind.TABLE and reason.severity == "hold" and finding.rule != "secrecy_mark":
            reason = replace(reason, code="original_withheld", severity="alarm")
        reasons.append(reason)
    return reasons


def _judge_page(case: Case | CutCase) -> list[Reason]:
    findings = case.page_findings
    if not case.page_digest or not _is_whole(findings, case.page_digest):
        return [Reason("page_not_inspected", "hold")]
    declaration = case.declaration if isinstance(case, Case) else None
    return [_page_reason(declaration, finding) for finding in findings.findings]


def _page_reason(declaration: Declaration | None, finding: Finding) -> Reason:
    """What a finding in a text of the page means; a cut is judged without declaration, by what was noted before."""
    reason = content_reason(finding)
    permission = find_contact_permission(declaration, finding) if declaration else None
    return allowed_reason(reason, permission) if permission and reason.severity == "hold" else reason


def _is_whole(findings: Findings, digest: str) -> bool:
    """Whether these findings are about every row of the very thing with this digest."""
    return (
        findings.digest == digest
        and findings.is_complete
        and bool(findings.scanner_version)
        and findings.rows_scanned == findings.rows_present >= 0
    )


def _published(part: JudgedPart) -> tuple[str, ...]:
    return tuple(rule.name for rule in part.rules if rule.action is not ColumnAction.DROP)


def _missing_columns(declaration: Declaration, parts: tuple[JudgedPart, ...]) -> list[Reason]:
    """Columns that were announced as open and came in no table."""
    if not any(part.kind is PartKind.TABLE for part in parts):
        return []
    delivered = {column_key(rule.name) for part in parts for rule in part.rules}
    return [
        Reason("column_missing", "alarm", column.title or column.name)
        for column in declaration.columns
        if column.openness is not None and not {column_key(column.name), column_key(column.title)} & delivered
    ]


def _usable_release(release: Release | None) -> tuple[Release | None, list[Reason]]:
    """A release without a name or a reason is none."""
    if release is None:
        return None, []
    if not release.id or not release.reviewer.strip() or not release.reason.strip():
        return None, [Reason("release_unsigned", "hold", release.id)]
    return release, []


def _lift(reasons: list[Reason], release: Release, declaration: Declaration) -> list[Reason]:
    """The reasons after a release: liftable holds that the reviewer saw become notes. Where two people are asked for and
    one released, a hold for that stands beside them."""
    lifted = [reason for reason in reasons if _is_lifted(reason, release)]
    after = [replace(reason, severity="note") if reason in lifted else reason for reason in reasons]
    if release.is_by_two:
        return after
    after += [Reason(SECOND_PERSON_MISSING, "hold", reason.subject) for reason in lifted if needs_two_people(reason)]
    if lifted and declaration.asks_for_two:
        after.append(Reason(SECOND_PERSON_ASKED, "hold"))
    return after


def _is_lifted(reason: Reason, release: Release) -> bool:
    return (
        reason.severity == "hold"
        and reason.code not in UNRELEASABLE
        and (release.codes is None or reason.code in release.codes)
        and (release.seen is None or (reason.code, reason.subject) in release.seen)
    )


def _sorted(reasons: list[Reason]) -> tuple[Reason, ...]:
    """Heaviest first, each once, otherwise in the order found. An unknown severity counts as a hold."""
    return tuple(sorted(dict.fromkeys(reasons), key=lambda reason: _ORDER.get(reason.severity, 1)))
