"""What was counted about one column over all its rows, and what follows: identifiers are judged by column.

One in eleven serial numbers passes the check digit of identity numbers by chance, one in ten that of bank cards, one in
thirteen numbers of eleven digits looks like a mobile number. So a column whose hits are as frequent as chance makes
them is a column of serial numbers; and hits that stand out from its pattern (another year, another rate) still count.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from portal.kernel.findings import Finding

_ENOUGH: Final = 20
"""Below so many candidates every hit counts: chance cannot be told from fact."""
_CHANCE: Final = 0.25
_ENOUGH_DATED: Final = 5
"""Numbers that begin like identity numbers are rare enough by themselves that five of them show a pattern."""
_DENSE_YEAR: Final = 0.05
_YEARS_BEFORE: Final = 5

PLAIN_RULES: Final = (
    "identity_number",
    "identity_number_rounded",
    "residence_permit",
    "mobile_number",
    "passport",
    "email_address",
    "name_beside_phone",
    "home_address",
    "secrecy_mark",
)
"""Rules whose matches need no comparison with the rest of the column."""


@dataclass(slots=True)
class Tally:
    """Counts about one column. `cells`: rule → matching cells. The rest are numbers in cells, by kind."""

    cells: Counter[str] = field(default_factory=Counter)
    numbers: Counter[str] = field(default_factory=Counter)
    dated_years: Counter[int] = field(default_factory=Counter)
    checked_years: Counter[int] = field(default_factory=Counter)

    def add(self, other: "Tally") -> None:
        """Add the counts of another stretch of the same column."""
        self.cells.update(other.cells)
        self.numbers.update(other.numbers)
        self.dated_years.update(other.dated_years)
        self.checked_years.update(other.checked_years)

    def findings(self, column: str | None, place: str, filled: int) -> list[Finding]:
        """What was found. `filled`: cells with a value in the whole column."""
        counts: Counter[str] = Counter({rule: self.cells[rule] for rule in PLAIN_RULES})
        serial = 0
        for rule, sensitive, chance in (
            ("identity_number", *self._identity()),
            ("residence_permit", *self._share_of_identity("permit_cells")),
            ("identity_number_rounded", *self._rounded()),
            ("identity_number_15", *self._old_identity()),
            ("mobile_number", *self._mobile()),
            ("bank_card", *self._bank()),
        ):
            counts[rule] += sensitive
            serial += chance
        counts["serial_number"] = serial
        return [
            Finding(rule, column, place, count, min(1.0, count / filled) if filled else 0.0)
            for rule, count in counts.items()
            if count
        ]

    def _is_identity_serial(self) -> bool:
        dated, checked = self.dated_years.total(), self.checked_years.total()
        return dated >= _ENOUGH_DATED and checked <= _CHANCE * dated

    def _identity(self) -> tuple[int, int]:
        """Cells with identity numbers, and cells that only look so. In a column of serial numbers those count whose
        year hardly occurs in it, lies before the years that do (serial numbers carry the year of issue, people the year
        of birth), and which pass the check more often than chance would have it."""
        cells = self.cells["identity_cells"]
        if not self._is_identity_serial():
            return cells, 0
        total = self.dated_years.total()
        dense = [year for year, count in self.dated_years.items() if count >= max(2, _DENSE_YEAR * total)]
        before = min(dense) - _YEARS_BEFORE if dense else 10_000
        rare = [year for year in self.dated_years if year < before]
        dated = sum(self.dated_years[year] for year in rare)
        checked = sum(self.checked_years[year] for year in rare)
        return (checked, cells) if checked > 0.5 * dated else (0, cells)

    def _share_of_identity(self, key: str) -> tuple[int, int]:
        cells = self.cells[key]
        return (0, cells) if self._is_identity_serial() else (cells, 0)

    def _rounded(self) -> tuple[int, int]:
        rounded, eighteen = self.cells["rounded_cells"], self.numbers["eighteen"]
        is_chance = eighteen >= _ENOUGH and rounded < 0.5 * eighteen
        return (0, 0) if is_chance else (rounded, 0)

    def _old_identity(self) -> tuple[int, int]:
        """The old form has no check digit. In a column of business registration numbers, which have one, only numbers
        that fail it can be identities."""
        fifteen, registered = self.numbers["fifteen"], self.numbers["registered"]
        if fifteen >= 5 and registered >= 0.6 * fifteen:
            rest, dated = fifteen - registered, self.cells["old_unregistered_cells"]
        else:
            rest, dated = fifteen, self.cells["old_cells"]
        return (0, dated) if rest >= _ENOUGH and dated <= 0.2 * rest else (dated, 0)

    def _mobile(self) -> tuple[int, int]:
        """Numbers of eleven digits by chance: some 8 % look like mobile numbers, and of those that begin with 1 three in
        ten go on with 0, 1 or 2, which no mobile number does."""
        eleven, cells = self.numbers["eleven"], self.cells["mobile_cells"]
        one, low = self.numbers["eleven_from_1"], self.numbers["eleven_from_10_to_12"]
        is_chance = eleven >= 50 and cells >= 3 and 0.03 <= cells / eleven <= 0.15 and low >= 0.15 * one
        return (0, cells) if is_chance else (cells, 0)

    def _bank(self) -> tuple[int, int]:
        likely, cells = self.numbers["card_like"], self.cells["card_cells"]
        return (0, cells) if likely >= _ENOUGH and cells <= _CHANCE * likely else (cells, 0)
