"""The parameters of `datastore_search`, checked in CKAN's order and words, before any table is looked at."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, Never, TypeVar

from portal.ckan.datastore.filters import read_filters
from portal.ckan.datastore.ordering import check_list
from portal.ckan.errors import MISSING, NOT_AN_INTEGER, NOT_NATURAL, InvalidQuery, ValidationError
from portal.ckan.values import check_values

RecordsFormat = Literal["objects", "lists", "csv", "tsv"]
FORMATS: Final[tuple[RecordsFormat, ...]] = ("objects", "lists", "csv", "tsv")
DEFAULT_LIMIT: Final = 100
MAX_LIMIT: Final = 32_000
"""CKAN's `ckan.datastore.search.rows_max`; more is cut to it without a word, as there."""

T = TypeVar("T")
D = TypeVar("D")
_TRUE = frozenset({"true", "yes", "t", "y", "1"})
_MAX_INTEGER_CHARS = 30


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """What is asked. `echo` are the parameters as the answer repeats them; lists are not yet checked against fields."""

    resource_id: str
    q: object
    full_text: str
    is_plain: bool
    language: str
    filters: object
    fields: object
    sort: object
    limit: int
    offset: int
    distinct: bool
    records_format: RecordsFormat
    include_total: bool
    include_next_page: bool
    tells_estimate: bool  # whether it was asked from how many rows on a total may be estimated; none is
    echo: Mapping[str, object]


def read_search(given: Mapping[str, object]) -> SearchRequest:
    """Read the parameters. Raises ValidationError with all that is wrong with their forms."""
    reader = _Reader(given)
    found = SearchRequest(
        resource_id=reader.resource_id(),
        q=reader.read("q", None, _text_or_json),
        full_text=reader.read("full_text", "", _text),
        is_plain=reader.read("plain", True, _flag),
        language=reader.read("language", "", _text),
        filters=reader.read("filters", None, read_filters),
        fields=reader.list_of("fields"),
        sort=reader.list_of("sort"),
        limit=min(reader.read("limit", DEFAULT_LIMIT, _natural, is_blank_default=True), MAX_LIMIT),
        offset=reader.read("offset", 0, _integer),
        distinct=reader.read("distinct", False, _flag),
        records_format=reader.read("records_format", "objects", _format, is_blank_default=True),
        include_total=reader.read("include_total", True, _flag, is_blank_default=True),
        include_next_page=reader.read("include_next_page", False, _flag, is_blank_default=True),
        tells_estimate=reader.read("total_estimation_threshold", None, _integer) is not None,
        echo={},
    )
    if reader.errors:
        raise ValidationError(reader.errors)
    if found.offset >= 2**63:
        raise InvalidQuery("bigint out of range")
    if found.offset < 0:
        raise ValidationError({"offset": [f'invalid value "{found.offset}"']})
    return _with_echo(found, given)


def _with_echo(found: SearchRequest, given: Mapping[str, object]) -> SearchRequest:
    told: dict[str, object] = {
        "resource_id": found.resource_id,
        "limit": found.limit,
        "records_format": found.records_format,
        "include_total": found.include_total,
        "include_next_page": found.include_next_page,
    }
    optional = {
        "q": found.q,
        "full_text": found.full_text,
        "plain": found.is_plain,
        "language": found.language,
        "filters": found.filters,
        "sort": found.sort,
        "offset": found.offset,
        "distinct": found.distinct,
    }
    told |= {name: value for name, value in optional.items() if given.get(name) is not None}
    return SearchRequest(**{name: getattr(found, name) for name in found.__slots__ if name != "echo"}, echo=told)


def as_natural(name: str, value: object) -> int:
    """A value as a whole number of 0 or more. Raises ValidationError in CKAN's words."""
    try:
        return _natural(value)
    except _Wrong as error:
        raise ValidationError({name: [str(error)]}) from error


def as_flag(name: str, value: object) -> bool:
    """A value as CKAN reads truth. Raises ValidationError for what cannot be either."""
    try:
        return _flag(value)
    except _Wrong as error:
        raise ValidationError({name: [str(error)]}) from error


class _Reader:
    """Reads one parameter after another and keeps what is wrong with each."""

    def __init__(self, given: Mapping[str, object]) -> None:
        self._given = given
        self.errors: dict[str, list[str]] = {}

    def resource_id(self) -> str:
        """`id` is another name of it."""
        value = self._given.get("id") or self._given.get("resource_id")
        if value is None or value == "":
            self.errors["resource_id"] = [MISSING]
        return str(value) if isinstance(value, str | int | float) else ""

    def read(self, name: str, default: D, reader: Callable[[object], T], *, is_blank_default: bool = False) -> T | D:
        value = self._given.get(name)
        if value is None or (is_blank_default and value == ""):
            return default
        try:
            return reader(value)
        except _Wrong as error:
            self.errors[name] = [str(error)]
        except ValidationError as error:
            self.errors |= {key: list(told) for key, told in error.fields.items() if isinstance(told, list)}
        return default

    def list_of(self, name: str) -> object:
        value = self._given.get(name)
        self.read(name, None, lambda found: check_list(name, found))
        return value


class _Wrong(Exception):
    """A value's form; the message is CKAN's."""


def _text(value: object) -> str:
    if isinstance(value, dict | list):
        raise _Wrong("Must be a Unicode string value")
    return str(value)


def _text_or_json(value: object) -> object:
    """Objects stay; a text that is a JSON object is read, any other text is itself."""
    if isinstance(value, dict | list):
        return value
    if isinstance(value, str) and value.lstrip()[:1] in {"{", "["}:
        try:
            found = json.loads(value)
        except (ValueError, RecursionError):
            return value
        check_values(found)
        return found
    return str(value)


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, dict | list):
        raise _Wrong("Value must be True or False")
    return str(value).lower() in _TRUE


def _integer(value: object) -> int:
    if isinstance(value, str):
        if not value.strip():
            return 0
        try:
            return int(value) if len(value) <= _MAX_INTEGER_CHARS else _no_integer()
        except ValueError:
            _no_integer()
    if isinstance(value, int | float) and -(2**63) < value < 2**63 and int(value) == value:
        return int(value)
    return _no_integer()


def _no_integer() -> Never:
    raise _Wrong(NOT_AN_INTEGER)


def _natural(value: object) -> int:
    number = _integer(value)
    if number < 0:
        raise _Wrong(NOT_NATURAL)
    return number


def _format(value: object) -> RecordsFormat:
    for known in FORMATS:
        if value == known:
            return known
    raise _Wrong(f"Value must be one of {list(FORMATS)!r}")
