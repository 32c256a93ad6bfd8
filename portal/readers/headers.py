"""Find the header among the first rows: under titles, over two rows, or not at all.

No library looks for a header under title rows; this step is ours and its result is shown to the publisher.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from portal.readers.names import cleaned

SAMPLE_ROWS = 60
_MAX_TITLE_ROWS = 12
_NUMBER = re.compile(r"[+-]?[\d,]*\.?\d+%?|[+-]?\d+(\.\d+)?[eE][+-]?\d+")
_YEAR = re.compile(r"(19|20)\d\d(\.0)?")
_DATE = re.compile(r"\d{4}[-/.年]\d{1,2}([-/.月]\d{1,2}日?)?([ T]\d{1,2}:\d{2}.*)?")
_CODE = re.compile(r"(?=.*\d)[0-9A-Z]{12,}|[0-9a-f-]{32,}")


@dataclass(frozen=True, slots=True)
class HeaderPlan:
    """Where the data begin (0-based, in non-blank rows) and what the columns are called, one entry a column.

    `has_header` False: the first row is data and the columns have no names. `titles`: texts above the header.
    """

    headers: tuple[str, ...]
    data_start: int
    has_header: bool
    header_rows: int
    titles: tuple[str, ...]


def find_header(rows: Sequence[Sequence[str | None]], width: int) -> HeaderPlan:
    """Plan for the first rows of a table (blank rows left out) that is `width` columns wide."""
    sample = [_padded(row, width) for row in rows[:SAMPLE_ROWS]]
    if not sample:
        return HeaderPlan(("",) * width, 0, has_header=False, header_rows=0, titles=())
    start = _skip_titles(sample, width)
    titles = tuple(cell for row in sample[:start] for cell in row if cell)
    header = sample[start]
    if _looks_like_data(header, sample[start + 1 :]):
        return HeaderPlan(("",) * width, start, has_header=False, header_rows=0, titles=titles)
    if start + 1 < len(sample) and _is_second_header(header, sample[start + 1], sample[start + 2 :]):
        return HeaderPlan(_merged(header, sample[start + 1]), start + 2, has_header=True, header_rows=2, titles=titles)
    return HeaderPlan(tuple(header), start + 1, has_header=True, header_rows=1, titles=titles)


def _padded(row: Sequence[str | None], width: int) -> list[str]:
    cells = [cleaned(cell or "") for cell in row[:width]]
    return cells + [""] * (width - len(cells))


def _filled(row: Sequence[str]) -> int:
    return sum(1 for cell in row if cell)


def _skip_titles(sample: list[list[str]], width: int) -> int:
    """The number of leading rows that have too few cells to be a header of what follows."""
    if width < 2 or len(sample) < 2:
        return 0
    usual = Counter(_filled(row) for row in sample[1:]).most_common(1)[0][0]
    wanted = max(2, -(-usual * 6 // 10))
    for number, row in enumerate(sample[:_MAX_TITLE_ROWS]):
        if _filled(row) >= wanted and not _is_spread_title(row):
            return _with_group_row(sample, number, usual)
    return 0


def _is_spread_title(row: Sequence[str]) -> bool:
    """One text repeated over the row: a merged title that was unfolded."""
    texts = {cell for cell in row if cell}
    return len(texts) == 1 and _filled(row) > 2


def _with_group_row(sample: list[list[str]], number: int, usual: int) -> int:
    """Take the row above along when it groups the columns of a two-row header."""
    above = sample[number - 1] if number else None
    if above and 1 < _filled(above) < usual and _is_second_header(above, sample[number], sample[number + 1 :]):
        return number - 1
    return number


def _is_value(cell: str) -> bool:
    return bool(
        (_NUMBER.fullmatch(cell) and not _YEAR.fullmatch(cell)) or _DATE.fullmatch(cell) or _CODE.fullmatch(cell)
    )


def _looks_like_data(header: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether the row has values where names should be, in columns that have values below as well."""
    filled = _filled(header)
    columns = [i for i, cell in enumerate(header) if _is_value(cell)]
    if not columns or not filled:
        return False
    alike = [i for i in columns if not below or any(_is_value(row[i]) for row in below)]
    return len(alike) / filled > 0.2


def _is_second_header(first: Sequence[str], second: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether `second` names the columns that `first` only groups: every gap filled, no values, none left unnamed."""
    own = ["" if lower == upper else lower for upper, lower in zip(first, second, strict=True)]
    last = max((i for i, cell in enumerate(own) if cell), default=-1)
    if last < 1 or not first[0] or not below or any(_is_value(cell) for cell in own):
        return False
    gaps = [i for i in range(1, last + 1) if not first[i] or first[i] == first[i - 1]]
    if not gaps or not all(own[i] for i in gaps) or all(own):
        return False
    return all(first[i] or own[i] for i in range(last + 1)) and len(set(filter(None, own))) > 1


def _merged(first: Sequence[str], second: Sequence[str]) -> tuple[str, ...]:
    """Group and name as one header: `许可信息_编号`; a name that spans both rows stays alone."""
    names, group = [], ""
    for upper, lower in zip(first, second, strict=True):
        group = upper or (group if lower else "")
        names.append(f"{group}_{lower}" if group and lower and group != lower else lower or group)
    return tuple(names)
