"""What the gate is asked and what it answers. `Admitted` is the only key to publishing."""

from dataclasses import dataclass
from typing import Literal, NoReturn

from portal.gate.names import is_same_person
from portal.kernel.columns import ColumnRule
from portal.kernel.declaration import Declaration
from portal.kernel.findings import Findings
from portal.kernel.vocab import Outcome, PartKind

_SEAL = object()

Severity = Literal["refuse", "hold", "alarm", "note"]


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason in words a program can compare: `code` has a message in both languages (`portal.i18n.reasons`).

    `subject` names the column, field or label; `count` the matching cells or rows where that makes sense.
    `severity`: `refuse` and `hold` decide; `alarm` is told to the publisher and decides nothing; `note` explains.
    """

    code: str
    severity: Severity
    subject: str = ""
    count: int | None = None


@dataclass(frozen=True, slots=True)
class JudgedPart:
    """One part of a record as it would be published: its digest (projected bytes), rules, and the findings about it.

    `findings` None is allowed for links only, which are never fetched by us. `text_findings` are about what else is in
    the delivered file (hidden sheets, comments, properties, its name), with the same digest.
    """

    slug: str
    kind: PartKind
    digest: str
    rules: tuple[ColumnRule, ...]
    findings: Findings | None
    text_findings: Findings | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """A named reviewer's earlier decision, bound to the digests of what was reviewed.

    `codes`: the reason codes that the reviewer saw; a reason that came later is not lifted. None: all. `seen`: the same
    as (code, subject), so that what a newer inspection finds in another column is not lifted either. `approved_by`: the
    first of two people, where two decided.
    """

    id: str
    reviewer: str
    reason: str
    data_digest: str
    page_digest: str
    codes: frozenset[str] | None = None
    seen: frozenset[tuple[str, str]] | None = None
    approved_by: str = ""

    @property
    def is_by_two(self) -> bool:
        """Whether two different people released it."""
        return bool(self.approved_by.strip()) and not is_same_person(self.approved_by, self.reviewer)


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
class CutCase:
    """A version that was admitted, with fewer rows: the same columns under the same rules, and no other row.

    `parts`: those that lost rows, with the findings about what is left. `accepted`: (code, subject) of what the earlier
    verdict admitted knowingly, by a release or a signed permission; subjects as they are stored.
    """

    data_digest: str
    page_digest: str
    parts: tuple[JudgedPart, ...]
    page_findings: Findings
    accepted: frozenset[tuple[str, str]]


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
    """May be public, exactly as digested. Made by the gate alone: the seal is private to this package.

    Values cannot be changed, copied, pickled or inherited from, and one that was not made by the gate
    (`object.__new__`) raises TypeError as soon as a digest is asked of it. The database is the second lock: it refuses
    a version without a stored verdict of the same digests.
    """

    __slots__ = ("_data_digest", "_page_digest", "_reasons", "_release", "_sealed_with")
    outcome = Outcome.ADMITTED
    _data_digest: str
    _page_digest: str
    _reasons: tuple[Reason, ...]
    _release: Release | None
    _sealed_with: object

    def __init__(
        self, seal: object, *, data_digest: str, page_digest: str, reasons: tuple[Reason, ...], release: Release | None
    ) -> None:
        if seal is not _SEAL:
            raise TypeError("Only the gate admits; call portal.gate.judge().")
        for name, value in (
            ("_sealed_with", seal),
            ("_data_digest", data_digest),
            ("_page_digest", page_digest),
            ("_reasons", reasons),
            ("_release", release),
        ):
            object.__setattr__(self, name, value)

    def __init_subclass__(cls) -> NoReturn:
        raise TypeError("Admitted has no other kinds.")

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("An Admitted value never changes.")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("An Admitted value never changes.")

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("An Admitted value is neither copied nor stored; ask the gate again.")

    def __repr__(self) -> str:
        return f"<Admitted data {self.data_digest[:12]} page {self.page_digest[:12]}>"

    @property
    def data_digest(self) -> str:
        self._check()
        return self._data_digest

    @property
    def page_digest(self) -> str:
        self._check()
        return self._page_digest

    @property
    def reasons(self) -> tuple[Reason, ...]:
        self._check()
        return self._reasons

    @property
    def release(self) -> Release | None:
        self._check()
        return self._release

    def _check(self) -> None:
        if getattr(self, "_sealed_with", None) is not _SEAL:
            raise TypeError("This Admitted value was not made by the gate.")


Verdict = Admitted | Held | Refused
