"""Find the header among the first rows: under titles, over several rows, or not at all.

No library looks for a header under title rows; this step is ours. Its result is a proposal: `proof` says whether it
is certain, and where it is not, the publisher is asked.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from portal.readers.headers.cell_kinds import is_code_name, is_value
from portal.readers.headers.names import cleaned

SAMPLE_ROWS = 60
MOST_HEADER_ROWS = 3
_MAX_TITLE_ROWS = 12
_FEWEST_CODES = 3


@dataclass(frozen=True, slots=True)
class Span:
    """A merged range among the first rows (0-based, inclusive; rows and columns as in the sample)."""

    top: int
    left: int
    bottom: int
    right: int


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

    @property
    def start(self) -> int:
        """The first row of the header, or of the data where there is none."""
        return self.data_start - self.header_rows


def find_header(rows: Sequence[Sequence[str | None]], width: int, spans: Sequence[Span] = ()) -> HeaderPlan:
    """Plan for the first rows of a table (blank rows left out) that is `width` columns wide."""
    sample = padded(rows, width)
    if not sample:
        return HeaderPlan(("",) * width, 0, has_header=False, header_rows=0, titles=())
    start = _skip_titles(sample, width, spans)
    if _looks_like_data(sample[start], sample[start + 1 :]):
        return header_at(sample, width, start, 0, spans)
    height = _merged_height(sample, start, width, spans)
    second = _row(sample, start + 1)
    if height == 1 and (has_code_row(sample, start) or _is_second_header(sample[start], second, sample[start + 2 :])):
        height = 2
    return header_at(sample, width, start, height, spans)


def header_at(
    sample: Sequence[Sequence[str]], width: int, start: int, height: int, spans: Sequence[Span] = ()
) -> HeaderPlan:
    """The plan with a header of `height` rows from row `start` on; 0: no header, the data begin there."""
    titles = tuple(dict.fromkeys(cell for row in sample[:start] for cell in row if cell))
    if not height:
        return HeaderPlan(("",) * width, start, has_header=False, header_rows=0, titles=titles)
    names = _joined(sample, start, height, spans)
    return HeaderPlan(names, start + height, has_header=True, header_rows=height, titles=titles)


def padded(rows: Sequence[Sequence[str | None]], width: int) -> list[list[str]]:
    """The first rows, cleaned and all of one width."""
    sample = []
    for row in rows[:SAMPLE_ROWS]:
        cells = [cleaned(cell or "") for cell in row[:width]]
        sample.append(cells + [""] * (width - len(cells)))
    return sample


def filled(row: Sequence[str]) -> int:
    """The number of cells with a text."""
    return sum(1 for cell in row if cell)


def has_code_row(sample: Sequence[Sequence[str]], start: int) -> bool:
    """Whether the row below the names gives each its code in a database (`縣市名稱` over `COUNTY_NAME`), and no other does."""
    names, codes = sample[start], _row(sample, start + 1)
    if filled(names) < _FEWEST_CODES or any(name.isascii() for name in names if name):
        return False
    if [bool(name) for name in names] != [bool(code) for code in codes] or len(set(filter(None, codes))) < filled(
        codes
    ):
        return False
    is_coded = all(is_code_name(code) for code in codes if code) and any("_" in code for code in codes)
    return is_coded and not any(row[i] == code for row in sample[start + 2 :] for i, code in enumerate(codes) if code)


def _row(sample: Sequence[Sequence[str]], number: int) -> Sequence[str]:
    return sample[number] if number < len(sample) else ()


def _skip_titles(sample: list[list[str]], width: int, spans: Sequence[Span]) -> int:
    """The number of leading rows that have too few cells to be a header of what follows."""
    if width < 2 or len(sample) < 2:
        return 0
    usual = Counter(filled(row) for row in sample[1:]).most_common(1)[0][0]
    wanted = max(2, -(-usual * 6 // 10))
    for number, row in enumerate(sample[:_MAX_TITLE_ROWS]):
        own = Counter(_reach(sample, number, spans))
        if (filled(row) >= wanted or (own.total() >= wanted and filled(row) > 2)) and not _is_spread_title(row):
            return _with_group_rows(sample, number, usual, width, spans)
    return 0


def _reach(sample: Sequence[Sequence[str]], number: int, spans: Sequence[Span]) -> list[int]:
    """The columns that the cells of a row cover, merged ones with their whole width."""
    covered = {column for column, cell in enumerate(sample[number]) if cell}
    for span in spans:
        if span.top <= number <= span.bottom and sample[span.top][span.left]:
            covered.update(range(span.left, span.right + 1))
    return sorted(covered)


def _is_spread_title(row: Sequence[str]) -> bool:
    """One text repeated over the row: a merged title that was unfolded."""
    texts = {cell for cell in row if cell}
    return len(texts) == 1 and filled(row) > 2


def _with_group_rows(sample: list[list[str]], number: int, usual: int, width: int, spans: Sequence[Span]) -> int:
    """Take the rows above along that group the columns of a header over several rows."""
    while number > 0:
        above = sample[number - 1]
        is_merged_group = filled(above) > 1 and any(
            s.top == number - 1 and (s.left < s.right or s.bottom > s.top) and s.right - s.left + 1 < width
            for s in spans
        )
        is_group = 1 < filled(above) < usual and _is_second_header(above, sample[number], sample[number + 1 :])
        if not (is_merged_group or is_group):
            break
        number -= 1
    return number


def _merged_height(sample: list[list[str]], start: int, width: int, spans: Sequence[Span]) -> int:
    """How many rows the header takes by its merged cells: those merged downwards reach its last row, those merged to
    the right group the names of the row below."""
    height = 1
    while height < MOST_HEADER_ROWS and start + height < len(sample) - 1:
        last = start + height - 1
        reaches = any(s.top <= last < s.bottom and s.top >= start for s in spans)
        groups = any(s.top <= last <= s.bottom and s.top >= start and s.left < s.right < width for s in spans)
        below = sample[start + height]
        if not (reaches or groups) or any(is_value(cell) for cell in below):
            break
        height += 1
    return height


def _looks_like_data(header: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether the row has values where names should be, in columns that have values below as well."""
    columns = [i for i, cell in enumerate(header) if is_value(cell)]
    if not columns or not filled(header):
        return False
    alike = [i for i in columns if not below or any(is_value(row[i]) for row in below)]
    return len(alike) / filled(header) > 0.2


