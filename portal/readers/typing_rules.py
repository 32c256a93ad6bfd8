"""Which type a column of text has: rules as SQL expressions over one column.

Identifiers and codes stay text whatever they look like: leading zeros, more than 15 digits (a spreadsheet and a
browser would round them), or a name that says code, number, telephone or postcode. A type is taken only when every
value fits it, apart from words that say "no value"; those become null and are counted.
"""

import re
from dataclasses import dataclass

from portal.kernel.vocab import ColumnType
from portal.readers.duck import literal

_BLANKS = " \t\r\n\v\f\u00a0\u3000\ufeff\u200b"
_BLANK_CODES = ", ".join(str(ord(char)) for char in _BLANKS if ord(char) > 32)
_NO_VALUE = (
    "-",
    "--",
    "—",
    "——",
    "/",
    "\\",
    "无",
    "暂无",
    "空",
    "无数据",
    "缺失",
    "n/a",
    "na",
    "nan",
    "null",
    "none",
    "#n/a",
    "…",
    "...",
)
_CODE_NAME = re.compile(
    r"代码|编码|编号|号码|证号|文号|序列号|邮编|邮政|电话|手机|传真|区划|帐号|账号|学号|工号|车牌|身份证"
    r"|(^|[^a-z])(id|code|no|zip|postcode|phone|tel|mobile|fax|sn|uuid)([^a-z]|$)",
    re.IGNORECASE,
)
_DATE_NAME = re.compile(r"日期|时间|年月日|(^|[^a-z])(date|day|time)([^a-z]|$)|_at$|_on$", re.IGNORECASE)
_INTEGER = r"[+-]?(0|[1-9][0-9]{0,14}|[1-9][0-9]{0,2}(,[0-9]{3}){1,4})"
_NUMBER = r"[+-]?(0|[1-9][0-9]{0,14}|[1-9][0-9]{0,2}(,[0-9]{3}){1,4})?(\.[0-9]{1,17})?([eE][+-]?[0-9]{1,2})?"
_PLAIN_NUMBER = r"[+-]?(0|[1-9][0-9]{0,14})?(\.[0-9]{1,17})?([eE][+-]?[0-9]{1,2})?"
_DAY = r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?"
_TIME = r"([0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6}0*)?)?)"
_COMPACT_DAY = r"((?:19|20)[0-9]{2})(0[1-9]|1[0-2])([0-3][0-9])"
_ISO_DAY = r"\1-\2-\3"
_WITHOUT_SECONDS = r"^(.*[ T][0-9]{1,2}:[0-9]{2})$"
_ADD_SECONDS = r"\1:00"
_UNIFORM_CODE_CHARS = 8


@dataclass(frozen=True, slots=True)
class Candidate:
    """A type a column may have, as SQL over the column.

    `is_plain`: the cell is in the usual spelling and needs no trimming, which takes longer than all the rest. `fits`:
    whether the trimmed cell is of the type; `cast`: the cell as a value, null where it is none; both for any cell.
    """

    type: ColumnType
    is_plain: str
    fits: str
    cast: str


def trimmed(column: str) -> str:
    """The cell without space around it, null when nothing is left."""
    return f"nullif(trim({column}, {literal(_BLANKS)}), '')"


def no_value(v: str) -> str:
    """Whether the text only says that there is no value."""
    return f"lower({v}) IN ({', '.join(literal(word) for word in _NO_VALUE)})"


def candidates(name: str, column: str) -> tuple[Candidate, ...]:
    """The types to try for a column whose header is `name`, the most particular first. `column` is SQL."""
    v = trimmed(column)
    found = [_boolean(column, v)]
    if _DATE_NAME.search(name):
        found.append(_compact_date(column, v))
    if not _CODE_NAME.search(name):
        found += [_integer(column, v), _number(column, v)]
    return (*found, _date(column, v), _datetime(column, v))


def is_uniform_code(type_: ColumnType, shortest: int | None, longest: int | None) -> bool:
    """Whether whole numbers are all of one length that only codes have (eight digits and more)."""
    return type_ is ColumnType.INTEGER and shortest == longest and (shortest or 0) >= _UNIFORM_CODE_CHARS


def is_damaged(column: str) -> str:
    """Whether the cell is a number of 15 to 19 digits as spreadsheets write it, with the first few digits alone."""
    pattern = literal(r"\s*[1-9](\.[0-9]{1,13})?[eE]\+?1[4-8]\s*")
    return f"CASE WHEN contains(upper({column}), 'E+1') THEN regexp_full_match({column}, {pattern}) ELSE false END"


