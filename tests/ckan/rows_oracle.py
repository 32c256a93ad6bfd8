"""Random searches of the golden table, and their answers worked out in plain Python over the recorded rows."""

import csv
import io
import json
import random
from collections.abc import Callable, Mapping
from functools import cmp_to_key
from typing import Any, Final

Row = dict[str, Any]
TEXTS: Final = ("district", "name_zh", "note", "列名 a")
NUMBERS: Final = ("id", "year", "price", "amount")
DAYS: Final = ("day", "ts")
_TESTS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "eq": lambda cell, value: bool(cell == value),
    "gt": lambda cell, value: bool(cell > value),
    "gte": lambda cell, value: bool(cell >= value),
    "lt": lambda cell, value: bool(cell < value),
    "lte": lambda cell, value: bool(cell <= value),
    "in": lambda cell, value: cell in value,
}


def rows_of(table: Mapping[str, Any]) -> list[Row]:
    """The recorded rows with `_id`, cells as a search tells them."""
    types = dict(table["fields"])
    return [
        {"_id": number, **{name: _cell(types[name], record.get(name)) for name in types}}
        for number, record in enumerate(table["records"], 1)
    ]


def _cell(type_: str, cell: Any) -> Any:
    if cell is None:
        return None
    if type_ == "numeric":
        return float(cell)
    return f"{cell}.000" if type_ == "timestamp" else cell


def random_search(rows: list[Row], seed: int) -> dict[str, Any]:
    """One search: filters, order, fields, page and format, any of them left out."""
    pick = random.Random(seed)
    names = list(rows[0])
    asked: dict[str, Any] = {}
    if pick.random() < 0.8:
        asked["filters"] = _filters(pick, rows)
    if pick.random() < 0.6:
        asked["fields"] = pick.sample(names, pick.randint(1, 6))
    if pick.random() < 0.3:
        asked |= {"distinct": True, "fields": pick.sample(["district", "year", "flag", "列名 a"], pick.randint(1, 3))}
    sortable = asked["fields"] if "distinct" in asked else [name for name in names if name != "js"]
    if "distinct" in asked or pick.random() < 0.7:
        keys = pick.sample(sortable, len(sortable) if "distinct" in asked else pick.randint(1, 3))
        asked["sort"] = ", ".join(_sorted_by(pick, name) for name in keys)
    if pick.random() < 0.7:
        asked["limit"] = pick.choice([0, 1, 7, 50, 100, 500, 40_000])
    if pick.random() < 0.4:
        asked["offset"] = pick.choice([0, 1, 13, 150, 199, 200, 10_000])
    if pick.random() < 0.3:
        asked["include_total"] = pick.choice([True, False])
    if pick.random() < 0.5:
        asked["records_format"] = pick.choice(["objects", "lists", "csv", "tsv"])
    return asked


def _sorted_by(pick: random.Random, name: str) -> str:
    quoted = f'"{name}"' if " " in name else name
    return quoted + pick.choice(["", " asc", " desc", " desc nulls last", " nulls first", " DESC NULLS FIRST"])


def _filters(pick: random.Random, rows: list[Row]) -> Any:
    found: dict[str, Any] = dict(_filter(pick, rows) for _ in range(pick.randint(1, 2)))
    if pick.random() < 0.3:
        found["$or"] = [dict([_filter(pick, rows)]) for _ in range(pick.randint(1, 3))]
    return [found, dict([_filter(pick, rows)])] if pick.random() < 0.15 else found


def _filter(pick: random.Random, rows: list[Row]) -> tuple[str, Any]:
    name = pick.choice([*TEXTS, *NUMBERS, *DAYS, "flag", "_id"])
    values = [row[name] for row in rows if row[name] is not None]
    kind = pick.random()
    if kind < 0.3:
        return name, pick.choice([*values, None])
    if kind < 0.6:
        return name, pick.sample(values, pick.choice([1, 3, 60]))
    if name == "flag":
        return name, {"eq": pick.choice(values)}
    low, high = sorted([pick.choice(values), pick.choice(values)])
    ops = {pick.choice(["gt", "gte"]): low, pick.choice(["lt", "lte"]): high}
    return name, ops if kind < 0.85 else [pick.choice(values), ops]


def answer_of(rows: list[Row], asked: Mapping[str, Any]) -> tuple[Any, int]:
    """(records as the format has them, total)."""
    kept = [row for row in rows if _holds(asked.get("filters", {}), row)]
    fields = asked.get("fields", list(rows[0]))
    for clause in reversed(asked.get("sort", "").split(", ") if asked.get("sort") else []):
        kept.sort(key=cmp_to_key(_order(clause)))
    shown = [{name: row[name] for name in fields} for row in kept]
    if asked.get("distinct"):
        shown = list({json.dumps(row, ensure_ascii=False): row for row in shown}.values())
    start = asked.get("offset", 0)
    page = shown[start : start + min(asked.get("limit", 100), 32_000)]
    return _formatted(page, fields, asked.get("records_format", "objects")), len(shown)


def _holds(filters: Any, row: Row) -> bool:
    if isinstance(filters, list):
        return any(_holds(one, row) for one in filters)
    return all(
        any(_holds(one, row) for one in value) if name == "$or" else _matches(row[name], value)
        for name, value in filters.items()
    )


def _matches(cell: Any, value: Any) -> bool:
    if isinstance(value, list):
        return any(_matches(cell, one) for one in value)
    if isinstance(value, dict):
        return all(_compares(op, cell, one) for op, one in value.items())
    return _compares("eq", cell, value)


def _compares(op: str, cell: Any, value: Any) -> bool:
    return cell is not None and value is not None and _TESTS[op](cell, value)


def _order(clause: str) -> Callable[[Row, Row], int]:
    lowered = clause.lower()
    is_down = " desc" in lowered
    nulls_first = "nulls first" in lowered or (is_down and "nulls last" not in lowered)
    name = clause.split('"')[1] if '"' in clause else clause.split(maxsplit=1)[0]

    def compare(one: Row, other: Row) -> int:
        a, b = one[name], other[name]
        if a is None or b is None:
            return 0 if a is b else -1 if (a is None) == nulls_first else 1
        return (int(a > b) - int(a < b)) * (-1 if is_down else 1)

    return compare


def _formatted(page: list[Row], fields: list[str], records_format: str) -> Any:
    if records_format == "objects":
        return page
    lists = [[row[name] for name in fields] for row in page]
    if records_format == "lists":
        return lists
    written = io.StringIO()
    delimiter = "," if records_format == "csv" else "\t"
    for row in lists:
        cells = [_printed(name, cell, delimiter) for name, cell in zip(fields, row, strict=True)]
        written.write(delimiter.join(cells) + "\n")
    return written.getvalue()


def _printed(name: str, cell: Any, delimiter: str) -> str:
    if name == "js":
        cell = json.dumps(cell)
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "t" if cell else "f"
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    line = io.StringIO()
    csv.writer(line, delimiter=delimiter).writerow([cell, "x"])
    return line.getvalue()[: -len(",x\r\n")] if cell != "" else '""'
