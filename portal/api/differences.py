"""Differences between two versions: what changed in the schema, and which rows were added, removed or changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from marshmallow import Schema, fields, post_load, validate

from portal.api.addresses import links
from portal.api.answers.differences import DifferencesAnswer, RowDifferencesAnswer
from portal.api.operations import Answer, operation
from portal.api.projections import Json
from portal.catalogue.queries import get_dataset, open_version
from portal.catalogue.views import DatasetView, PartView, Ref
from portal.http.context import parts, principal, session
from portal.http.refs import parse_ref
from portal.kernel.columns import Column
from portal.kernel.errors import NotFound
from portal.tables.differences import MOST_KEYS, shared_columns

_MOST_VERSION = 999_999_999
_MOST_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class Pair:
    """Which versions; None: the current one, and the one before."""

    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class RowPair(Pair):
    """And which rows of them."""

    key: tuple[str, ...]
    limit: int
    cursor: str | None


def _version(name: str, text: str) -> fields.Integer:
    return fields.Integer(
        load_default=None,
        data_key=name,
        validate=validate.Range(min=1, max=_MOST_VERSION),
        metadata={"description": text},
    )


class PairParameters(Schema):
    """Which versions."""

    before = _version("from", "Number of the older version; left out: the one before the newer.")
    after = _version("to", "Number of the newer version; left out: the one of the address, else the current one.")

    @post_load
    def _value(self, data: Mapping[str, Any], **_: Any) -> Pair:
        return Pair(data["before"], data["after"])


class RowPairParameters(PairParameters):
    """Which versions and rows."""

    by = fields.List(
        fields.String(validate=validate.Length(min=1, max=300)),
        load_default=list,
        validate=validate.Length(max=MOST_KEYS),
        metadata={
            "description": "A column that tells rows apart; repeat it where several do together. None: whole rows are compared."
        },
    )
    limit = fields.Integer(
        load_default=100,
        validate=validate.Range(min=1, max=_MOST_ROWS),
        metadata={"description": "How many rows an answer has at most."},
    )
    cursor = fields.String(
        load_default=None,
        validate=validate.Length(min=1, max=4_000),
        metadata={"description": "Where the page before ended, as in its `next`; everything else must stay the same."},
    )

    @post_load
    def _value(self, data: Mapping[str, Any], **_: Any) -> RowPair:
        return RowPair(data["before"], data["after"], tuple(data["by"]), data["limit"], data["cursor"])


@operation(
    "/datasets/<ref>/differences",
    summary="Compare two versions of a dataset",
    tag="datasets",
    takes=PairParameters,
    gives=DifferencesAnswer,
    problems=("gone",),
)
def compare_versions(asked: Pair, ref: str) -> Answer:
    """What differs between two versions: parts, columns that were added, removed, retyped or are treated otherwise, and
    whether content and texts differ; of data that is open on application, those who were not granted it learn no more than its
    columns. A version that is kept no longer answers 410 with its checksums."""
    before, after = _versions(parse_ref(ref), asked)
    older, newer = (get_dataset(session(), principal(), one) for one in (before, after))
    slugs = dict.fromkeys([*(part.slug for part in newer.parts), *(part.slug for part in older.parts)])
    is_open = older.shows_rows and newer.shows_rows
    return Answer(
        {
            "before": str(before),
            "after": str(after),
            "is_page_changed": older.version.page_digest != newer.version.page_digest,
            "parts": [
                _part_json(slug, _part(older, slug), _part(newer, slug), before, after, is_open=is_open)
                for slug in slugs
            ],
        }
    )


@operation(
    "/datasets/<ref>/tables/<part>/differences",
    summary="Compare the rows of two versions",
    tag="rows",
    takes=RowPairParameters,
    gives=RowDifferencesAnswer,
    permission="read_data",
    budget="rows",
    problems=("gone", "grant-needed"),
)
def compare_rows(asked: RowPair, ref: str, part: str) -> Answer:
    """Rows that were added, removed or changed between two versions of a table. With `by`, a row is the same row where it is
    the same in these columns, and a changed one shows the cells that changed; without it, rows are compared whole."""
    before, after = _versions(parse_ref(ref), asked)
    older, newer = (open_version(session(), principal(), one, part, parts().store) for one in (before, after))
    page = parts().differences.page(older, newer, key=asked.key, limit=asked.limit, cursor=asked.cursor)
    pairs = [("from", str(before.version)), ("to", str(after.version)), *(("by", name) for name in asked.key)]
    pairs += [("limit", str(asked.limit)), ("cursor", page.next_cursor or "")]
    address = f"{links().table(after.dataset_id, part)}/differences?{urlencode(pairs)}"
    next_url = address if page.next_cursor else None
    return Answer(
        {
            "before": str(before),
            "after": str(after),
            "part": part,
            "key": list(asked.key),
            "compared_columns": [column.name for column in shared_columns(older, newer)],
            "counts": dict(page.counts) if page.counts is not None else None,
            "rows": [
                {"kind": row.kind, "key": dict(row.key), "before": dict(row.before), "after": dict(row.after)}
                for row in page.rows
            ],
            "limit": asked.limit,
            "next": next_url,
        },
        next_url=next_url,
    )


def _versions(ref: Ref, asked: Pair) -> tuple[Ref, Ref]:
    """Both versions that are meant. Raises NotFound, Buried."""
    number = asked.after or ref.version
    if number is None:
        number = get_dataset(session(), principal(), Ref(ref.dataset_id)).version.number
    before = asked.before or number - 1
    if before < 1:
        raise NotFound("There is no version before the first; name two with `from` and `to`.")
    return Ref(ref.dataset_id, before), Ref(ref.dataset_id, number)


def _part(view: DatasetView, slug: str) -> PartView | None:
    return next((part for part in view.parts if part.slug == slug), None)


def _part_json(
    slug: str, older: PartView | None, newer: PartView | None, before: Ref, after: Ref, *, is_open: bool
) -> Json:
    """What differs about one part; not `is_open`: nothing is told of its content, not even whether it differs."""
    old = {column.name: column for column in older.schema.columns} if older and older.schema else {}
    new = {column.name: column for column in newer.schema.columns} if newer and newer.schema else {}
    changed = [name for name in new if name in old and _state(old[name]) != _state(new[name])]
    is_content_changed = _is_content_changed(older, newer, is_open=is_open)
    is_changed = bool(is_content_changed) or bool(changed) or list(old) != list(new)
    unchanged = None if is_content_changed is None else "same"
    kind = "added" if older is None else "removed" if newer is None else "changed" if is_changed else unchanged
    query = urlencode({"from": before.version, "to": after.version})
    return {
        "part": slug,
        "kind": kind,
        "is_content_changed": is_content_changed,
        "row_count_before": older.row_count if older else None,
        "row_count_after": newer.row_count if newer else None,
        "columns_added": [name for name in new if name not in old],
        "columns_removed": [name for name in old if name not in new],
        "columns_changed": [
            {"name": name, "before": _state(old[name]), "after": _state(new[name])} for name in changed
        ],
        "is_order_changed": [name for name in old if name in new] != [name for name in new if name in old],
        "rows": f"{links().table(after.dataset_id, slug)}/differences?{query}" if old and new and is_open else None,
    }


def _is_content_changed(older: PartView | None, newer: PartView | None, *, is_open: bool) -> bool | None:
    if older is None or newer is None:
        return True
    return (older.sha256, older.url) != (newer.sha256, newer.url) if is_open else None


def _state(column: Column) -> Json:
    return {"type": column.type.value, "action": column.action.value, "parameter": column.parameter}