def _is_second_header(first: Sequence[str], second: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether `second` names the columns that `first` only groups: every gap filled, no values, none left unnamed."""
    if not second:
        return False
    own = ["" if lower == upper else lower for upper, lower in zip(first, second, strict=True)]
    last = max((i for i, cell in enumerate(own) if cell), default=-1)
    if last < 1 or not first[0] or not below or any(is_value(cell) for cell in own):
        return False
    gaps = [i for i in range(1, last + 1) if not first[i] or first[i] == first[i - 1]]
    if not gaps or not all(own[i] for i in gaps) or all(own):
        return False
    return all(first[i] or own[i] for i in range(last + 1)) and len(set(filter(None, own))) > 1


def _joined(sample: Sequence[Sequence[str]], start: int, height: int, spans: Sequence[Span]) -> tuple[str, ...]:
    """Groups and names as one header: `许可信息 / 编号`; a name that spans all rows stays alone."""
    block = [list(row) for row in sample[start : start + height]]
    merged = [s for s in spans if start <= s.top < start + height]
    for span in merged:
        right = min(span.right, len(block[0]) - 1)
        for number in range(span.top - start, min(span.bottom - start + 1, height)):
            block[number][span.left : right + 1] = [block[span.top - start][span.left]] * (right + 1 - span.left)
    if not merged:
        for upper, below in pairwise(block):
            group = ""
            for i, cell in enumerate(upper):
                group = cell or (group if below[i] else "")
                upper[i] = group
    names = []
    for cells in zip(*block, strict=True):
        parts = [cell for i, cell in enumerate(cells) if cell and (i == 0 or cell != cells[i - 1])]
        names.append(" / ".join(parts))
    return tuple(names)
