"""The rules about numbers: every number in the cells, however grouped, and what it may be. No Python per cell, except for
what is rare by its nature (windows inside long runs, credit codes of sole traders)."""

import re
from typing import Final

import polars as pl

from portal.gate.rules import Counts
from portal.gate.rules.signs import LAST_X
from portal.inspect import digits, patterns
from portal.inspect.readings import without_separators

_PREFIX: Final = r"(?:0|86|086|0086|17951|12593|1790[89]|17911|17969)?"
_WINDOW: Final = re.compile(rf"(?=({patterns.DATED_WINDOW}))")
_IDENTITY_WORD: Final = "身[份分][证證]|公民身份"
_FIFTEEN: Final = r"[0-9](?:[^\p{L}\p{N}]{0,3}[0-9]){14}"
_MANY_CODES: Final = 1_000
_LONGEST_RUN: Final = 2_000
_SOLE_TRADER: Final = (
    r"(?:^|[^0-9A-Za-z]|[Nn][Oo]\.?|[a-z])"
    r"(92[0-9]{6}(?:[0-9A-HJ-NP-RT-UW-Y]{10}|[0-9a-hj-np-rt-uw-y]{10}))(?:$|[^0-9A-Za-z]|[a-z])"
)
_PERMIT: Final = r"(?:^|[^0-9A-Za-z])[A-Za-z]{1,2}[0-9]{7,8}(?:$|[^0-9A-Za-z])"
_PERMIT_DATED: Final = r"(?:^|[^0-9A-Za-z])[A-Za-z]{1,2}20[0-4][0-9]{4,5}(?:$|[^0-9A-Za-z])"
_TAIWAN: Final = r"(?:^|[^0-9A-Za-z])([A-Z][0-9]{9})(?:$|[^0-9A-Za-z])"


def count_numbers(counts: Counts, readings: pl.DataFrame, *, is_lossy: bool) -> None:
    """Add what the numbers in these readings are to the counts. `is_lossy`: the cells were floating-point numbers."""
    tokens = _tokens(counts, readings)
    if tokens.height:
        _count_tokens(counts, tokens, is_lossy)
    _count_codes(counts, readings)


def _cells(frame: pl.DataFrame) -> int:
    return frame.get_column("cell").n_unique()


def _tokens(counts: Counts, readings: pl.DataFrame) -> pl.DataFrame:
    """Every number that some rule could be about: `cell`, `token` (digits, perhaps a last X)."""
    text, frame = pl.col("text"), readings
    for noise in (patterns.HASH, patterns.DECIMAL, patterns.DECIMAL):  # twice: neighbours share an edge
        if frame.get_column("text").str.contains(noise).any():
            frame = frame.with_columns(text.str.replace_all(noise, "$1 $2"))
    runs = _exploded(
        frame.filter(text.str.contains(patterns.HAS_RUN)).select("cell", token=text.str.extract_all(patterns.RUN))
    )
    found = [runs]
    chained = frame.filter(text.str.contains(patterns.HAS_CHAIN))
    if chained.height:
        chained = chained.filter(text.str.contains(patterns.ELEVEN_DIGITS))
    if chained.height:
        chains = _exploded(chained.select("cell", token=text.str.extract_all(patterns.CHAIN)))
        found += _from_chains(counts, chains.filter(pl.col("token").str.contains(patterns.ELEVEN_DIGITS)))
    found += _lettered(frame)
    beside = frame.filter(text.str.contains(_IDENTITY_WORD))
    beside = beside.filter(text.str.contains(_FIFTEEN)) if beside.height else beside
    if beside.height:
        parted = _exploded(beside.select("cell", token=text.str.extract_all(_FIFTEEN)))
        found.append(parted.with_columns(pl.col("token").str.replace_all("[^0-9]", "")))
    return pl.concat(found).with_columns(pl.col("token").str.replace_all(f"[{LAST_X}]", "X")).unique()


