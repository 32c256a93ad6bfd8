"""A table, row by row: sort, filter and walk it, by links and a form alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, request

from portal.catalogue import queries
from portal.catalogue.views import DatasetView, PartView, Ref
from portal.exports.offering import offered_formats
from portal.exports.saying import say
from portal.http.context import language, leave_session, parts, principal, session
from portal.http.policy import policy
from portal.http.refs import parse_ref
from portal.http.rendering import render_page
from portal.http.uses import note_use
from portal.kernel.columns import Column, TableSchema
from portal.kernel.errors import InvalidInput, NotFound
from portal.kernel.vocab import ColumnType, PartKind
from portal.tables.filters import condition_from_filters
from portal.tables.query import MAX_OFFSET, RowQuery, SortKey
from portal.web.addresses import LANG, with_query
from portal.web.dataset import part_block, rows_lang_of
from portal.web.numbers import page_number
from portal.web.paging import make_pager

_PER_PAGE = 50
_PREFIXES = ("f.", "min.", "max.")
_MOST_FILTERS = 20
_MOST_VALUE_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's head: `sorted` is `ascending`, `descending` or `none`; `href` sorts by it, or turns the order round."""

    column: Column
    sorted: str
    href: str


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is in force, with the address that lifts it. `kind`: `f`, `min` or `max`."""

    column: str
    kind: str
    value: str
    remove: str


def register(blueprint: Blueprint) -> None:
    """Routes of this module."""
    blueprint.add_url_rule(f"{LANG}/dataset/<ref>/data/<slug>", view_func=show_rows)


@policy(permission="read_data", budget="rows")
def show_rows(ref: str, slug: str) -> Response:
    """A page of a table's rows. Raises NotFound, Gone, Unavailable; a filter that does not fit is told on the page."""
    parts().rows.check_room()
    asked = parse_ref(ref)
    dataset = queries.get_dataset(session(), principal(), asked)
    part, schema = _table_part(dataset, slug)
    pinned = Ref(dataset.card.id, dataset.version.number)
    table = queries.open_version(session(), principal(), pinned, slug, parts().store)
    note_use(dataset.card.id)

    address = _Address(f"/{language().value}/dataset/{asked}/data/{slug}", schema)
    number = page_number(most=MAX_OFFSET // _PER_PAGE)
    fault: Column | None = None
    try:
        condition = condition_from_filters(address.filters(), schema)
    except InvalidInput as error:
        condition, fault = None, schema.column(error.parameter.partition(".")[2])
        if fault is None:
            raise
    columns = _shown(schema)
    leave_session()
    page = parts().rows.page(
        table,
        RowQuery(
            select=tuple(column.name for column in columns),
            where=condition,
            order_by=address.order,
            limit=_PER_PAGE,
            offset=(number - 1) * _PER_PAGE,
        ),
    )
    total = page.total or 0
    said = say(condition, address.order).texts
    return render_page(
        "data.html",
        {
            "dataset": dataset,
            "card": dataset.card,
            "block": part_block(dataset, part),
            "ref": str(asked),
            "columns": columns,
            "headings": [address.heading(column) for column in columns],
            "chips": address.chips(),
            "kept": address.kept_for_form(),
            "order_text": address.order_text,
            "rows": page.rows,
            "rows_lang": rows_lang_of(page.rows),
            "total": total,
            "at_least": page.total_relation == "gte",
            "first": (number - 1) * _PER_PAGE + 1 if page.rows else 0,
            "pager": make_pager(number, total, _PER_PAGE, address.page, most=MAX_OFFSET // _PER_PAGE),
            "exports": [
                (made.name, with_query(f"/download/{pinned}/{slug}.{made.name}", list(said.items())))
                for made in offered_formats(schema)
            ],
            "fault": fault,
            "action": address.path,
        },
    )


def _table_part(dataset: DatasetView, slug: str) -> tuple[PartView, TableSchema]:
    for part in dataset.parts:
        if part.slug == slug and part.kind is PartKind.TABLE and part.schema is not None:
            return part, part.schema
    raise NotFound("This dataset has no such table.")


def _shown(schema: TableSchema) -> tuple[Column, ...]:
    """The columns of the page: geometries are in the picture and the downloads, unless there is nothing else."""
    plain = tuple(column for column in schema.columns if column.type is not ColumnType.GEOMETRY)
    return plain or schema.columns


class _Address:
    """The query string of this page, read once, and the addresses that differ from it in one thing."""

    def __init__(self, path: str, schema: TableSchema) -> None:
        self.path = path
        self._schema = schema
        self._pairs = _given_filters(schema)
        self.order_text = request.args.get("order", "")[:_MOST_VALUE_CHARACTERS]
        name = self.order_text.removeprefix("-")
        column = schema.column(name)
        known = column is not None and column.type is not ColumnType.GEOMETRY
        self.order: tuple[SortKey, ...] = (SortKey(name, self.order_text.startswith("-")),) if known else ()
        if not known:
            self.order_text = ""

    def filters(self) -> dict[str, list[str]]:
        """Form fields as `condition_from_filters` takes them."""
        fields: dict[str, list[str]] = {}
        for name, value in self._pairs:
            fields.setdefault(name, []).append(value)
        return fields

    def heading(self, column: Column) -> Heading:
        key = self.order[0] if self.order else None
        is_sorted = key is not None and key.column == column.name
        descends = bool(is_sorted and key and key.is_descending)
        order = f"-{column.name}" if is_sorted and not descends else column.name
        state = ("descending" if descends else "ascending") if is_sorted else "none"
        return Heading(column, state, self._with(self._pairs, order))

    def chips(self) -> list[Chip]:
        chips = []
        for index, (name, value) in enumerate(self._pairs):
            kind, _, column = name.partition(".")
            rest = [pair for i, pair in enumerate(self._pairs) if i != index]
            chips.append(Chip(column, kind, value, self._with(rest, self.order_text)))
        return chips

    def page(self, number: int) -> str:
        return self._with(self._pairs, self.order_text, number)

    def kept_for_form(self) -> list[tuple[str, str]]:
        """Hidden fields, so that a new filter adds to those in force."""
        return [*self._pairs, ("order", self.order_text)] if self.order_text else list(self._pairs)

    def _with(self, pairs: Sequence[tuple[str, str]], order: str, number: int = 1) -> str:
        return with_query(self.path, [*pairs, ("order", order), ("page", str(number) if number > 1 else "")])


def _given_filters(schema: TableSchema) -> list[tuple[str, str]]:
    """`f.<column>=…`, `min.<column>=…`, `max.<column>=…`, and what the form's three fields add up to."""
    pairs = [
        (name, value.strip()[:_MOST_VALUE_CHARACTERS])
        for name, value in request.args.items(multi=True)
        if name.startswith(_PREFIXES) and schema.column(name.partition(".")[2]) and value.strip()
    ]
    column, how = request.args.get("column", ""), request.args.get("how", "f")
    value = request.args.get("value", "").strip()[:_MOST_VALUE_CHARACTERS]
    if value and schema.column(column) and how in {"f", "min", "max"} and (f"{how}.{column}", value) not in pairs:
        pairs.append((f"{how}.{column}", value))
    return pairs[:_MOST_FILTERS]
