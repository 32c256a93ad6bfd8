"""Rows become resources: one over many rows, only the first of them filled. Pure, one group in memory at a time.

What is blank is filled from the first row of its own group and from nowhere else. A group ends where another code or
title begins, at a blank row, at a note and at the end of the sheet, so that a row whose first row was deleted belongs to
nobody instead of to the resource above it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from harvesters.protocols import SheetRow, SheetRows
from harvesters.workbook.heads import Header, letters
from harvesters.workbook.words import NOTE, head

# Labels that a sheet may state in every row: then each is about the item of its row, the first also about the resource.
_PER_ROW = {"share": "item_share", "open": "item_open", "secret": "item_secret"}
_OF_ROW = frozenset({"sequence", "item_sequence", "remark", "share_condition", "open_condition"})
_DECIDING = frozenset({"share", "open", "secret", "grade", "level"})
_MOST_PROBLEMS = 3
_LONG = 60


@dataclass(slots=True)
class Entry:
    """One resource of the catalogue as its rows say it. `problems`: why it cannot be used; `rows`: first and last."""

    sheet: str
    first_row: int
    resource: dict[str, str] = field(default_factory=dict)
    items: list[dict[str, str]] = field(default_factory=list)
    others: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    is_hidden: bool = False
    is_nameless: bool = False  # its code, or its name where it has no code, is a cell that cannot be read
    said: list[dict[str, str]] = field(default_factory=list)  # one for each item: the labels of its row
    per_row: set[str] = field(default_factory=set)  # labels that further rows state too

    def fault(self, text: str) -> None:
        """Note why the entry cannot be used."""
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(text)


@dataclass(frozen=True, slots=True)
class Stray:
    """A row that is no resource's item. `is_hidden`: the author had hidden it. `is_headless`: no resource is above it."""

    sheet: str
    row: int
    is_hidden: bool = False
    is_headless: bool = False


def read_entries(sheet: SheetRows, header: Header) -> Iterator[Entry | Stray]:
    """The resources of a sheet in their order, and the rows that are nobody's."""
    current: Entry | None = None
    for row in sheet.rows():
        if row.number <= header.last_row:
            continue
        values = {name: text for column, name in header.fields.items() if (text := _cell(row, column))}
        if _ends_group(row, values) or _repeats_header(row, header):
            if current is not None:
                yield _finished(current)
            current = None
            continue
        if _is_column_numbers(row) and current is None:
            continue
        if _is_new(values, current) or _hides_its_name(row, header):
            if current is not None:
                yield _finished(current)
            current = _begun(sheet, header, row, values)
        elif current is None:
            if set(values) - _OF_ROW:
                yield Stray(sheet.name, row.number, row.is_hidden, is_headless=True)
            continue
        else:
            stray = _continued(current, header, row, values)
            if stray:
                yield Stray(sheet.name, row.number, row.is_hidden)
        _note_faults(current, header, row)
    if current is not None:
        yield _finished(current)


def _cell(row: SheetRow, column: int) -> str:
    return row.cells[column].strip() if column < len(row.cells) else ""


def _ends_group(row: SheetRow, values: dict[str, str]) -> bool:
    """A blank row, a note, a total, or one text merged over the columns or as long as a sentence."""
    texts = [cell.strip() for cell in row.cells if cell.strip()]
    if not texts:
        return not row.faults
    is_alone = len(set(texts)) == 1
    is_sentence = is_alone and (len(texts[0]) > _LONG or (len(texts) > 1 and len(values) > 2))
    return is_sentence or (NOTE.match(texts[0]) is not None and (is_alone or "item_name" not in values))


def _repeats_header(row: SheetRow, header: Header) -> bool:
    """Sheets that are printed repeat their header on every page."""
    texts = [(column, head(cell)) for column, cell in enumerate(row.cells) if cell.strip()]
    same = sum(text in header.heads.get(column, "").split("/") for column, text in texts)
    return same > 1 and same * 2 >= len(texts)


def _is_column_numbers(row: SheetRow) -> bool:
    """The row 1, 2, 3 … that some forms have under their header."""
    texts = [cell.strip("()（） ") for cell in row.cells if cell.strip()]
    return len(texts) > 2 and texts == [str(number) for number in range(1, len(texts) + 1)]


