"""What a citizen reads about how a table was read: its form, and what was left out, filled or lost on the way."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.catalogue.views import PartView

_ABOUT_COLUMNS = frozenset({"values_without_value", "numbers_damaged", "late_type_change"})
_ABOUT_TABLES = frozenset(
    {
        "title_rows",
        "header_over_two_rows",
        "header_confirmed",
        "no_header",
        "blank_rows",
        "empty_columns",
        "columns_without_name",
        "columns_named_twice",
        "columns_appeared_midway",
        "merged_cells_filled",
        "hidden_rows_left_out",
        "hidden_columns_left_out",
        "footers_left_out",
        "totals_inside",
        "quotes_unbalanced",
        "nul_characters_left_out",
        "broken_bytes_replaced",
        "values_outside_rows",
    }
)


@dataclass(frozen=True, slots=True)
class QualityNote:
    """A reason code with its subject, a column that is public or a sheet, and its count."""

    code: str
    subject: str
    count: int | None


@dataclass(frozen=True, slots=True)
class Quality:
    """`format` and `encoding` of the delivered file, empty when it was none; `rows_lost`: delivered and not in the table.

    `damaged`: columns with numbers that lost their last digits before they were delivered.
    """

    format: str
    encoding: str
    rows_lost: int
    notes: tuple[QualityNote, ...]
    damaged: frozenset[str]

    @property
    def is_told(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.format or self.notes or self.rows_lost)


def quality_of(part: PartView) -> Quality:
    """The report of one table. Of columns that are not public nothing is told."""
    told = part.quality
    public = {column.name for column in part.schema.columns} if part.schema else set()
    notes = tuple(note for value in told.get("notes", ()) if (note := _note(value, public)))
    return Quality(
        format=str(told.get("delivered_format") or ""),
        encoding=str(told.get("encoding") or ""),
        rows_lost=int(told.get("rows_lost") or 0),
        notes=notes,
        damaged=frozenset(note.subject for note in notes if note.code == "numbers_damaged"),
    )


def _note(value: Mapping[str, Any], public: set[str]) -> QualityNote | None:
    code, subject = str(value["code"]), str(value["subject"])
    if code in _ABOUT_TABLES or (code in _ABOUT_COLUMNS and subject in public):
        return QualityNote(code, subject, value["count"])
    return None
