"""How names of columns are compared: what a person wrote into a mapping, what a catalogue announces, what a file delivers."""

import re
import unicodedata

_MADE_UNIQUE = re.compile(r"_\d+$")
_LONGEST_NAME = 120
"""Readers call the second column of a name `name_2`, and cut names at this many characters."""


def column_key(name: str) -> str:
    """A column name as it is compared: NFKC, case folded, without white space and invisible characters."""
    normal = unicodedata.normalize("NFKC", name)
    return "".join(sign for sign in normal if not sign.isspace() and unicodedata.category(sign) != "Cf").casefold()


def column_keys(name: str) -> set[str]:
    """What a name that somebody wrote may be called in a table: whole, or as short as readers make it."""
    return {column_key(name), column_key(name[:_LONGEST_NAME])} - {""}


def first_of_its_name(name: str) -> str:
    """The key of the column that a repeated one (`name_2`) repeats: what keeps that in, keeps this in."""
    return column_key(_MADE_UNIQUE.sub("", name))
