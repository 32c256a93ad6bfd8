"""Is a proposed header certain, or must the publisher confirm it? And what a confirmed one is bound to.

Measured over 217 tables that authorities published (docs/adr/0016): the rule takes no wrong header, and asks about one
table in ten.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from portal.kernel.digests import text_digest
from portal.readers.headers.cell_kinds import is_column_name, is_kind_name, is_measured, is_value
from portal.readers.headers.finding import HeaderPlan, Span, filled, has_code_row

_MOSTLY = 0.8
_ENOUGH_ROWS = 5


@dataclass(frozen=True, slots=True)
class HeaderChoice:
    """A header as a person confirmed it. `row`: number of its first row as the file has it (1-based), or, when `rows` is 0,
    of the first row of data; `names` are then the names of the columns, in order. `shape`: what it was confirmed for
    (`shape_of`); empty: whatever comes.
    """

    row: int
    rows: int = 1
    names: tuple[str, ...] = ()
    shape: str = ""


@dataclass(frozen=True, slots=True)
class HeaderReading:
    """The header that a table was read with. `row`, `rows`, `names`, `shape`: as in `HeaderChoice`.

    Not `is_certain`: it is only a proposal. `is_confirmed`: a person chose it.
    """

    row: int
    rows: int
    names: tuple[str, ...]
    shape: str
    is_certain: bool
    is_confirmed: bool = False


def shape_of(plan: HeaderPlan, row: int, sample: Sequence[Sequence[str]]) -> str:
    """What must be the same for a confirmed header to be good for another delivery: its place and its words; without a
    header the width and which columns hold values."""
    words: Sequence[object] = plan.headers if plan.has_header else _measured_columns(sample[plan.data_start :])
    return text_digest(json.dumps([row, plan.header_rows, len(plan.headers), list(words)], ensure_ascii=False))


def is_certain(plan: HeaderPlan, sample: Sequence[Sequence[str]], spans: Sequence[Span] = ()) -> bool:
    """Whether nobody need be asked about this header.

    Every column with a value has a name (one, the first, may lack it), none of them a value; titles are single texts; and
    the words are unlike what stands below: texts over numbers and days, or names such as columns have, or names beside
    rows that are counted. A header over several rows must be merged cells, or names over their codes.
    """
    body = sample[plan.data_start :]
    if not plan.has_header or not body or any(is_value(cell) for cell in plan.headers):
        return False
    is_merged = any(plan.start <= span.top < plan.data_start for span in spans)
    is_coded = plan.header_rows > 1 and has_code_row(sample, plan.start)
    if plan.header_rows > 1 and not is_merged and not is_coded:
        return False
    if any(filled(row) > 2 for row in sample[: plan.start] if len(set(filter(None, row))) > 1):
        return False
    with_values = [i for i in range(len(plan.headers)) if any(row[i] for row in body)]
    unnamed = [i for i in with_values if not plan.headers[i]]
    if not with_values or len(unnamed) > 1 or (unnamed and (unnamed != [0] or len(with_values) < 3)):
        return False
    measured = [i for i in _measured_columns(body) if plan.headers[i]]
    if measured and _is_odd(body[0], measured, body):
        return False
    named = [i for i in with_values if is_column_name(plan.headers[i])]
    unlike = [i for i in named if _is_unlike(plan.headers[i], [row[i] for row in body if row[i]])]
    is_counted = bool(unlike and unnamed) and _counts_up([row[0] for row in body])
    return bool(measured) or is_coded or is_counted or len(unlike) * 2 >= len(with_values)


def _is_unlike(name: str, cells: Sequence[str]) -> bool:
    """Whether no cell reads as a name of a column; a name for a kind of values (`企业名称`) may also stand over longer texts
    that end in other such words (`某某公司`)."""
    if not any(map(is_column_name, cells)):
        return True
    is_enough = len(cells) >= _ENOUGH_ROWS and len(name) < min(map(len, cells))
    return is_enough and is_kind_name(name) and not any(map(is_kind_name, cells))


def _counts_up(cells: Sequence[str]) -> bool:
    """Whether the cells are 1, 2, 3, … (a last one may be a page number)."""
    numbers = [cell.removesuffix(".0") for cell in cells]
    return len(numbers) >= _ENOUGH_ROWS and numbers[:-1] == [str(n) for n in range(1, len(numbers))]


def _measured_columns(body: Sequence[Sequence[str]]) -> list[int]:
    """Columns most of whose cells are numbers, days or codes."""
    found = []
    for i in range(len(body[0]) if body else 0):
        cells = [row[i] for row in body if row[i]]
        if cells and sum(map(is_measured, cells)) >= len(cells) * _MOSTLY:
            found.append(i)
    return found


def _is_odd(first: Sequence[str], measured: Sequence[int], body: Sequence[Sequence[str]]) -> bool:
    """Whether the first row of data has texts where all others have values: units, or a second row of the header."""
    if len(body) < 3:
        return False
    texts = [i for i in measured if first[i] and not is_measured(first[i])]
    return len(texts) * 2 > len(measured)
