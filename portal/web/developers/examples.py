"""Calls that can be copied: one for each operation, with a dataset that is really there."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from portal.catalogue import queries
from portal.catalogue.views import DatasetCard, Ref
from portal.http.context import parts, principal, session
from portal.kernel.columns import Column
from portal.kernel.text import Language
from portal.kernel.vocab import ColumnType, Openness
from portal.web.code_examples import Example, examples_of
from portal.web.developers.reading import Operation

_LOOKED_AT = 10
_NUMBERS = (ColumnType.INTEGER, ColumnType.NUMBER)


@dataclass(frozen=True, slots=True)
class Shown:
    """The dataset that examples speak of, its version (`id@v3`), and a table of it.

    `text`, `number`: columns as clauses write them, or empty.
    """

    dataset: str
    pinned: str
    part: str
    publisher: str
    theme: str
    keyword: str
    text: str
    number: str
    codes: tuple[Example, ...]
    dataset_codes: tuple[Example, ...]


NOBODY = Shown("ID", "ID@v1", "PART", "PUBLISHER", "THEME", "KEYWORD", "", "", (), ())
"""What examples speak of while there is no dataset."""


def find_shown() -> Shown:
    """The newest public dataset with rows, else the newest of all; `NOBODY` in an empty catalogue."""
    cards = queries.list_newest(session(), principal(), _LOOKED_AT)
    with_rows = [card for card in cards if card.row_count and card.openness is Openness.UNCONDITIONAL]
    return _shown((with_rows or list(cards))[0]) if cards else NOBODY


def _shown(card: DatasetCard) -> Shown:
    view = queries.get_dataset(session(), principal(), Ref(card.id))
    table = next((part for part in view.parts if part.schema is not None), None)
    columns = table.schema.columns if table is not None and table.schema is not None else ()
    base = parts().settings.base_url
    return Shown(
        dataset=card.id,
        pinned=f"{card.id}@v{card.current_version}",
        part=table.slug if table else view.parts[0].slug if view.parts else NOBODY.part,
        publisher=card.publisher_slug,
        theme=card.theme_slugs[0] if card.theme_slugs else NOBODY.theme,
        keyword=next(iter(view.keywords.get(Language.ZH, ())), NOBODY.keyword),
        text=_clause_name(columns, (ColumnType.TEXT,)),
        number=_clause_name(columns, _NUMBERS),
        codes=examples_of(base, card.id, table.slug, columns) if table else (),
        dataset_codes=examples_of(base, card.id, None, ()),
    )


def _clause_name(columns: tuple[Column, ...], types: tuple[ColumnType, ...]) -> str:
    found = next((column.name for column in columns if column.type in types), "")
    return '"' + found.replace('"', '""') + '"' if found else ""


def call_of(operation: Operation, shown: Shown) -> str:
    """A call of the operation with curl, as a shell takes it."""
    path = operation.path
    for name, value in _path_values(operation, shown).items():
        path = path.replace("{" + name + "}", quote(value, safe="@:"))
    base = parts().settings.base_url.rstrip("/")
    asked = _query(operation, shown)
    lines = [f"curl -sS {_option(operation, bool(asked))}'{base}{path}'"]
    lines += [f"--data-urlencode {_shell(f'{name}={value}')}" for name, value in asked.items()]
    if operation.needs_key:
        lines.append("-H 'Authorization: Bearer YOUR_KEY'")
    if operation.body is not None:
        body = _body(operation, shown)
        if "application/json" in operation.body.media_types:
            lines += ["-H 'Content-Type: application/json'", f"-d {_shell(json.dumps(body, ensure_ascii=False))}"]
        else:
            lines += [f"--data-urlencode {_shell(f'{name}={value}')}" for name, value in body.items()]
    return " \\\n  ".join(lines)


def _option(operation: Operation, has_query: bool) -> str:
    if operation.method == "GET":
        return "-G " if has_query else ""
    return "" if operation.body is not None and operation.method == "POST" else f"-X {operation.method} "


def _path_values(operation: Operation, shown: Shown) -> Mapping[str, str]:
    slug = shown.theme if any(word in operation.path for word in ("/theme", "/group/")) else shown.publisher
    first = {one.name: one.shape.split(" | ")[0] for one in operation.parameters if one.place == "path"}
    fixed = {
        "ref": shown.dataset,
        "dataset_id": shown.dataset,
        "part": shown.part,
        "slug": slug,
        "resource_id": f"{shown.dataset}-{shown.part}",
        "lang": "zh",
        "tongue": "zh",
    }
    return {name: fixed.get(name) or (value if value != "string" else "ID") for name, value in first.items()}


def _query(operation: Operation, shown: Shown) -> Mapping[str, str]:
    """What a first call would ask; what has to be given at least."""
    asked = {name: _named(value, shown) for name, value in _ASKED.get(operation.name, {}).items()}
    if operation.name in {"list_rows", "export_rows"} and shown.text:
        asked = {"where": f"not {shown.text} is null"} | asked
    for one in operation.parameters:
        if one.place == "query" and one.is_required and one.name not in asked:
            asked[one.name] = _value(operation, one.name, one.shape, shown)
    return asked


def _body(operation: Operation, shown: Shown) -> Mapping[str, object]:
    """A body with what it has to have at least."""
    fixed = _BODIES.get(operation.name)
    if fixed is not None:
        return {name: _named(value, shown) if isinstance(value, str) else value for name, value in fixed.items()}
    members = operation.body.members if operation.body else ()
    needed = [one for one in members if one.depth == 0 and one.is_required]
    return {one.path.removesuffix("[]"): _value(operation, one.path, one.shape, shown) for one in needed}


def _named(value: str, shown: Shown) -> str:
    return value.replace("{dataset}", shown.dataset).replace("{publisher}", shown.publisher)


def _value(operation: Operation, name: str, shape: str, shown: Shown) -> str:
    resource = f"{shown.dataset}-{shown.part}"
    ids = {
        "_organization_": shown.publisher,
        "_group_": shown.theme,
        "_tag_": shown.keyword,
        "_resource_": resource,
    }
    known = {
        "resource_id": resource,
        "sql": " ".join(("SELECT * FROM", f'"{resource}"')),
        "q": "a",
        "query": "name:a",
        "name": "package_show",
        "id": next((value for word, value in ids.items() if word in operation.name), shown.dataset),
    }
    first = shape.partition(" | ")[0]
    return known.get(name) or ("1" if shape == "integer" else first if first != shape else "…")


def _shell(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


_ASKED: Mapping[str, Mapping[str, str]] = {
    "search_datasets": {"q": "data", "limit": "5"},
    "suggest_datasets": {"q": "a"},
    "follow_changes": {"since": "0", "limit": "100"},
    "list_rows": {"limit": "10"},
    "ckan_package_search": {"q": "data", "rows": "5"},
    "ckan_package_show": {"id": "{dataset}"},
    "ckan_member_list": {"id": "{publisher}"},
    "ckan_resource_search": {"query": "name:a"},
    "feed_search": {"q": "data"},
}
_BODIES: Mapping[str, Mapping[str, object]] = {
    "query_rows": {"limit": 10},
    "create_my_key": {"name": "my program", "scopes": ["catalogue", "rows"]},
    "create_webhook": {"url": "https://example.org/hook", "dataset": "{dataset}"},
    "ckan_package_show_by_post": {"id": "{dataset}"},
    "ckan_member_list_by_post": {"id": "{publisher}"},
    "ckan_resource_search_by_post": {"query": "name:a"},
    "answer_mcp": {"jsonrpc": "2.0", "id": 1, "method": "tools/list"},
}
