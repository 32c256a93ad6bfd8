"""A person decides: release or refuse. A decision is bound to the digests of what was reviewed.

A released record is published from what was kept when it was held: the mapped record, the stages and their bytes, judged
once more with the release. Nothing is fetched, and nothing is published that the reviewer did not see. Where the gate asks
for two people, the first one's release is kept as an approval and changes nothing; a second, different person releases the
very same.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from portal.catalogue.curation import merge_curated
from portal.catalogue.publication import digest_data, digest_page
from portal.db.locks import lock
from portal.gate import (
    WAITS_FOR_SECOND,
    Admitted,
    Reason,
    Verdict,
    asks_for_assessment,
    declare,
    is_same_person,
    screen,
)
from portal.ingest.comparing.judging import Judged, is_fetching_useless, judge_publication
from portal.ingest.comparing.known import look_up, release_of
from portal.ingest.conducting.selecting import absence_digest, withdraw_absent
from portal.ingest.errors import CannotReview
from portal.ingest.harvest import Harvest, utc_now
from portal.ingest.models import HeldRecord, SourceRecord
from portal.ingest.offline import offline_harvest
from portal.ingest.preparing.assembling import assemble, labels_of
from portal.ingest.review.acts import (
    NO_ASSESSMENT,
    Approval,
    Assessment,
    add_act,
    approval_of,
    check_words,
    find_assessment,
    reasons_digest,
)
from portal.ingest.review.held import open_held, waiting
from portal.ingest.settling.records import publish_judged, store_blobs
from portal.ingest.settling.sealing import Withheld
from portal.ingest.sources import get_source
from portal.ingest.workshop import Workshop
from portal.storage.workdirs import work_dir


class Released(NamedTuple):
    """What a release published."""

    dataset_id: str
    version: int


class Approved(NamedTuple):
    """The first of two people approved; nothing is published until a second one releases the same."""

    person: str


@dataclass(frozen=True, slots=True)
class _Decision:
    """What the reviewer says. `approval`: of the first of two people, when there is one."""

    reviewer: str
    reason: str
    assessment: Assessment
    approval: Approval | None = None


class _Meanwhile(CannotReview):
    """Another person decided, or something newer was judged, while this was judged."""

    def __init__(self) -> None:
        super().__init__("Something newer was judged or decided for this record just now; look at it again.")


def release_held(
    workshop: Workshop,
    held_id: str,
    reviewer: str,
    reason: str,
    *,
    assessment: Assessment = NO_ASSESSMENT,
    now: Callable[[], datetime] = utc_now,
) -> Released | Approved | None:
    """Publish what was held, or keep the approval where two people are asked for and this is the first.

    None for missing records, whose datasets are withdrawn. Raises CannotReview when the decision cannot be carried out;
    then nothing has changed.
    """
    check_words(reviewer, reason)
    with workshop.database.reading() as session:
        kind = waiting(session, held_id).kind
    decision = _Decision(reviewer.strip(), reason.strip(), assessment)
    if kind == "absence":
        with workshop.database.transaction() as session:
            _release_absence(session, waiting(session, held_id, is_locked=True), decision, now())
        workshop.jobs.wake("outbox")
        return None
    try:
        decided = _release_record(workshop, held_id, decision, now)
    except _Meanwhile:  # two people at once: the one who came second decides knowing of the first
        decided = _release_record(workshop, held_id, decision, now)
    if isinstance(decided, Released):
        workshop.jobs.wake("index")
    return decided


def refuse_held(session: Session, held_id: str, reviewer: str, reason: str, now: datetime) -> None:
    """Decide that this shall not be published; the same digests are refused from now on. Raises CannotReview."""
    check_words(reviewer, reason)
    held = waiting(session, held_id, is_locked=True)
    decision = _Decision(reviewer.strip(), reason.strip(), NO_ASSESSMENT)
    add_act(session, held, "refuse", decision.reviewer, decision.reason, assessment=NO_ASSESSMENT, now=now)
    _decide(held, "refused", decision, now)
    session.flush()


def _release_record(
    workshop: Workshop, held_id: str, decision: _Decision, now: Callable[[], datetime]
) -> Released | Approved:
    with work_dir(workshop.work_dir) as path:
        with workshop.database.reading() as session:
            sealed = str(waiting(session, held_id).staged["sha256"])
        kept = open_held(workshop.quarantine, path, sealed)
        with workshop.database.reading() as session:
            held = waiting(session, held_id)
            seen = _seen(held)
            if held.staged["sha256"] != sealed:
                raise _Meanwhile
            decision = replace(decision, approval=_first_approval(session, held, decision.reviewer))
            harvest = offline_harvest(workshop, get_source(session, held.source_name), held.run_id, path, now)
            judged = _judged(session, harvest, held, decision, kept)
            decision = replace(decision, assessment=_assessment(session, held, decision, judged.verdict))
        if isinstance(judged.verdict, Admitted):
            return _publish(workshop, harvest, judged, judged.verdict, (held_id, seen, decision))
        with workshop.database.transaction() as session:
            held = _unchanged(session, held_id, seen, decision)
            person, reason = decision.reviewer, decision.reason
            add_act(session, held, "approve", person, reason, assessment=decision.assessment, now=now())
        return Approved(decision.reviewer)


def _publish(
    workshop: Workshop,
    harvest: Harvest,
    judged: Judged,
    admitted: Admitted,
    decided: tuple[str, tuple[str, ...], _Decision],
) -> Released:
    held_id, seen, decision = decided
    store_blobs(workshop.store, harvest.work_dir, judged.staged, workshop.quarantine)
    with workshop.database.transaction() as session:
        lock(session, f"record {judged.publication.source_key}")  # first, as every run takes it
        held, now = _unchanged(session, held_id, seen, decision), harvest.now()
        add_act(session, held, "release", decision.reviewer, decision.reason, assessment=decision.assessment, now=now)
        _decide(held, "released", decision, now)
        session.flush()
        settled = publish_judged(session, harvest, judged, admitted)
    store_blobs(workshop.store, harvest.work_dir, judged.staged, workshop.quarantine)
    return Released(settled.dataset_id or "", settled.version or 0)


def _first_approval(session: Session, held: HeldRecord, reviewer: str) -> Approval | None:
    approval = approval_of(session, held)
    if approval and is_same_person(approval.person, reviewer):
        raise CannotReview(f"{approval.person} approved this already; a second, different person must release it.")
    return approval


def _seen(held: HeldRecord) -> tuple[str, ...]:
    """What the reviewer decides about: it must still be the same when the decision is written."""
    return held.data_digest, held.page_digest, reasons_digest(held), str(held.staged["sha256"])


def _unchanged(session: Session, held_id: str, seen: tuple[str, ...], decision: _Decision) -> HeldRecord:
    held = waiting(session, held_id, is_locked=True)
    if _seen(held) != seen or approval_of(session, held) != decision.approval:
        raise _Meanwhile
    return held


def _judged(session: Session, harvest: Harvest, held: HeldRecord, decision: _Decision, kept: Withheld) -> Judged:
    """The held record judged once more, from what was kept, with the release. Raises CannotReview for what is neither
    admitted so nor waits for a second person alone."""
    last = session.get(SourceRecord, (held.source_name, held.record_id))
    if last is None or last.rules_digest != harvest.rules_digest:
        raise CannotReview(
            "The mapping, the gate or the limits changed since this was held; run the harvest again and review its result."
        )
    record, staged = kept.record, kept.staged
    declaration = declare(harvest.mapping, labels_of(record))
    if kept.doubted and not staged:
        raise CannotReview(
            "Nothing of this record could be published under the header that it was read with. Say where the header is "
            "(`portal held header`), or have its cause corrected."
        )
    if is_fetching_useless(screen(declaration)) or (record.parts and not staged):
        raise CannotReview(
            "Nothing was fetched of this record, because of its reasons; "
            "each of them goes away when its cause does (see `portal held show`)."
        )
    provenance = dict(kept.provenance) | {"release_id": held.id}
    publication = assemble(
        harvest.source_key(record.id),
        record,
        declaration,
        staged,
        mapping=harvest.mapping,
        provenance=provenance,
        rows=harvest.rows,
    )
    publication = merge_curated(session, publication)
    if (digest_data(publication.parts), digest_page(publication)) != (held.data_digest, held.page_digest):
        raise CannotReview("The page or its rules changed since this was held; run the harvest again.")
    release = replace(
        release_of(held),
        reviewer=decision.reviewer,
        reason=decision.reason,
        approved_by=decision.approval.person if decision.approval else "",
    )
    known = look_up(session, held.source_name, held.record_id)
    verdict, _ = judge_publication(publication, declaration, staged, replace(known, releases=(release,)))
    _check_lifted(verdict, decision)
    return Judged(
        record,
        declaration,
        kept.raw_sha256,
        kept.data_stamp,
        publication,
        staged,
        verdict,
        known.live,
        reviews=known.reviews | {held.id},
    )


def _check_lifted(verdict: Verdict, decision: _Decision) -> None:
    left = [reason.code for reason in verdict.reasons if reason.severity in {"hold", "refuse"}]
    if isinstance(verdict, Admitted) or (left and not decision.approval and WAITS_FOR_SECOND.issuperset(left)):
        return
    codes = ", ".join(dict.fromkeys(left))
    raise CannotReview(f"A release cannot lift: {codes}. Such a reason goes away when its cause does.")


def _assessment(session: Session, held: HeldRecord, decision: _Decision, verdict: Verdict) -> Assessment:
    """The assessment that is archived with the decision: this person's, else the first person's."""
    if decision.assessment.text:
        return decision.assessment
    if decision.approval and decision.approval.assessment_sha256:
        return find_assessment(session, held.id) or NO_ASSESSMENT
    lifted: list[Reason] = [reason for reason in verdict.reasons if reason.severity == "note"]
    if asks_for_assessment(lifted):
        raise CannotReview(
            "This release makes personal information public, so an assessment of what that means for the people concerned "
            "(个人信息保护影响评估) is archived with it: give its text with --assessment FILE."
        )
    return NO_ASSESSMENT


def _release_absence(session: Session, held: HeldRecord, decision: _Decision, now: datetime) -> None:
    record_ids = tuple(str(record_id) for record_id in held.staged["record_ids"])
    if absence_digest(record_ids) != held.data_digest:
        raise CannotReview("The list of missing records was altered; run the harvest again.")
    add_act(session, held, "release", decision.reviewer, decision.reason, assessment=decision.assessment, now=now)
    _decide(held, "released", decision, now)
    for record_id in record_ids:
        withdraw_absent(session, held.source_name, record_id, run_id=held.run_id, now=now)


def _decide(held: HeldRecord, state: str, decision: _Decision, now: datetime) -> None:
    held.state, held.reviewer, held.review_reason, held.reviewed_at = state, decision.reviewer, decision.reason, now
    held.approved_by = decision.approval.person if decision.approval else ""
