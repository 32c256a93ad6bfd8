"""Compare and approve: the case of one record, and what the gate answers about it."""

from collections.abc import Sequence
from dataclasses import dataclass

from harvesters.records import DatasetRecord
from portal.catalogue.publication import Publication, digest_data, digest_page, page_texts
from portal.gate import UNRELEASABLE, Case, Held, JudgedPart, Reason, Refused, Release, Verdict, judge
from portal.ingest.comparing.drift import compare
from portal.ingest.comparing.known import Known, Live
from portal.ingest.preparing.reading_plans import proposals
from portal.ingest.staging import StagedPart
from portal.inspect import scan_texts
from portal.kernel.declaration import Declaration
from portal.kernel.findings import Findings
from portal.kernel.vocab import PartKind

NO_LONGER_ADMITTED = "no_longer_admitted"
REFUSED_BY_REVIEWER = "refused_by_reviewer"
_FOUND = ("found_", "second_person_missing")  # the latter: found, and let pass by one person where two are asked for


@dataclass(frozen=True, slots=True)
class Judged:
    """One record at the end of its way, before anything is written. `leak`: why what is live now must go from the public
    at once, a reason code; empty: it need not. `reviews`: what persons decided about the record, as far as was known.
    `doubted`: in place of `staged`, tables that wait for a person who says where their header is."""

    record: DatasetRecord
    declaration: Declaration
    raw_sha256: str
    data_stamp: str
    publication: Publication
    staged: tuple[StagedPart, ...]
    verdict: Verdict
    live: Live | None
    leak: str = ""
    reviews: frozenset[str] = frozenset()
    doubted: tuple[StagedPart, ...] = ()


def is_fetching_useless(reasons: Sequence[Reason]) -> bool:
    """Whether the declared layer alone decides: refused, or held for what no reviewer can lift."""
    return any(r.severity == "refuse" or (r.severity == "hold" and r.code in UNRELEASABLE) for r in reasons)


def unfetched(publication: Publication, reasons: Sequence[Reason]) -> Held | Refused:
    """The verdict on a record of which nothing was fetched."""
    digests = digest_data(()), digest_page(publication)
    kind = Refused if any(reason.severity == "refuse" for reason in reasons) else Held
    return kind(*digests, tuple(reasons))


def judge_publication(
    publication: Publication, declaration: Declaration, staged: Sequence[StagedPart], known: Known
) -> tuple[Verdict, bool]:
    """The gate's verdict, and whether what is live now leaks."""
    data_digest, page_digest = digest_data(publication.parts), digest_page(publication)
    live = known.live
    is_same_data = live is not None and live.data_digest == data_digest
    page_findings = scan_texts(dict(page_texts(publication)), digest=page_digest)
    case = Case(
        data_digest=data_digest,
        page_digest=page_digest,
        declaration=declaration,
        parts=tuple(judged_part(part, publication) for part in staged if not part.is_withheld),
        page_findings=page_findings,
        drift=(
            *proposals(staged),
            *_row_reasons(staged),
            *(() if live is None or is_same_data else compare(live.parts, staged)),
        ),
        release=_release_for(known.releases, data_digest, page_digest),
    )
    verdict = judge(case)
    is_leaking = (
        live is not None
        and isinstance(verdict, Held)
        and (
            (is_same_data and _is_about_data(verdict, staged))
            or (live.page_digest == page_digest and _is_about(verdict, page_findings))
        )
    )
    if data_digest + page_digest in known.refused_digests and not isinstance(verdict, Refused):
        verdict = Refused(data_digest, page_digest, (Reason(REFUSED_BY_REVIEWER, "refuse"), *verdict.reasons))
    return verdict, is_leaking


def is_closed(verdict: Verdict) -> bool:
    """Whether the department or the law refuses: what is live of it goes as well. A reviewer who refused a refresh said
    nothing about the version that serves."""
    return isinstance(verdict, Refused) and not is_refused_by_reviewer(verdict)


def is_refused_by_reviewer(verdict: Verdict) -> bool:
    """Whether a reviewer's decision about these digests is all that refuses."""
    codes = {reason.code for reason in verdict.reasons if reason.severity == "refuse"}
    return isinstance(verdict, Refused) and codes == {REFUSED_BY_REVIEWER}


def is_live_refused(verdict: Verdict, live: Live | None) -> bool:
    """Whether what a reviewer refused is the very version that serves."""
    return (
        live is not None
        and is_refused_by_reviewer(verdict)
        and (live.data_digest, live.page_digest) == (verdict.data_digest, verdict.page_digest)
    )


def _row_reasons(staged: Sequence[StagedPart]) -> tuple[Reason, ...]:
    """What is wrong with the days on which rows end, and how many rows have ended."""
    return tuple(reason for part in staged for reason in part.row_reasons)


def judged_part(part: StagedPart, publication: Publication) -> JudgedPart:
    """The part as the gate is asked about it: with the digest that the publication will carry."""
    published = next(p for p in publication.parts if p.slug == part.slug)
    return JudgedPart(
        slug=part.slug,
        kind=part.kind,
        digest=published.content_digest,
        rules=part.rules,
        findings=None if part.kind is PartKind.LINK else part.findings,
        text_findings=part.text_findings,
    )


def _release_for(releases: Sequence[Release], data_digest: str, page_digest: str) -> Release | None:
    """The newest release that is about this data, else about this page."""
    of_data = [release for release in releases if release.data_digest == data_digest]
    of_page = [release for release in releases if release.page_digest == page_digest]
    return next(iter([*of_data, *of_page]), None)


def _is_about(verdict: Held, page: Findings) -> bool:
    """Whether something found in the words of the page holds the record."""
    places = {finding.place for finding in page.findings}
    return any(r.severity == "hold" and r.code.startswith(_FOUND) and r.subject in places for r in verdict.reasons)


def _is_about_data(verdict: Held, staged: Sequence[StagedPart]) -> bool:
    """Whether something found in the rows themselves holds the record."""
    columns = {rule.name for part in staged for rule in part.rules}
    return any(
        reason.severity == "hold"
        and reason.code.startswith((*_FOUND, "column_sensitive"))
        and reason.subject in columns
        for reason in verdict.reasons
    )
