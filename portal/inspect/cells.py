"""The full rules, on the cells that the pre-filter selected."""

import unicodedata
from typing import Final

import polars as pl

from portal.inspect import digits, patterns
from portal.inspect.tally import Tally

_TEXT_RULES: Final = (
    ("secrecy_mark", patterns.SECRECY),
    ("passport", patterns.PASSPORT),
    ("identity_number", patterns.HONG_KONG_IDENTITY),
    ("identity_number_rounded", patterns.SCIENTIFIC_IDENTITY),
    ("mobile_number", patterns.SCIENTIFIC_MOBILE),
    ("home_address", patterns.HOME),
    ("name_beside_phone", patterns.NAME_BESIDE_PHONE),
)


def examine(cells: pl.Series, *, is_travel_column: bool = False, is_lossy: bool = False) -> Tally:
    """Count what is in these cells (strings, none null).

    `is_travel_column`: the column's name speaks of passports or permits. `is_lossy`: the cells were floating-point
    numbers, whose last digits mean nothing.
    """
    tally = Tally()
    cells = _normalise(cells)
    worded = cells.filter(cells.str.contains(patterns.TEXT_PREFILTER))
    if len(worded):
        _count_words(tally, worded, is_travel_column)
    numbers = _numbers(cells)
    if numbers.height:
        _count_numbers(tally, numbers, is_lossy)
    return tally


def _count_words(tally: Tally, cells: pl.Series, is_travel_column: bool) -> None:
    """The rules that are about words as much as about digits."""
    for rule, pattern in _TEXT_RULES:
        tally.cells[rule] += _count(cells, pattern)
    emails = cells.str.replace_all(patterns.AT, "@")
    emails = emails.filter(emails.str.contains("@"))
    if len(emails):
        tally.cells["email_address"] += _count(emails.str.replace_all(patterns.OFFICIAL_EMAIL, " $1"), patterns.EMAIL)
    _count_travel_documents(tally, cells, is_travel_column)


def _count(cells: pl.Series, pattern: str) -> int:
    return int(cells.str.contains(pattern).sum())


def _count_travel_documents(tally: Tally, cells: pl.Series, is_travel_column: bool) -> None:
    """Permits whose form many other codes share count beside a word that names them."""
    likely = cells.filter(cells.str.contains(patterns.TRAVEL_DOCUMENT))
    if not len(likely):
        return
    named = likely if is_travel_column else likely.filter(likely.str.contains(patterns.TRAVEL_WORD))
    tally.cells["passport"] += len(named) - _count(named, patterns.PASSPORT)


def _normalise(cells: pl.Series) -> pl.Series:
    """Cells with plain digits and letters and without invisible characters; what is plain already is left alone."""
    odd = cells.str.contains(patterns.NEEDS_NORMALISING)
    if not odd.any():
        return cells
    normal = cells.filter(odd)
    spelled = normal.str.contains(patterns.OTHER_NUMBER)
    if spelled.any():
        signs, values = zip(*patterns.OTHER_DIGIT_VALUES.items(), strict=True)
        plain = normal.filter(spelled).str.replace_many(list(signs), list(values))
        normal = pl.concat([normal.filter(~spelled), plain])
    normal = normal.str.replace_all(patterns.ENUMERATOR, " ").str.normalize("NFKC")
    normal = normal.str.replace_all(patterns.INVISIBLE, "")
    foreign = normal.str.contains(r"[\p{Nd}--[0-9]]")
    if foreign.any():
        normal = pl.Series([_plain_digits(text) for text in normal], dtype=pl.String)
    return pl.concat([cells.filter(~odd), normal])


def _plain_digits(text: str) -> str:
    """Decimal digits of any script as ASCII."""
    return "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text)


def _numbers(cells: pl.Series) -> pl.DataFrame:
    """Every number in the cells that some rule could be about: `cell` (index), `token` (digits, perhaps a last X)."""
    frame = pl.DataFrame({"cell": pl.int_range(len(cells), eager=True), "text": cells})
    text = pl.col("text")
    for noise in (patterns.HASH, patterns.DECIMAL, patterns.DECIMAL):  # twice: neighbours share an edge
        if frame.get_column("text").str.contains(noise).any():
            frame = frame.with_columns(text.str.replace_all(noise, "$1 $2"))
    runs = frame.filter(text.str.contains(patterns.HAS_RUN)).select("cell", token=text.str.extract_all(patterns.RUN))
    chained = frame.filter(text.str.contains(patterns.HAS_CHAIN))
    if chained.height:
        chained = chained.filter(text.str.contains(patterns.ELEVEN_IN_CHAIN))
    if not chained.height:
        return _exploded(runs)
    chains = _exploded(chained.select("cell", token=text.str.extract_all(patterns.CHAIN)))
    chains = chains.filter(pl.col("token").str.contains(patterns.ELEVEN_IN_CHAIN))
    return pl.concat([_exploded(runs), *_from_chains(chains)]).unique()