def _is_new(values: dict[str, str], current: Entry | None) -> bool:
    code, title = values.get("code", ""), values.get("title", "")
    if current is None:
        return bool(code or title)
    before = current.resource
    return bool((code and code != before.get("code", "")) or (title and title != before.get("title", "")))


def _hides_its_name(row: SheetRow, header: Header) -> bool:
    """Whether code or title is a cell that cannot be read: the row may begin anything, so it continues nothing."""
    return any(header.fields.get(column) in {"code", "title"} for column in row.faults)


def _begun(sheet: SheetRows, header: Header, row: SheetRow, values: dict[str, str]) -> Entry:
    entry = Entry(sheet.name, row.number, is_hidden=row.is_hidden or sheet.is_hidden)
    unread = {header.fields.get(column) for column in row.faults}
    entry.is_nameless = "code" in unread or ("title" in unread and not values.get("code"))
    for name, text in values.items():
        if not name.startswith("item_") and name not in {"sequence"}:
            entry.resource[name] = text
    entry.others = {head: text for column, head in header.others.items() if (text := _cell(row, column))}
    if row.is_hidden:
        entry.fault(f"Row {row.number} is hidden; show it, or delete it.")
    if sheet.is_hidden:
        entry.fault(f"The sheet {sheet.name!r} is hidden; show it, or delete it.")
    _add_item(entry, values)
    return entry


def _continued(entry: Entry, header: Header, row: SheetRow, values: dict[str, str]) -> bool:
    """Take a further row of the group; whether it is a stray one, which says something about no item."""
    if row.is_hidden:  # left out, so that its item counts as never announced
        return True
    for name, text in values.items():
        if name.startswith("item_") or name in _OF_ROW or name in _PER_ROW:
            continue
        if name == "files":
            entry.resource[name] = f"{entry.resource.get(name, '')}\n{text}".strip()
            continue
        before = entry.resource.get(name, "")
        if not before and name not in _DECIDING:
            entry.resource[name] = text
        elif before != text:
            column = next(c for c, field_name in header.fields.items() if field_name == name)
            entry.fault(
                f"Row {row.number}, column {letters(column)} ({header.heads[column]}) says something else than the first "
                f"row of its resource, row {entry.first_row}."
            )
    if _add_item(entry, values):
        entry.per_row.update(name for name in _PER_ROW if name in values)
        return False
    said = {name for name in _PER_ROW if values.get(name, entry.resource.get(name, "")) != entry.resource.get(name, "")}
    if said:
        entry.fault(
            f"Row {row.number} says {', '.join(sorted(said))} of no item and otherwise than row {entry.first_row}."
        )
    return any(name.startswith("item_") and name != "item_sequence" for name in values)


def _add_item(entry: Entry, values: dict[str, str]) -> bool:
    if "item_name" not in values and "item_code" not in values:
        return False
    item = {name: text for name, text in values.items() if name.startswith("item_") and name != "item_sequence"}
    entry.items.append(item)
    entry.said.append({name: values[name] for name in _PER_ROW if name in values})
    return True


def _note_faults(entry: Entry, header: Header, row: SheetRow) -> None:
    for column in row.faults:
        if column in header.fields and not row.is_hidden:
            entry.fault(
                f"Row {row.number}, column {letters(column)} ({header.heads[column]}) holds an error or a formula without "
                "a stored value; write the value."
            )


def _finished(entry: Entry) -> Entry:
    """Labels that stand in further rows too are about the items of their rows.

    A resource's cell that is merged, or repeated, over its rows says the resource's own label again: where an item has a
    label in a column of its own, that one counts.
    """
    for name in sorted(entry.per_row):
        of_item = _PER_ROW[name]
        of_resource = entry.resource.get(name, "")
        for item, said in zip(entry.items, entry.said, strict=True):
            is_other = name in said and item.setdefault(of_item, said[name]) != said[name]
            if is_other and said[name] != of_resource:
                entry.fault(f"The rows from {entry.first_row} on say two things in {name} and {of_item}.")
    return entry
