"""What each column action does to a column, as an SQL expression and the type that comes out.

Suppression needs the whole table and lives in `suppression.py`, geometries in `geometry.py`. A value that an action cannot
understand is left out: what cannot be made coarser is not published as it is.
"""

from portal.kernel.columns import Column
from portal.kernel.vocab import ColumnAction, ColumnType
from portal.tables.duck import literal, quoted
from portal.tables.masks import address_down_to, masked, plain
from portal.tables.suppression import small_limit

_NUMBERS = (ColumnType.INTEGER, ColumnType.NUMBER)
_DAYS = (ColumnType.DATE, ColumnType.DATETIME)
_DATE_LEVELS = ("year", "quarter", "month")
_ADDRESS_LEVELS = ("city", "county", "town")
_BEGINS_WITH_DAY = r"^\D{0,2}((?:19|20)\d{2})(?:\s*[-/.年]?\s*(0?[1-9]|1[0-2])(?:\D|\d{2}|$))?"


def acted(column: Column, action: ColumnAction, parameter: str = "") -> tuple[str, ColumnType]:
    """The expression that publishes `column` under `action`, which is not DROP, and its type."""
    name = quoted(column.name)
    if column.type is ColumnType.GEOMETRY:
        return name, column.type  # `write_geometries` does what the action asks
    if action is ColumnAction.MASK:
        return masked(name, parameter), ColumnType.TEXT
    if action is ColumnAction.GENERALISE:
        return _generalised(name, column.type, parameter)
    if action is ColumnAction.SUPPRESS:
        return _suppressed(name, column.type, parameter), column.type
    return name, column.type


def _generalised(name: str, type_: ColumnType, parameter: str) -> tuple[str, ColumnType]:
    """By the parameter; without one days to the first of their month, numbers to two significant digits, text masked."""
    if parameter.startswith("band:"):
        return _band(name, type_, parameter.removeprefix("band:")), ColumnType.TEXT
    if parameter.startswith("grid:"):
        return _on_grid(name, type_, parameter.removeprefix("grid:")), ColumnType.NUMBER
    if parameter in _ADDRESS_LEVELS:
        return _address(name, parameter), ColumnType.TEXT
    if parameter in _DATE_LEVELS and type_ not in _DAYS:
        return _day_in_text(name, parameter), ColumnType.TEXT
    return _day(name, type_, parameter) if type_ in _DAYS else _coarse(name, type_)


def _coarse(name: str, type_: ColumnType) -> tuple[str, ColumnType]:
    if type_ in _NUMBERS:
        sql_type = "BIGINT" if type_ is ColumnType.INTEGER else "DOUBLE"
        digits = f"1 - CAST(floor(log10(abs({name}))) AS INTEGER)"
        rounded = f"CASE WHEN {name} = 0 THEN 0 ELSE round(CAST({name} AS DOUBLE), {digits}) END"
        return f"CAST({rounded} AS {sql_type})", type_
    if type_ is ColumnType.BOOLEAN:
        return "CAST(NULL AS BOOLEAN)", type_
    return masked(name), ColumnType.TEXT


def _day(name: str, type_: ColumnType, level: str) -> tuple[str, ColumnType]:
    """A year as a number; a quarter or a month as its first day."""
    if level == "year":
        return f"CAST(year({name}) AS BIGINT)", ColumnType.INTEGER
    sql_type = "DATE" if type_ is ColumnType.DATE else "TIMESTAMP"
    return f"CAST(date_trunc('{level or 'month'}', {name}) AS {sql_type})", type_


def _day_in_text(name: str, level: str) -> str:
    """The year (1990), quarter (1990-Q2) or month (1990-05) that a text begins with; null where it begins otherwise."""
    text = f"trim(translate(CAST({name} AS VARCHAR), '０１２３４５６７８９', '0123456789'))"
    year, month = (f"regexp_extract({text}, {literal(_BEGINS_WITH_DAY)}, {group})" for group in (1, 2))
    if level == "year":
        return f"nullif({year}, '')"
    quarter = f"CAST((TRY_CAST({month} AS INTEGER) + 2) // 3 AS VARCHAR)"
    found = f"'-' || lpad({month}, 2, '0')" if level == "month" else f"'-Q' || {quarter}"
    return f"CASE WHEN {year} = '' OR {month} = '' THEN NULL ELSE {year} || {found} END"


def _address(name: str, level: str) -> str:
    """The address down to a level, a beginning of the text; null where the text begins with no place."""
    return f"nullif({address_down_to(f'trim(CAST({name} AS VARCHAR))', level)}, '')"


def _band(name: str, type_: ColumnType, width: str) -> str:
    """The band a number lies in: 1000–1999 of whole numbers, 1.5–2 (without its upper end) of others."""
    is_whole = type_ is ColumnType.INTEGER and "." not in width and "e" not in width
    value = f"TRY_CAST({plain(f'CAST({name} AS VARCHAR)')} AS DOUBLE)" if type_ not in _NUMBERS else name
    if is_whole:
        low = f"CAST(floor({value} / CAST({width} AS DOUBLE)) AS BIGINT) * {width}"
        return f"CAST({low} AS VARCHAR) || '–' || CAST({low} + {width} - 1 AS VARCHAR)"
    step = f"floor(CAST({value} AS DOUBLE) / {width})"
    low, high = (f"printf('%.10g', {edge} * {width})" for edge in (step, f"({step} + 1)"))
    return f"CASE WHEN isfinite(CAST({value} AS DOUBLE)) THEN {low} || '–' || {high} END"


def _on_grid(name: str, type_: ColumnType, degrees: str) -> str:
    """A coordinate as the middle of its cell."""
    value = f"TRY_CAST({name} AS DOUBLE)" if type_ not in _DAYS else "CAST(NULL AS DOUBLE)"
    return f"CASE WHEN isfinite({value}) THEN round(floor({value} / {degrees}) * {degrees} + {degrees} / 2, 9) END"


def _suppressed(name: str, type_: ColumnType, parameter: str) -> str:
    """Small counts become null; what is not a number cannot be a count and becomes null altogether."""
    if type_ in _NUMBERS:
        return f"CASE WHEN abs({name}) > 0 AND abs({name}) < {small_limit(parameter)} THEN NULL ELSE {name} END"
    return f"CASE WHEN false THEN {name} END"
