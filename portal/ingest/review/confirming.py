"""A person says where the header of a held delivery is: it is read again from the quarantine, judged, and settled.

Nothing is fetched. What was said is kept for the shape of this delivery (`reading_plans`); a later delivery with another
shape is held again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from harvesters.errors import HarvestError
from portal.i18n.reasons import explain
from portal.ingest.comparing.judging import Judged
from portal.ingest.comparing.known import Known, look_up
from portal.ingest.conducting.conductor import judge_record
from portal.ingest.errors import CannotReview, PartUnusable
from portal.ingest.harvest import utc_now
from portal.ingest.offline import offline_harvest
from portal.ingest.preparing.parts import NAMES_HOLD_DATA
from portal.ingest.preparing.reading_plans import keep_choice
from portal.ingest.review.held import open_held, waiting
from portal.ingest.settling.records import Settled, settle_decided
from portal.ingest.settling.sealing import Withheld
from portal.ingest.sources import get_source
from portal.ingest.staging import StagedPart
from portal.ingest.workshop import Workshop
from portal.kernel.text import Language
from portal.readers import HeaderChoice
from portal.storage.workdirs import work_dir

Place = tuple[str, str]  # part key and sheet
_MOST_ROWS = 3


@dataclass(frozen=True, slots=True)
class HeaderOrder:
    """What a person says about a held record's headers.

    `row` None: the proposed place is right. `rows` 0: there is no header; `names`, when given, are then the columns'.
    `part`, `sheet`: which table, where there are several.
    """

    person: str
    row: int | None = None
    rows: int | None = None
    names: tuple[str, ...] = ()
    part: str | None = None
    sheet: str | None = None


def confirm_header(
    workshop: Workshop, held_id: str, order: HeaderOrder, *, now: Callable[[], datetime] = utc_now
) -> Settled:
    """Read the held delivery with this header and judge it again. Raises HeldUnknown, or CannotReview and changes nothing."""
    _check(order)
    with workshop.database.reading() as session:
        held = waiting(session, held_id)
        source, sealed, run_id = get_source(session, held.source_name), str(held.staged.get("sha256", "")), held.run_id
        known = look_up(session, held.source_name, held.record_id)
    with work_dir(workshop.work_dir) as path:
        kept = open_held(workshop.quarantine, path, sealed)
        choices = {place: _choice(part, order) for place, part in _places(kept, order).items()}
        harvest = offline_harvest(workshop, source, run_id, path, now)
        try:
            judged = judge_record(
                workshop.database,
                harvest,
                kept.record,
                _as_if_the_same(known, kept, choices, sealed),
                raw_sha256=kept.raw_sha256,
                data_stamp=sealed,
            )
        except (HarvestError, PartUnusable) as error:
            raise CannotReview(
                "The delivery cannot be read again: it is no longer in the quarantine, which keeps it for 90 days. "
                "Run the harvest, then confirm what it holds."
            ) from error
        confirmed = _confirmed(judged, choices)

        def keep(session: Session) -> None:
            waiting(session, held_id)
            for place, choice in confirmed.items():
                keep_choice(session, (source.name, kept.record.id), place, choice, by=order.person.strip(), now=now())

        settled = settle_decided(
            workshop.database, harvest, replace(judged, data_stamp=kept.data_stamp), workshop.quarantine, keep
        )
    for bell in ("outbox", "index"):
        workshop.jobs.wake(bell)
    return settled


def _check(order: HeaderOrder) -> None:
    if not order.person.strip() or len(order.person) > 200:
        raise CannotReview("A header is confirmed by a person: say who (at most 200 characters).")
    if order.names and order.rows != 0:
        raise CannotReview("Names are given where there is no header (--no-header); else the header itself has them.")
    if order.rows is not None and not 0 <= order.rows <= _MOST_ROWS:
        raise CannotReview(f"A header has one to {_MOST_ROWS} rows.")


def _places(kept: Withheld, order: HeaderOrder) -> dict[Place, StagedPart]:
    """The tables that the order is about. Raises CannotReview when that is none, or not clear."""
    found = {
        (part.part_key, str(part.header["sheet"])): part
        for part in kept.staged or kept.doubted
        if part.header
        and order.part in (None, part.part_key, part.slug)
        and order.sheet in (None, part.header["sheet"])
        and (order.part or order.sheet or not part.header["is_certain"] or order.row is not None)
    }
    if not found:
        raise CannotReview("No table of this record waits for its header; see `portal held show`.")
    if len(found) > 1 and (order.row is not None or order.rows is not None):
        tables = ", ".join(f"{part.slug} (sheet {sheet!r})" for (_, sheet), part in found.items())
        raise CannotReview(f"Say which table is meant, with --part or --sheet: {tables}.")
    return found


def _choice(part: StagedPart, order: HeaderOrder) -> HeaderChoice:
    row, rows = int(part.header["row"]), int(part.header["rows"])
    if order.rows is not None:
        rows = order.rows
    elif order.row is not None:
        rows = max(1, rows)
    return HeaderChoice(row if order.row is None else order.row, rows, order.names)


def _as_if_the_same(known: Known, kept: Withheld, choices: Mapping[Place, HeaderChoice], stamp: str) -> Known:
    """What is known, so that every part is made anew out of the quarantine."""
    staged: dict[str, tuple[StagedPart, ...]] = {}
    for part in kept.staged or kept.doubted:
        staged[part.part_key] = (*staged.get(part.part_key, ()), part)
    choices = {**known.choices, **choices}
    return replace(known, staged=staged, choices=choices, data_stamp=stamp, rules_digest="")


def _confirmed(judged: Judged, choices: Mapping[Place, HeaderChoice]) -> dict[Place, HeaderChoice]:
    """The choices, bound to the shape of what was read. Raises CannotReview for one that the rows do not have."""
    for reason in judged.verdict.reasons:
        if reason.code == NAMES_HOLD_DATA:
            raise CannotReview(explain(Language.EN, reason.code, subject=reason.subject, count=reason.count))
    parts = judged.staged or judged.doubted
    headers = {(part.part_key, str(part.header["sheet"])): part.header for part in parts if part.header}
    bound = {}
    for place, choice in choices.items():
        header = headers.get(place)
        if header is None or not header["is_confirmed"]:
            raise CannotReview(
                f"Row {choice.row} cannot be that header: it is blank, has no data below it, is not among the first 60, "
                "or the names are not as many as the columns."
            )
        bound[place] = replace(choice, shape=str(header["shape"]))
    return bound
