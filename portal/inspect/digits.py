"""Check digits and dates in numbers, as expressions over columns of digits: no Python per cell."""

from datetime import UTC, datetime
from functools import reduce
from typing import Final

import polars as pl

_IDENTITY_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
"""GB 11643-1999, 4.2: W(i) = 2^(i-1) mod 11."""
_CREDIT_CODE_WEIGHTS: Final = tuple(pow(3, i, 31) for i in range(17))
"""GB 32100-2015, 5.2: W(i) = 3^(i-1) mod 31."""
_FIRST_YEAR: Final = 1880
_PROVINCES: Final = r"^(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])"
"""First two digits: provinces. Asked of the old form alone, which has no check digit; the new form is judged without any
table of places, because places come and go."""

_CREDIT_SIGNS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_TAIWAN_PLACES: Final = {sign: 10 + place for place, sign in enumerate("ABCDEFGHJKLMNPQRSTUVXYWZIO")}


def digit(number: pl.Expr, width: int, position: int) -> pl.Expr:
    """The digit at `position` (0 first) of an integer of `width` digits."""
    scale: int = 10 ** (width - 1 - position)
    return (number // scale) % 10


def identity_checks(token: pl.Expr) -> pl.Expr:
    """Whether the last of 18 characters is the check digit of GB 11643 (ISO 7064 MOD 11-2, X for 10)."""
    body = token.str.slice(0, 17).cast(pl.Int64, strict=False)
    remainder = _weighted(body, _IDENTITY_WEIGHTS) % 11
    last = token.str.slice(17, 1).str.to_uppercase()
    value = pl.when(last == "X").then(pl.lit(10, pl.Int64)).otherwise(last.cast(pl.Int64, strict=False))
    return (((12 - remainder) % 11) == value).fill_null(value=False)


def credit_code_checks(token: pl.Expr) -> pl.Expr:
    """Whether 18 digits are a unified social credit code of an enterprise by prefix and check digit (GB 32100)."""
    body = token.str.slice(0, 17).cast(pl.Int64, strict=False)
    value = token.str.slice(17, 1).cast(pl.Int64, strict=False)
    return (
        token.str.contains("^9[123]") & (((31 - _weighted(body, _CREDIT_CODE_WEIGHTS) % 31) % 31) == value)
    ).fill_null(value=False)


def luhn_checks(token: pl.Expr) -> pl.Expr:
    """Whether up to 19 digits pass the check of ISO/IEC 7812-1 annex B."""
    number = token.cast(pl.UInt64, strict=False)
    total = reduce(lambda a, b: a + b, (_luhn_term(number, place) for place in range(19)))
    return (total % 10 == 0).fill_null(value=False)


def is_dated(token: pl.Expr) -> pl.Expr:
    """Whether 18 characters begin like an identity number: any place, then a date of birth that exists."""
    year = token.str.slice(6, 4).cast(pl.Int32, strict=False)
    born = token.str.slice(6, 8).str.to_date("%Y%m%d", strict=False)
    return (
        token.str.contains("^[1-9]") & year.is_between(_FIRST_YEAR, datetime.now(UTC).year) & born.is_not_null()
    ).fill_null(value=False)


def is_dated_15(token: pl.Expr) -> pl.Expr:
    """Whether 15 digits begin like an identity number of the old form (GB 11643-1989, two digits of the year)."""
    born = ("19" + token.str.slice(6, 6)).str.to_date("%Y%m%d", strict=False)
    return (token.str.contains(_PROVINCES) & born.is_not_null()).fill_null(value=False)


def registration_checks(token: pl.Series) -> pl.Series:
    """Whether 15 digits are a business registration number (工商注册号, GS 15-2006: ISO 7064 MOD 11,10)."""
    number = token.cast(pl.Int64, strict=False)
    product = pl.repeat(10, len(token), dtype=pl.Int64, eager=True)
    for position in range(14):
        total = (product + (number // 10 ** (14 - position)) % 10) % 10
        total = total + (total == 0).cast(pl.Int64) * 10
        product = (total * 2) % 11
    return ((product + number % 10) % 10 == 1).fill_null(value=False)


def is_card_like(token: pl.Expr) -> pl.Expr:
    """Whether digits have length and issuer prefix of a payment card (ISO/IEC 7812-1; UnionPay 62, ABC 9559x …)."""
    return token.str.contains(
        r"^(?:6[02][0-9]{14,17}|4[0-9]{15}|5[1-5][0-9]{14}|2(?:22[1-9]|2[3-9][0-9]|[3-6][0-9]{2}|7[01][0-9]|720)[0-9]{12}"
        r"|3[47][0-9]{13}|4[0-9]{12}|35(?:2[89]|[3-8][0-9])[0-9]{12}|9558[0-9]{15}|9559[5-9][0-9]{14})$"
    )


def _weighted(body: pl.Expr, weights: tuple[int, ...]) -> pl.Expr:
    return reduce(lambda a, b: a + b, _weighted_terms(body, weights))


def _luhn_term(number: pl.Expr, place: int) -> pl.Expr:
    """What the digit at `place` (0 last) adds to the sum."""
    value = (number // pl.lit(10**place, pl.UInt64)) % 10
    if place % 2 == 0:
        return value
    return value * 2 - pl.when(value > 4).then(pl.lit(9, pl.UInt64)).otherwise(pl.lit(0, pl.UInt64))


def has_province(token: pl.Expr) -> pl.Expr:
    """Whether a number begins with the two digits of a province."""
    return token.str.contains(_PROVINCES)


def taiwan_checks(token: pl.Expr) -> pl.Expr:
    """Whether a letter and nine digits are an identity number of Taiwan (second sign 1, 2, 8 or 9; weights 1 9 8 … 1 1)."""
    place = token.str.slice(0, 1).replace_strict(_TAIWAN_PLACES, default=None, return_dtype=pl.Int64)
    number = token.str.slice(1, 9).cast(pl.Int64, strict=False)
    weights = (8, 7, 6, 5, 4, 3, 2, 1, 1)
    total = place // 10 + place % 10 * 9 + reduce(lambda a, b: a + b, _weighted_terms(number, weights))
    return (token.str.contains("^[A-Z][1289]") & (total % 10 == 0)).fill_null(value=False)


def credit_code_is_valid(code: str) -> bool:
    """Whether 18 characters are a unified social credit code with the right check sign (GB 32100-2015)."""
    values = [_CREDIT_SIGNS.find(sign) for sign in code]
    if len(values) != 18 or min(values) < 0:
        return False
    total = sum(value * weight for value, weight in zip(values, _CREDIT_CODE_WEIGHTS, strict=False))
    return (31 - total % 31) % 31 == values[17]


def _weighted_terms(number: pl.Expr, weights: tuple[int, ...]) -> list[pl.Expr]:
    return [digit(number, len(weights), position) * weight for position, weight in enumerate(weights)]
