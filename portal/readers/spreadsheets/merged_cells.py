"""Merged cells of a sheet: in the body the value belongs to every cell of the range, in the header the range groups names."""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.readers.errors import FileRefused
from portal.readers.headers.finding import SAMPLE_ROWS, Span, find_header
from portal.readers.headers.proof import HeaderChoice
from portal.readers.text_table import Row, filled_width

_MAX_FILLED_CELLS = 5_000_000
Range = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Merge:
    """The part of a merged range that is seen (rows and columns of the shown ones, inclusive), and its value."""

    top: int
    left: int
    bottom: int
    right: int
    value: str


def seen_merges(
    ranges: Sequence[Range], rows: Sequence[Row], places: Sequence[int], columns: Sequence[int]
) -> list[Merge]:
    """The ranges with a value, in rows and columns that are shown: `places` and `columns` are the numbers of these."""
    row_at = {row: i for i, row in enumerate(places)}
    column_at = {column: i for i, column in enumerate(columns)}
    found = []
    for top, left, bottom, right in ranges:
        if not (0 <= top < len(rows) and 0 <= left < len(rows[top])):
            continue
        value = rows[top][left]
        seen_rows = [row_at[i] for i in range(top, min(bottom, len(rows) - 1) + 1) if i in row_at]
        seen_columns = [column_at[i] for i in range(left, min(right, left + len(columns)) + 1) if i in column_at]
        if value and seen_rows and seen_columns:
            found.append(Merge(seen_rows[0], seen_columns[0], seen_rows[-1], seen_columns[-1], value))
    return found


def fill_merged(
    rows: list[list[str | None]], merges: Sequence[Merge], numbers: Sequence[int], choice: HeaderChoice | None
) -> tuple[tuple[Span, ...], int]:
    """Fill the ranges of the body in `rows`; the ranges above it, for the header, and the number of cells filled."""
    filled_rows = [i for i, row in enumerate(rows) if filled_width(row)][:SAMPLE_ROWS]
    spans = _spans(merges, filled_rows)
    width = max((filled_width(row) for row in rows), default=0)
    plan = find_header([rows[i] for i in filled_rows], width, spans)
    body = filled_rows[plan.data_start] if plan.data_start < len(filled_rows) else len(rows)
    if choice is not None and choice.row in numbers:
        body = numbers.index(choice.row) + choice.rows
    filled = 0
    for merge in merges:
        if merge.top < body or _is_section(rows[merge.top], merge):
            continue
        filled += (merge.bottom - merge.top + 1) * (merge.right - merge.left + 1) - 1
        if filled > _MAX_FILLED_CELLS:
            raise FileRefused("file_too_large", f"More than {_MAX_FILLED_CELLS} cells are merged; unmerge them.")
        for row in rows[merge.top : merge.bottom + 1]:
            row[merge.left : merge.right + 1] = [merge.value] * (merge.right - merge.left + 1)
    return tuple(span for span in spans if filled_rows[span.top] < body), filled


def _spans(merges: Sequence[Merge], filled_rows: Sequence[int]) -> tuple[Span, ...]:
    """The ranges among the first rows, by their place among those that are not blank."""
    place = {row: i for i, row in enumerate(filled_rows)}
    spans = []
    for merge in merges:
        inside = [place[row] for row in range(merge.top, merge.bottom + 1) if row in place]
        if merge.top in place and inside:
            spans.append(Span(place[merge.top], merge.left, inside[-1], merge.right))
    return tuple(spans)


def _is_section(row: Row, merge: Merge) -> bool:
    """A text over the columns with nothing beside it heads a section; it is no value of all of them."""
    others = [cell for i, cell in enumerate(row) if cell and not merge.left <= i <= merge.right]
    return merge.right - merge.left >= 2 and not others
