"""Masks by kind of value, as SQL expressions: what custom shows of a value, and nothing that gives it back.

A cell that is not of the kind (two telephones in one cell, a note instead of a number) becomes stars altogether, and so
does one too short for anything to stay hidden. Stars do not tell how long a value was.
"""

from portal.tables.duck import literal

_STARS = "***"
_SHORT_CHARS = 7
_WIDE = "".join(chr(0xFF01 + i) for i in range(94))
_PLAIN = "".join(chr(0x21 + i) for i in range(94))
_PROVINCE = r"(?:[\p{Han}]{1,7}?(?:省|自治区|特别行政区))?"
_CITY = r"(?:[\p{Han}]{1,8}?(?:市|自治州|地区|盟))?"
_COUNTY = r"(?:[\p{Han}]{0,8}?[^小社园校院库厂片景辖街专\P{Han}]区|[\p{Han}]{1,8}?(?:县|縣|旗|市))?"
_TOWN = r"(?:[\p{Han}]{1,8}?(?:街道|镇|鎮|乡|鄉|苏木))?"
_LEVELS = {
    "city": _PROVINCE + _CITY,
    "county": _PROVINCE + _CITY + _COUNTY,
    "town": _PROVINCE + _CITY + _COUNTY + _TOWN,
}


def masked(name: str, kind: str = "") -> str:
    """The expression that masks a column under its quoted `name`; `kind` as in `portal.gate.orders.MASK_KINDS`."""
    text = f"trim(CAST({name} AS VARCHAR))"
    expression = _KINDS[kind](text)
    return f"CASE WHEN {name} IS NULL OR {text} = '' THEN NULL ELSE {expression} END"


def plain(text: str) -> str:
    """The expression with full-width signs as plain ones, and without the white space and dashes that group digits."""
    narrow = f"translate({text}, {literal(_WIDE)}, {literal(_PLAIN)})"
    return f"regexp_replace({narrow}, '[\\s\u3000\\-–—·.()\\x{{200b}}-\\x{{200f}}\\x{{2060}}\\x{{feff}}]', '', 'g')"


def address_down_to(text: str, level: str) -> str:
    """The expression of an address's beginning down to its `city`, `county` or `town` (街道, 镇, 乡), as far as it has one;
    may be empty. Only places count, no words before them: digits and signs end it."""
    return f"regexp_extract({text}, {literal('^' + _LEVELS[level])})"


def _text(text: str) -> str:
    """The first character of a short text, the first three of a long one."""
    return (
        f"CASE WHEN length({text}) > {_SHORT_CHARS} THEN left({text}, 3) || '****' "
        f"WHEN length({text}) > 1 THEN left({text}, 1) || '**' ELSE '**' END"
    )


def _name(text: str) -> str:
    """张三 → 张*. A single character is all that a name has, so nothing of it is shown."""
    return f"CASE WHEN length({text}) > 1 THEN left({text}, 1) || '*' ELSE '*' END"


def _phone(text: str) -> str:
    """13812345678 → 138****5678; of a landline the area code. A number without one shows nothing."""
    number = f"regexp_replace({plain(text)}, '^(\\+|00)?86', '')"
    return (  # the plain form first: it needs no cleaning, which costs ten times as much
        f"CASE WHEN regexp_full_match({text}, '1[3-9][0-9]{{9}}') THEN left({text}, 3) || '****' || right({text}, 4) "
        f"WHEN regexp_full_match({number}, '1[3-9][0-9]{{9}}') "
        f"THEN left({number}, 3) || '****' || right({number}, 4) "
        f"WHEN regexp_full_match({number}, '0(10|2[0-9]|[3-9][0-9]{{2}})[0-9]{{7,8}}') "
        f"THEN regexp_extract({number}, '^0(10|2[0-9]|[3-9][0-9]{{2}})') || '****' ELSE '{_STARS}' END"
    )


def _identity(text: str) -> str:
    """The province of an identity number, no more: with date and check digit, a few shown digits give the rest back."""
    number = plain(text)
    return (
        f"CASE WHEN regexp_full_match({number}, '[0-9]{{15}}|[0-9]{{17}}[0-9Xx]') "
        f"THEN left({number}, 2) || '****' ELSE '{_STARS}' END"
    )


def _address(text: str) -> str:
    """Down to the town, when something follows that is hidden; one that is no more precise loses its last level."""
    town = address_down_to(f"left({text}, length({text}) - 1)", "town")
    return f"{town} || '{_STARS}'"


def _plate(text: str) -> str:
    """浙A12345 → 浙A****."""
    plate = plain(text)
    return (
        f"CASE WHEN regexp_full_match({plate}, '\\p{{Han}}[A-Za-z][A-Za-z0-9\\p{{Han}}]{{4,6}}') "
        f"THEN left({plate}, 2) || '****' ELSE '{_STARS}' END"
    )


def _card(text: str) -> str:
    """The last four digits."""
    number = plain(text)
    return (
        f"CASE WHEN regexp_full_match({number}, '[0-9]{{12,23}}') THEN '****' || right({number}, 4) ELSE '{_STARS}' END"
    )


def _email(text: str) -> str:
    """The first sign and the domain; of a single sign before the @ nothing but the domain."""
    shape = r"[^@\s]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"
    return (
        f"CASE WHEN NOT regexp_full_match({text}, {literal(shape)}) THEN '{_STARS}' "
        f"WHEN strpos({text}, '@') > 2 THEN left({text}, 1) || '{_STARS}' || substr({text}, strpos({text}, '@')) "
        f"ELSE '{_STARS}' || substr({text}, strpos({text}, '@')) END"
    )


_KINDS = {
    "": _text,
    "name": _name,
    "phone": _phone,
    "identity": _identity,
    "address": _address,
    "plate": _plate,
    "card": _card,
    "email": _email,
}