def text_cast(column: str) -> str:
    """A text cell as published: as delivered, null when blank.

    A text whose first character is none of the blanks is not blank; trimming all of them would take five times longer.
    """
    starts_visibly = f"unicode({column}) > 32 AND unicode({column}) NOT IN ({_BLANK_CODES})"
    return f"CASE WHEN {starts_visibly} THEN {column} WHEN {trimmed(column)} IS NULL THEN NULL ELSE {column} END"


def _matches(v: str, pattern: str) -> str:
    return f"regexp_full_match({v}, {literal(pattern)})"


def _round_trips(column: str, type_: str) -> str:
    """Whether the cell is written just as the engine writes the value: no pattern is needed then."""
    return f"CAST(TRY_CAST({column} AS {type_}) AS VARCHAR) = {column}"


def _first_of(plain: str, other: str) -> str:
    """`plain`, or `other` where that is null. Unlike `coalesce`, a CASE works the second out only where it is needed."""
    return f"CASE WHEN {plain} IS NOT NULL THEN {plain} ELSE {other} END"


def _boolean(column: str, v: str) -> Candidate:
    return Candidate(
        ColumnType.BOOLEAN,
        is_plain=f"{column} IN ('true', 'false')",
        fits=f"lower({v}) IN ('true', 'false')",
        cast=_first_of(f"TRY_CAST({column} AS BOOLEAN)", f"TRY_CAST(lower({v}) AS BOOLEAN)"),
    )


def _integer(column: str, v: str) -> Candidate:
    return Candidate(
        ColumnType.INTEGER,
        is_plain=f"length({column}) <= 15 AND {_round_trips(column, 'BIGINT')}",
        fits=_matches(v, _INTEGER),
        cast=_first_of(f"TRY_CAST({column} AS BIGINT)", f"TRY_CAST(replace({v}, ',', '') AS BIGINT)"),
    )


def _number(column: str, v: str) -> Candidate:
    plain, grouped = f"TRY_CAST({column} AS DOUBLE)", f"TRY_CAST(replace({v}, ',', '') AS DOUBLE)"
    return Candidate(
        ColumnType.NUMBER,
        is_plain=f"{_matches(column, _PLAIN_NUMBER)} AND isfinite({plain})",
        fits=f"{_matches(v, _NUMBER)} AND isfinite({grouped})",
        cast=f"CASE WHEN isfinite({plain}) THEN {plain} WHEN isfinite({grouped}) THEN {grouped} END",
    )


def _date_cast(v: str, pattern: str, type_: str, replacement: str) -> str:
    return f"TRY_CAST(regexp_replace({v}, {literal(f'^{pattern}$')}, {literal(replacement)}) AS {type_})"


def _compact_date(column: str, v: str) -> Candidate:
    plain, cast = (_date_cast(text, _COMPACT_DAY, "DATE", _ISO_DAY) for text in (column, v))
    return Candidate(
        ColumnType.DATE,
        is_plain=f"{_matches(column, _COMPACT_DAY)} AND {plain} IS NOT NULL",
        fits=f"{_matches(v, _COMPACT_DAY)} AND {cast} IS NOT NULL",
        cast=_first_of(plain, cast),
    )


def _date(column: str, v: str) -> Candidate:
    cast = _date_cast(v, _DAY, "DATE", _ISO_DAY)
    return Candidate(
        ColumnType.DATE,
        is_plain=f"length({column}) = 10 AND {_round_trips(column, 'DATE')}",
        fits=f"{_matches(v, _DAY)} AND {cast} IS NOT NULL",
        cast=_first_of(f"TRY_CAST({column} AS DATE)", cast),
    )


def _datetime(column: str, v: str) -> Candidate:
    with_time = rf"{_DAY}[ T]+{_TIME}"
    full = f"regexp_replace({v}, {literal(_WITHOUT_SECONDS)}, {literal(_ADD_SECONDS)})"
    moment = _date_cast(full, with_time, "TIMESTAMP", r"\1-\2-\3 \4")
    cast = f"coalesce({moment}, {_date_cast(v, _DAY, 'TIMESTAMP', _ISO_DAY)})"
    return Candidate(
        ColumnType.DATETIME,
        is_plain=f"length({column}) = 19 AND {_round_trips(column, 'TIMESTAMP')}",
        fits=f"({_matches(v, with_time)} OR {_matches(v, _DAY)}) AND {cast} IS NOT NULL",
        cast=_first_of(f"TRY_CAST({column} AS TIMESTAMP)", cast),
    )


def takes_all(fitting: int, values: int, without_value: int) -> bool:
    """Whether a candidate that takes `fitting` of a column's values may be its type.

    The others must be words for "no value", and these at most half of all.
    """
    return fitting > 0 and fitting + without_value >= values and without_value * 2 <= values
