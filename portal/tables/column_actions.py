"""What each column action does to a column, as an SQL expression and the type that comes out."""

from portal.kernel.columns import Column
from portal.kernel.vocab import ColumnAction, ColumnType
from portal.tables.duck import quoted

_SMALL_COUNT = 10
_SHORT_CHARS = 7
_NUMBERS = (ColumnType.INTEGER, ColumnType.NUMBER)
_DAYS = (ColumnType.DATE, ColumnType.DATETIME)


def acted(column: Column, action: ColumnAction) -> tuple[str, ColumnType]:
    """The expression that publishes `column` under `action`, which is not DROP, and its type."""
    name = quoted(column.name)
    if action is ColumnAction.MASK:
        return masked(name), ColumnType.TEXT
    if action is ColumnAction.GENERALISE:
        return _generalised(name, column.type)
    if action is ColumnAction.SUPPRESS:
        return _suppressed(name, column.type), column.type
    return name, column.type


def masked(name: str) -> str:
    """The first character of a short text, the first three of a long one, and stars that do not tell its length."""
    text = f"trim(CAST({name} AS VARCHAR))"
    return (
        f"CASE WHEN {name} IS NULL THEN NULL "
        f"WHEN length({text}) > {_SHORT_CHARS} THEN left({text}, 3) || '****' "
        f"WHEN length({text}) > 1 THEN left({text}, 1) || '**' ELSE '**' END"
    )


def _generalised(name: str, type_: ColumnType) -> tuple[str, ColumnType]:
    """Days to the first of their month, numbers to two significant digits; text is masked."""
    if type_ in _DAYS:
        sql_type = "DATE" if type_ is ColumnType.DATE else "TIMESTAMP"
        return f"CAST(date_trunc('month', {name}) AS {sql_type})", type_
    if type_ in _NUMBERS:
        sql_type = "BIGINT" if type_ is ColumnType.INTEGER else "DOUBLE"
        digits = f"1 - CAST(floor(log10(abs({name}))) AS INTEGER)"
        rounded = f"CASE WHEN {name} = 0 THEN 0 ELSE round(CAST({name} AS DOUBLE), {digits}) END"
        return f"CAST({rounded} AS {sql_type})", type_
    if type_ is ColumnType.BOOLEAN:
        return "CAST(NULL AS BOOLEAN)", type_
    return masked(name), ColumnType.TEXT


def _suppressed(name: str, type_: ColumnType) -> str:
    """Counts of 1 to 9 become null; what is not a number cannot be a count and becomes null altogether."""
    if type_ in _NUMBERS:
        return f"CASE WHEN abs({name}) > 0 AND abs({name}) < {_SMALL_COUNT} THEN NULL ELSE {name} END"
    return f"CASE WHEN false THEN {name} END"
