"""Orders of a signed mapping about single columns: what is done with a column, and how. Read from the document only here.

An order is a word (`"mask"`) or an object of one action and its parameter (`{"generalise": "year"}`). The parameter is kept
as one word, which the tables room carries out, the digest covers and the data dictionary explains:

| action | parameter | result |
|---|---|---|
| mask | (none), `name`, `phone`, `identity`, `address`, `plate`, `card`, `email` | see `portal.tables.masks` |
| generalise | (none), `year`, `quarter`, `month` | days; text that begins with a day |
| generalise | `city`, `county`, `town` | addresses, cut behind that level |
| generalise | `band:1000` | numbers, as the band of that width they lie in |
| generalise | `grid:0.01` | coordinates and geometries, as the middle of a cell of so many degrees |
| suppress | (none: 10), a number of 2 and more | counts of 1 to one less become null, and totals that would tell them |
"""

from collections.abc import Mapping
from typing import Final

from portal.kernel.columns import ColumnOrder
from portal.kernel.errors import PortalError
from portal.kernel.vocab import ColumnAction

MASK_KINDS: Final = ("name", "phone", "identity", "address", "plate", "card", "email")
DATE_LEVELS: Final = ("year", "quarter", "month")
ADDRESS_LEVELS: Final = ("city", "county", "town")
_WIDEST_GRID: Final = 10.0
_LARGEST_COUNT: Final = 1_000_000


class MappingInvalid(PortalError):
    """The mapping document cannot be read; the message names the place in it."""


def parse_orders(document: object) -> tuple[tuple[str, ColumnOrder], ...]:
    """`column_actions` of a mapping document: column → order. Raises MappingInvalid naming the column."""
    if not isinstance(document, Mapping):
        raise MappingInvalid('Mapping, "column_actions": an object is needed here.')
    return tuple((str(name), _order(str(name), order)) for name, order in document.items())


def _order(name: str, order: object) -> ColumnOrder:
    if isinstance(order, str):
        return ColumnOrder(_action(name, order))
    if not isinstance(order, Mapping) or len(order) != 1:
        raise MappingInvalid(
            f'Mapping, "column_actions", "{name}": write an action, or one action with its parameter '
            '({"generalise": "year"}).'
        )
    ((word, parameter),) = order.items()
    action = _action(name, str(word))
    return ColumnOrder(action, _PARAMETERS[action](name, parameter))


def _action(name: str, action: str) -> ColumnAction:
    try:
        return ColumnAction(action)
    except ValueError as error:
        allowed = ", ".join(ColumnAction)
        raise MappingInvalid(f'Mapping, "column_actions", "{name}": {action!r} is none of {allowed}.') from error


def _no_parameter(name: str, parameter: object) -> str:
    raise MappingInvalid(f'Mapping, "column_actions", "{name}": this action takes no parameter, not {parameter!r}.')


def _mask(name: str, parameter: object) -> str:
    if parameter in MASK_KINDS:
        return str(parameter)
    raise MappingInvalid(f'Mapping, "column_actions", "{name}": mask what? One of {", ".join(MASK_KINDS)}.')


def _generalise(name: str, parameter: object) -> str:
    if isinstance(parameter, str) and parameter in (*DATE_LEVELS, *ADDRESS_LEVELS):
        return parameter
    if isinstance(parameter, Mapping) and len(parameter) == 1:
        ((kind, width),) = parameter.items()
        is_number = isinstance(width, int | float) and not isinstance(width, bool)
        if kind == "band" and is_number and 0 < width < 1e15:
            return f"band:{width:g}" if width != int(width) else f"band:{int(width)}"
        if kind == "grid" and is_number and 0 < width <= _WIDEST_GRID:
            return f"grid:{width:g}"
    levels = ", ".join(f'"{level}"' for level in (*DATE_LEVELS, *ADDRESS_LEVELS))
    raise MappingInvalid(
        f'Mapping, "column_actions", "{name}": generalise to what? One of {levels}, '
        '{"band": width of a band of numbers} or {"grid": degrees, up to 10}.'
    )


def _suppress(name: str, parameter: object) -> str:
    if isinstance(parameter, int) and not isinstance(parameter, bool) and 2 <= parameter <= _LARGEST_COUNT:
        return str(parameter)
    raise MappingInvalid(
        f'Mapping, "column_actions", "{name}": suppress counts below what? A whole number from 2, not {parameter!r}.'
    )


_PARAMETERS = {
    ColumnAction.PUBLISH: _no_parameter,
    ColumnAction.DROP: _no_parameter,
    ColumnAction.MASK: _mask,
    ColumnAction.GENERALISE: _generalise,
    ColumnAction.SUPPRESS: _suppress,
}
