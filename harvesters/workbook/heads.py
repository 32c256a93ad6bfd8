"""Find the header of a catalogue sheet, of one row or two, and say which column is which. Pure.

A header is never guessed from its place: it is the first row (or pair of rows) in which a title and two more heads are
understood. What looks as if it decided about opening and is not understood ends the run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from harvesters.errors import StopRun
from harvesters.protocols import SheetRow, SheetRows
from harvesters.workbook.config import WorkbookConfig
from harvesters.workbook.words import decides, field_of, head

_LOOKED_AT = 60
_FEWEST = 3
_MAY_REPEAT = frozenset({"sequence", "item_sequence", "remark", "related", "share_method", "open_method"})


@dataclass(frozen=True, slots=True)
class Header:
    """Which column holds which field. `fields`: 0-based column → field; `others`: column → head nobody understood.

    `last_row`: number of the header's last row; `heads`: column → its head as people read it.
    """

    fields: Mapping[int, str]
    others: Mapping[int, str]
    heads: Mapping[int, str]
    last_row: int

    def has(self, field: str) -> bool:
        """Whether a column holds this field."""
        return field in self.fields.values()


def find_header(sheet: SheetRows, config: WorkbookConfig) -> Header | None:
    """The header of a sheet, None when it has none. Raises StopRun when it has half of one, or one that is ambiguous."""
    top = []
    for row in sheet.rows():
        top.append(row)
        if len(top) > _LOOKED_AT:
            break
    found = [_read((row,), config) for row in top[:_LOOKED_AT]]
    found += [_read(pair, config) for pair in pairwise(top)]
    best = max(found, key=lambda header: len(set(header.fields.values())), default=None)  # of equals the first: one row
    if best is not None and best.has("title") and len(set(best.fields.values())) >= _FEWEST:
        return _checked(best, sheet, config)
    known = {field for row in top for field in _read((row,), config).fields.values()}
    if len(known) >= _FEWEST:
        raise StopRun(
            f"{_named(sheet)} has heads of a catalogue but no header with the name of the resource "
            f"({', '.join(sorted(known))} were understood); repair its header, or name the heads under 'columns'."
        )
    return None


def _read(rows: Sequence[SheetRow], config: WorkbookConfig) -> Header:
    """What the columns would be if these rows were the header."""
    width = max(len(row.cells) for row in rows)
    tops = _padded(rows[0], width)
    subs = _padded(rows[1], width) if len(rows) > 1 else [""] * width
    fields: dict[int, str] = {}
    others: dict[int, str] = {}
    heads: dict[int, str] = {}
    given = {text: field for field, text in config.columns.items()}
    group = ""
    for column, (top, sub) in enumerate(zip(tops, subs, strict=True)):
        upper, lower = head(top), head(sub)
        if upper:
            group = upper
        elif not lower:
            group = ""
        over = "" if not lower or lower == (upper or group) else group
        leaf = lower or upper
        if not leaf:
            continue
        heads[column] = f"{over}/{leaf}" if over else leaf
        if {leaf, heads[column], over + leaf} & config.ignore_columns:
            continue
        named = given.get(leaf) or given.get(over + leaf)
        found = named or field_of(over, leaf)
        if found:
            fields[column] = found
        else:
            others[column] = heads[column]
    return Header(fields, others, heads, rows[-1].number)


def _padded(row: SheetRow, width: int) -> list[str]:
    return [*row.cells, *([""] * (width - len(row.cells)))]


def _checked(header: Header, sheet: SheetRows, config: WorkbookConfig) -> Header:
    seen: dict[str, int] = {}
    for column, field in header.fields.items():
        if field in seen and field not in _MAY_REPEAT:
            raise StopRun(
                f"{_named(sheet)}: the columns {letters(seen[field])} ({header.heads[seen[field]]}) and {letters(column)} "
                f"({header.heads[column]}) both say {field!r}; name the right one under 'columns', the other under "
                "'ignore_columns' of this source."
            )
        seen.setdefault(field, column)
    for column, text in header.others.items():
        if decides(text):
            raise StopRun(
                f"{_named(sheet)}: nobody knows what column {letters(column)} ({text}) says about opening; name its "
                "field under 'columns' of this source, or the head under 'ignore_columns'."
            )
    hidden = sorted(column for column in sheet.hidden_columns if column in header.fields)
    if hidden and not sheet.is_hidden:
        raise StopRun(
            f"{_named(sheet)}: column {letters(hidden[0])} ({header.heads[hidden[0]]}) is hidden; show it or delete it."
        )
    others = {column: text for column, text in header.others.items() if column not in sheet.hidden_columns}
    return replace(header, others=others)


def letters(column: int) -> str:
    """The name that a spreadsheet gives a 0-based column: A, B, … Z, AA."""
    name = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def _named(sheet: SheetRows) -> str:
    return f"The sheet {sheet.name!r}" if sheet.name else "The file"
