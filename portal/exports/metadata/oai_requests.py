"""What OAI-PMH 2.0 asks: verbs, their arguments, dates and resumption tokens, checked; errors as the protocol names them."""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import orjson

from portal.catalogue.datestamps import StampSelection
from portal.exports.metadata.oai import FORMATS

PER_PAGE: Mapping[str, int] = {"oai_dc": 100, "dcat": 50}
_LISTS = frozenset({"metadataPrefix", "from", "until", "set", "resumptionToken"})
VERBS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {  # verb → what it may have, what it must have
    "Identify": (frozenset(), frozenset()),
    "ListMetadataFormats": (frozenset({"identifier"}), frozenset()),
    "ListSets": (frozenset({"resumptionToken"}), frozenset()),
    "ListIdentifiers": (_LISTS, frozenset({"metadataPrefix"})),
    "ListRecords": (_LISTS, frozenset({"metadataPrefix"})),
    "GetRecord": (frozenset({"identifier", "metadataPrefix"}), frozenset({"identifier", "metadataPrefix"})),
}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_SECOND = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", re.ASCII)
_SET = re.compile(r"(publisher|theme):([A-Za-z0-9-]{1,100})", re.ASCII)
_LONGEST_TOKEN = 2_000


class OaiError(Exception):
    """An error of the protocol, by its code. `tells_request`: whether the answer repeats the arguments."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code

    @property
    def tells_request(self) -> bool:
        """The protocol forbids it where the arguments themselves are wrong."""
        return self.code not in {"badVerb", "badArgument"}


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a list that is asked for. `after` None: the first. `seen`: records on the pages before."""

    prefix: str
    since: str = ""
    until: str = ""
    set_spec: str = ""
    after: tuple[datetime, str] | None = None
    seen: int = 0

    @property
    def limit(self) -> int:
        """How many records a page has at most."""
        return PER_PAGE[self.prefix]

    def selection(self) -> StampSelection:
        """Which datasets are meant. Raises OaiError."""
        since, before = _bound(self.since, "from", is_end=False), _bound(self.until, "until", is_end=True)
        if self.since and self.until and len(self.since) != len(self.until):
            raise OaiError("badArgument", "from and until have to be of one granularity.")
        if since is not None and before is not None and since >= before:
            raise OaiError("badArgument", "from is after until.")
        found = _SET.fullmatch(self.set_spec)
        if self.set_spec and found is None:
            raise OaiError("noRecordsMatch", "There is no such set; ListSets names them.")
        kind, slug = found.groups() if found else ("", "")
        return StampSelection(since, before, slug if kind == "publisher" else "", slug if kind == "theme" else "")

    def token(self, at: datetime, dataset_id: str, count: int) -> str:
        """The token of the page that follows on this record."""
        told = [self.prefix, self.since, self.until, self.set_spec, at.isoformat(), dataset_id, self.seen + count]
        return base64.urlsafe_b64encode(orjson.dumps(told)).decode().rstrip("=")


def read_arguments(given: Sequence[tuple[str, Sequence[str]]]) -> dict[str, str]:
    """The verb and its arguments, each once, none too many or too few. Raises OaiError."""
    asked = dict(given)
    verbs = asked.pop("verb", [])
    if len(verbs) != 1 or verbs[0] not in VERBS:
        raise OaiError("badVerb", f"verb is one of {', '.join(VERBS)}, given once.")
    allowed, needed = VERBS[verbs[0]]
    for name, values in asked.items():
        if name not in allowed:
            raise OaiError("badArgument", f"{verbs[0]} has no argument {name[:40]!r}.")
        if len(values) != 1:
            raise OaiError("badArgument", f"{name} is given {len(values)} times; give it once.")
        if not values[0] and name in {"from", "until", "set"}:
            raise OaiError("badArgument", f"{name} is empty; leave it out where you do not mean it.")
    if "resumptionToken" in asked:
        if len(asked) > 1:
            raise OaiError("badArgument", "resumptionToken stands alone beside the verb.")
    elif missing := sorted(needed - asked.keys()):
        raise OaiError("badArgument", f"{verbs[0]} needs {', '.join(missing)}.")
    return {"verb": verbs[0], **{name: values[0] for name, values in asked.items()}}


def read_listing(asked: Mapping[str, str]) -> Listing:
    """The page that ListIdentifiers or ListRecords ask for. Raises OaiError."""
    if "resumptionToken" in asked:
        return _resumed(asked["resumptionToken"])
    listing = Listing(check_prefix(asked["metadataPrefix"]), asked.get("from", ""), asked.get("until", ""))
    return replace(listing, set_spec=asked.get("set", ""))


def check_prefix(prefix: str) -> str:
    """The prefix of a form that is offered. Raises OaiError."""
    if prefix not in FORMATS:
        raise OaiError("cannotDisseminateFormat", f"The forms are {', '.join(FORMATS)}.")
    return prefix


def _resumed(token: str) -> Listing:
    try:
        padded = token[:_LONGEST_TOKEN] + "=" * (-len(token[:_LONGEST_TOKEN]) % 4)
        prefix, since, until, set_spec, at, dataset_id, seen = orjson.loads(base64.urlsafe_b64decode(padded))
        after = (datetime.fromisoformat(at), str(dataset_id))
        listing = Listing(check_prefix(prefix), str(since), str(until), str(set_spec), after, int(seen))
        listing.selection()
    except (ValueError, TypeError, binascii.Error, OverflowError, OaiError) as error:
        raise OaiError("badResumptionToken", "This is no token of ours; begin the list again.") from error
    if after[0].tzinfo is None or not 0 <= listing.seen < 10**9:
        raise OaiError("badResumptionToken", "This is no token of ours; begin the list again.")
    return listing


def _bound(text: str, name: str, *, is_end: bool) -> datetime | None:
    """The instant that a date means: of an end the first that is not in it any more."""
    if not text:
        return None
    try:
        if _DAY.fullmatch(text):
            day = datetime.fromisoformat(text).replace(tzinfo=UTC)
            return _after(day, timedelta(days=1)) if is_end else day
        if _SECOND.fullmatch(text):
            second = datetime.fromisoformat(text)
            return _after(second, timedelta(seconds=1)) if is_end else second
    except ValueError as error:
        raise OaiError("badArgument", f"{name} is no date.") from error
    raise OaiError("badArgument", f"{name} is a date as 2026-01-31 or 2026-01-31T08:00:00Z.")


def _after(last: datetime, step: timedelta) -> datetime:
    """The first instant that is later; at the end of all days, which some harvesters name, the last one there is."""
    return last + step if last < datetime.max.replace(tzinfo=UTC) - step else datetime.max.replace(tzinfo=UTC)