def _exploded(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.explode("token").drop_nulls("token")


def _from_chains(chains: pl.DataFrame) -> list[pl.DataFrame]:
    """Numbers written in groups: a whole chain of 18 digits, and groups of known sizes anywhere in a chain."""
    token = pl.col("token")
    whole = chains.with_columns(token.str.replace_all(patterns.SEPARATOR, ""))
    whole = whole.filter(token.str.contains(r"^[0-9]{17}[0-9Xx]$"))
    spread = chains.with_columns(token=pl.lit("|") + token.str.replace_all(patterns.SEPARATOR, "  ") + pl.lit("|"))
    grouped = _exploded(spread.with_columns(token.str.extract_all(patterns.GROUPED)))
    return [whole, grouped.with_columns(token.str.replace_all("[ |]", ""))]


def _count_numbers(tally: Tally, numbers: pl.DataFrame, is_lossy: bool) -> None:
    token = pl.col("token")
    sized = numbers.with_columns(size=token.str.len_chars())
    size = pl.col("size")
    _count_mobiles(tally, sized.filter(size.is_between(11, 15)))
    _count_identities(tally, sized.filter((size == 18) & token.str.contains("^[1-9]")), is_lossy)
    _count_old_identities(tally, sized.filter((size == 15) & token.str.contains("^[1-9][0-9]+$")))
    cards = sized.filter(size.is_between(15, 19)).filter(digits.is_card_like(token))
    if cards.height:
        tally.numbers["card_like"] += cards.height
        tally.cells["card_cells"] += _cells(cards.filter(digits.luhn_checks(token)))


def _cells(frame: pl.DataFrame) -> int:
    return frame.get_column("cell").n_unique()


def _count_mobiles(tally: Tally, numbers: pl.DataFrame) -> None:
    token = pl.col("token")
    tally.cells["mobile_cells"] += _cells(numbers.filter(token.str.contains("^(?:0|86|086|0086)?1[3-9][0-9]{9}$")))


def _count_identities(tally: Tally, numbers: pl.DataFrame, is_lossy: bool) -> None:
    token = pl.col("token")
    tally.numbers["eighteen"] += numbers.height
    dated = numbers.filter(digits.is_dated(token))
    dated = dated.filter(~digits.credit_code_checks(token)) if dated.height else dated
    if not dated.height:
        return
    if is_lossy:
        tally.cells["rounded_cells"] += _cells(dated)
        return
    dated = dated.with_columns(
        year=token.str.slice(6, 4).cast(pl.Int32),
        is_checked=digits.identity_checks(token),
        is_permit=token.str.contains("^(?:8[123]0000|9[1-8])"),
    )
    checked = dated.filter("is_checked")
    for year, count in dated.get_column("year").value_counts().iter_rows():
        tally.dated_years[year] += count
    for year, count in checked.get_column("year").value_counts().iter_rows():
        tally.checked_years[year] += count
    tally.cells["identity_cells"] += _cells(checked.filter(~pl.col("is_permit")))
    tally.cells["permit_cells"] += _cells(checked.filter("is_permit"))
    tally.cells["rounded_cells"] += _cells(dated.filter(token.str.ends_with("000") & ~pl.col("is_checked")))


def _count_old_identities(tally: Tally, numbers: pl.DataFrame) -> None:
    if not numbers.height:
        return
    token = pl.col("token")
    registered = digits.registration_checks(numbers.get_column("token"))
    numbers = numbers.with_columns(is_registered=registered)
    dated = numbers.filter(digits.is_dated_15(token))
    tally.numbers["fifteen"] += numbers.height
    tally.numbers["registered"] += int(registered.sum())
    tally.cells["old_cells"] += _cells(dated)
    tally.cells["old_unregistered_cells"] += _cells(dated.filter(~pl.col("is_registered")))
