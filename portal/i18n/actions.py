"""What was done with a column, in words for citizens: the action with its parameter, in both languages."""

from portal.i18n.messages import later, translate
from portal.kernel.text import Language
from portal.kernel.vocab import ColumnAction

_WORDS = {
    ("generalise", "year"): later("Days are shown as years."),
    ("generalise", "quarter"): later("Days are shown as the first day of their quarter."),
    ("generalise", "month"): later("Days are shown as the first day of their month."),
    ("generalise", "city"): later("Addresses are shown down to the city."),
    ("generalise", "county"): later("Addresses are shown down to the county or district."),
    ("generalise", "town"): later("Addresses are shown down to the town or subdistrict."),
    ("generalise", ""): later("Days are shown as the first day of their month, numbers with two digits, text masked."),
    ("mask", "name"): later("Names are masked: the first character is shown."),
    ("mask", "phone"): later("Telephone numbers are masked."),
    ("mask", "identity"): later("Identity numbers are masked: the province is shown."),
    ("mask", "address"): later("Addresses are masked below the town or subdistrict."),
    ("mask", "plate"): later("Vehicle plates are masked: the place of issue is shown."),
    ("mask", "card"): later("Card numbers are masked: the last four digits are shown."),
    ("mask", "email"): later("E-mail addresses are masked: the first sign and the domain are shown."),
    ("mask", ""): later("Values are masked."),
}
_BAND = later("Numbers are shown as bands of %(width)s.")
_GRID = later("Places are shown as the middle of a cell of %(width)s degrees.")
_WITH_WIDTH = {"band": _BAND, "grid": _GRID}
_SUPPRESSED = later("Counts of 1 to %(most)s are left out, and totals that would tell them.")
_DEFAULT_COUNT = 10


def explain_action(language: Language, action: ColumnAction, parameter: str) -> str:
    """The sentence about a column; empty for one that is published as it was delivered."""
    if action in (ColumnAction.PUBLISH, ColumnAction.DROP):
        return ""
    if action is ColumnAction.SUPPRESS:
        return translate(language, _SUPPRESSED, most=int(parameter or _DEFAULT_COUNT) - 1)
    kind, _, width = parameter.partition(":")
    if message := _WITH_WIDTH.get(kind):
        return translate(language, message, width=width)
    return translate(language, _WORDS.get((action.value, parameter), _WORDS[action.value, ""]))
