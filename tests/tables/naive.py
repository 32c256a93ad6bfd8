"""What a row query means, in plain Python over lists: the yardstick for the engine."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import cmp_to_key

from portal.tables import All, Compare, Condition, Either, IsIn, IsNull, JsonValue, Not, RowQuery

Row = Sequence[object]


def answer(names: Sequence[str], rows: Sequence[Row], query: RowQuery) -> list[Row]:
    """All rows of the query in order, with the selected cells as JSON values."""
    places = {name: place for place, name in enumerate(names)}
    found = [row for row in rows if query.where is None or holds(query.where, places, row) is True]
    for key in reversed(query.order_by):
        place, sign = places[key.column], -1 if key.is_descending else 1

        def compare(left: Row, right: Row, place: int = place, sign: int = sign) -> int:
            a, b = left[place], right[place]
            if a is None or b is None:
                return (a is None) - (b is None)
            return sign * (int(a > b) - int(a < b))  # type: ignore[operator]

        found.sort(key=cmp_to_key(compare))
    chosen = [places[name] for name in query.select or names]
    return [tuple(as_json(row[place]) for place in chosen) for row in found]


def as_json(cell: object) -> object:
    return cell.isoformat() if isinstance(cell, date | datetime) else cell


def holds(  # noqa: PLR0911 - one return a kind of condition
    condition: Condition, places: dict[str, int], row: Row
) -> bool | None:
    """True, False, or None where a null leaves it open."""
    if isinstance(condition, All):
        values = [holds(inner, places, row) for inner in condition.conditions]
        return False if False in values else (None if None in values else True)
    if isinstance(condition, Either):
        values = [holds(inner, places, row) for inner in condition.conditions]
        return True if True in values else (None if None in values else False)
    if isinstance(condition, Not):
        value = holds(condition.condition, places, row)
        return None if value is None else not value
    cell = row[places[condition.column]]
    if isinstance(condition, IsNull):
        return cell is None
    if cell is None:
        return None
    if isinstance(condition, IsIn):
        return any(cell == constant(value, cell) for value in condition.values)
    return compared(condition, cell)


def constant(value: JsonValue, cell: object) -> object:
    if isinstance(cell, datetime):
        return datetime.fromisoformat(str(value))
    return date.fromisoformat(str(value)) if isinstance(cell, date) else value


def compared(condition: Compare, cell: object) -> bool:
    value = constant(condition.value, cell)
    if condition.operator == "contains":
        return str(value).lower() in str(cell).lower()
    if condition.operator == "starts with":
        return str(cell).lower().startswith(str(value).lower())
    outcomes = {
        "=": cell == value,
        "!=": cell != value,
        "<": cell < value,  # type: ignore[operator]
        "<=": cell <= value,  # type: ignore[operator]
        ">": cell > value,  # type: ignore[operator]
        ">=": cell >= value,  # type: ignore[operator]
    }
    return bool(outcomes[condition.operator])