def _exploded(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.explode("token").drop_nulls("token")


def _from_chains(counts: Counts, chains: pl.DataFrame) -> list[pl.DataFrame]:
    """Numbers written in groups: a whole chain of 18 digits, and groups of known sizes anywhere in a chain. Mobile numbers
    between separators that also stand in lists are counted apart, to be compared with the lists."""
    token = pl.col("token")
    bare = chains.with_columns(token.str.replace_all(patterns.SEPARATOR, ""))
    whole = bare.filter(token.str.contains(rf"^[0-9]{{17}}[0-9{LAST_X}]$"))
    spread = chains.with_columns(
        is_list=token.str.contains(patterns.UNUSUAL),
        token=pl.lit("|") + token.str.replace_all(patterns.SEPARATOR, "  ") + pl.lit("|"),
    )
    grouped = _exploded(spread.with_columns(token.str.extract_all(patterns.GROUPED)))
    grouped = grouped.with_columns(token.str.replace_all("[ |]", ""))
    is_mobile = grouped.get_column("token").str.contains("^1[3-9][0-9]{9}$")
    odd = bare.filter(token.str.contains("^(?:86|0086|0)?1[3-9][0-9]{9}$"))
    odd = odd.filter(~pl.col("cell").is_in(grouped.filter(is_mobile).get_column("cell").unique().to_list()))
    listed = pl.concat([grouped.filter(is_mobile & pl.col("is_list")).select("cell"), odd.select("cell")])
    counts.cells["listed_mobile"] += _cells(listed)
    counts.numbers["lists"] += spread.filter("is_list").height + odd.height
    even = _exploded(spread.with_columns(token.str.extract_all(patterns.EVENLY_GROUPED)))
    even = even.with_columns(token.str.replace_all("[ |]", "")).filter(digits.is_card_like(token))
    even = even.filter(digits.luhn_checks(token)) if even.height else even
    return [
        whole,
        even.select("cell", "token"),
        grouped.filter(~(is_mobile & grouped.get_column("is_list"))).select("cell", "token"),
    ]


def _lettered(frame: pl.DataFrame) -> list[pl.DataFrame]:
    """Numbers with the same letter between their groups."""
    found, text = [], pl.col("text")
    frame = frame.filter(text.str.contains(patterns.MAY_BE_LETTERED))
    if not frame.height:
        return []
    for pattern in (patterns.LETTERED_MOBILE, patterns.LETTERED_IDENTITY):
        chosen = frame.filter(text.str.contains(pattern))
        if chosen.height:
            parts = (
                chosen.select("cell", g=text.str.extract_groups(pattern)).unnest("g").filter(pl.col("2") == pl.col("4"))
            )
            found.append(parts.select("cell", token=pl.concat_str("1", "3", "5")))
    return found


def _count_tokens(counts: Counts, tokens: pl.DataFrame, is_lossy: bool) -> None:
    token = pl.col("token")
    sized = tokens.with_columns(size=token.str.len_chars())
    size = pl.col("size")
    _count_mobiles(counts, sized)
    eighteen = sized.filter((size == 18) & token.str.contains("^[1-9]"))
    longer = sized.filter(size.is_between(19, _LONGEST_RUN))
    _count_identities(counts, eighteen, is_lossy)
    _count_inside(counts, longer)
    fifteen = sized.filter(token.str.contains("^[1-9][0-9]{14}$"))
    _count_old_identities(counts, fifteen)
    cards = sized.filter(size.is_between(13, 19)).filter(digits.is_card_like(token))
    if cards.height:
        counts.numbers["card_like"] += cards.height
        counts.cells["card_cells"] += _cells(cards.filter(pl.lit(is_lossy) | digits.luhn_checks(token)))
    if is_lossy:
        counts.numbers["lossy"] += tokens.height


def _count_mobiles(counts: Counts, tokens: pl.DataFrame) -> None:
    token, size = pl.col("token"), pl.col("size")
    mobiles = tokens.filter(size.is_between(11, 17) & token.str.contains(rf"^{_PREFIX}1[3-9][0-9]{{9}}X?$"))
    counts.cells["mobile_cells"] += _cells(mobiles)
    chained = tokens.filter(size.is_in([22, 33, 44]))
    if chained.height:
        counts.numbers["lists"] += chained.height
        counts.cells["listed_mobile"] += _cells(chained.filter(token.str.contains("^(?:1[3-9][0-9]{9}){2,4}$")))


def _count_identities(counts: Counts, tokens: pl.DataFrame, is_lossy: bool) -> None:
    token = pl.col("token")
    counts.numbers["eighteen"] += tokens.height
    dated = tokens.filter(digits.is_dated(token))
    if tokens.height >= _MANY_CODES and dated.height:  # in few, a code of both kinds is no coincidence
        dated = dated.filter(~digits.credit_code_checks(token))
    if not dated.height:
        return
    if is_lossy:
        counts.cells["rounded_cells"] += _cells(dated)
        return
    dated = dated.with_columns(
        year=token.str.slice(6, 4).cast(pl.Int32),
        is_checked=digits.identity_checks(token),
        is_permit=token.str.contains("^(?:8[123]0000|9[1-8])"),
    )
    checked = dated.filter("is_checked")
    for year, count in dated.get_column("year").value_counts().iter_rows():
        counts.dated_years[year] += count
    for year, count in checked.get_column("year").value_counts().iter_rows():
        counts.checked_years[year] += count
    counts.cells["identity_cells"] += _cells(checked.filter(~pl.col("is_permit")))
    counts.cells["permit_cells"] += _cells(checked.filter("is_permit"))
    counts.cells["rounded_cells"] += _cells(dated.filter(token.str.ends_with("000") & ~pl.col("is_checked")))


def _count_inside(counts: Counts, tokens: pl.DataFrame) -> None:
    """Identity numbers inside longer runs of digits: every window of 18 with place, date and check."""
    if not tokens.height:
        return
    counts.numbers["windows"] += int(tokens.get_column("size").cast(pl.Int64).sum()) - 17 * tokens.height
    dated = tokens.filter(pl.col("token").str.contains(patterns.DATED_WINDOW))
    if not dated.height:
        return
    windows = _exploded(
        dated.select(
            "cell", token=pl.Series([_WINDOW.findall(t) for t in dated.get_column("token")], dtype=pl.List(pl.String))
        )
    )
    token = pl.col("token")
    dated = windows.filter(digits.is_dated(token) & digits.has_province(token))
    counts.numbers["dated_inside"] += dated.height
    counts.cells["identity_inside"] += _cells(dated.filter(digits.identity_checks(token)))


def _count_old_identities(counts: Counts, tokens: pl.DataFrame) -> None:
    if not tokens.height:
        return
    token = pl.col("token")
    registered = digits.registration_checks(tokens.get_column("token"))
    tokens = tokens.with_columns(is_registered=registered)
    dated = tokens.filter(digits.is_dated_15(token))
    counts.numbers["fifteen"] += tokens.height
    counts.numbers["registered"] += int(registered.sum())
    counts.cells["old_cells"] += _cells(dated)
    counts.cells["old_unregistered_cells"] += _cells(dated.filter(~pl.col("is_registered")))


def _count_codes(counts: Counts, readings: pl.DataFrame) -> None:
    """Codes of letters and digits: permits to compare with, Taiwanese identity cards, sole traders."""
    text = readings.get_column("text")
    counts.numbers["permit_like"] += int(text.str.contains(_PERMIT).sum())
    counts.numbers["permit_dated"] += int(text.str.contains(_PERMIT_DATED).sum())
    taiwan = readings.with_columns(token=text.str.extract(_TAIWAN)).drop_nulls("token")
    if taiwan.height:
        counts.numbers["taiwan_like"] += taiwan.height
        counts.cells["taiwan_cells"] += _cells(taiwan.filter(digits.taiwan_checks(pl.col("token"))))
    solid = pl.concat([readings, *without_separators(readings)])
    traders = (
        solid.with_columns(token=solid.get_column("text").str.extract(_SOLE_TRADER))
        .drop_nulls("token")
        .unique(["cell", "token"])
    )
    if traders.height:
        traders = traders.with_columns(pl.col("token").str.to_uppercase())
        counts.numbers["trader_like"] += traders.height
        checked = [digits.credit_code_is_valid(code) for code in traders.get_column("token")]
        counts.cells["sole_trader_code"] += _cells(traders.filter(pl.Series(checked, dtype=pl.Boolean)))
