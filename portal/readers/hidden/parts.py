"""What a spreadsheet file holds besides the cells one sees: hidden rows and columns, comments, properties, objects."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from portal.readers.errors import FileRefused

SOFTWARE = {
    "",
    "openpyxl",
    "xlsxwriter",
    "microsoft excel",
    "microsoft office user",
    "administrator",
    "user",
    "apache poi",
    "wps office",
}


@dataclass(frozen=True, slots=True)
class SheetParts:
    """Rows and columns (0-based, in the sheet) that its author had hidden, or the sheet as a whole.

    `merged`: ranges (first row, first column, last row, last column) where the library that reads the cells does not tell.
    """

    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    is_hidden: bool = False
    merged: tuple[tuple[int, int, int, int], ...] = ()


@dataclass(slots=True)
class HiddenParts:
    """`sheets`: sheet name → hidden rows and columns; a sheet that is not named here was not looked into.

    `texts`: place → texts. `has_opaque_parts`: objects, pictures, macros, links or caches that cannot be read as text.
    """

    sheets: dict[str, SheetParts] = field(default_factory=dict)
    texts: dict[str, list[str]] = field(default_factory=dict)
    has_opaque_parts: bool = False

    def add(self, place: str, texts: Iterable[str]) -> None:
        """Keep the texts that say something."""
        found = [text.strip() for text in texts if text and text.strip()]
        if found:
            self.texts.setdefault(place, []).extend(found)

    def sheet(self, name: str) -> SheetParts:
        """What is hidden in the sheet. Raises FileRefused when nobody looked into it."""
        if name not in self.sheets:
            raise not_seen(f"the sheet {name!r} could not be looked into")
        return self.sheets[name]


def not_seen(why: str) -> FileRefused:
    """The refusal of a file whose hidden rows, columns and comments nobody can see: they would be published."""
    return FileRefused(
        "hidden_parts_unreadable",
        f"The file may hide rows, columns or comments, and {why}; save it as .xlsx or CSV and deliver it again.",
    )
