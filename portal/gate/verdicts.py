"""What the gate is asked and what it answers. `Admitted` is the only key to publishing."""

from dataclasses import dataclass
from typing import Literal

from portal.kernel.columns import ColumnRule
from portal.kernel.declaration import Declaration
from portal.kernel.findings import Findings
from portal.kernel.vocab import Outcome, PartKind

_SEAL = object()


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason in words a program can compare: `code` has a message in both languages (`portal.i18n.reasons`).

    `subject` names the column, field or label; `count` the matching cells or rows where that makes sense.
    `severity`: `refuse` and `hold` decide; `alarm` is told to the publisher and decides nothing; `note` explains.
    """

    code: str
    severity: Literal["refuse", "hold", "alarm", "note"]
    subject: str = ""
    count: int | None = None


@dataclass(frozen=True, slots=True)
class JudgedPart:
    """One part of a record as it would be published: its digest (projected bytes), rules, and the findings about it.

    `findings` None is allowed for links only, which are never fetched by us.
    """

    slug: str
    kind: PartKind
    digest: str
    rules: tuple[ColumnRule, ...]
    findings: Findings | None


@dataclass(frozen=True, slots=True)
class Release:
    """A named reviewer's earlier decision, bound to the digests of what was reviewed."""

    id: str
    reviewer: str
    reason: str
    data_digest: str
    page_digest: str


@dataclass(frozen=True, slots=True)
class Case:
    """Everything the gate judges. `data_digest` covers all parts and their rules, `page_digest` the text of the page.

    `drift`: reasons of the comparison with the last approved version, made by `ingest`.
    """

    data_digest: str
    page_digest: str
    declaration: Declaration
    parts: tuple[JudgedPart, ...]
    page_findings: Findings
    drift: tuple[Reason, ...] = ()
    release: Release | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """Not now: a person must look. `reasons` has at least one of severity `hold`."""

    data_digest: str
    page_digest: str
    reasons: tuple[Reason, ...]
    outcome: Outcome = Outcome.HELD


@dataclass(frozen=True, slots=True)
class Refused:
    """Not at all, by the department's own decision or by law; no release can lift it."""

    data_digest: str
    page_digest: str
    reasons: tuple[Reason, ...]
    outcome: Outcome = Outcome.REFUSED


class Admitted:
    """May be public, exactly as digested. Made by the gate alone: the seal is private to this package."""

    __slots__ = ("data_digest", "page_digest", "reasons", "release")
    outcome = Outcome.ADMITTED

    def __init__(
        self, seal: object, *, data_digest: str, page_digest: str, reasons: tuple[Reason, ...], release: Release | None
    ) -> None:
        if seal is not _SEAL:
            raise TypeError("Only the gate admits; call portal.gate.judge().")
        self.data_digest = data_digest
        self.page_digest = page_digest
        self.reasons = reasons
        self.release = release


Verdict = Admitted | Held | Refused
