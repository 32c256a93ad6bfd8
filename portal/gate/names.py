"""How names are compared: of columns (what a mapping, a catalogue and a file say) and of the people who decide."""

import re
import unicodedata

_MADE_UNIQUE = re.compile(r"_\d+$")
_LONGEST_NAME = 120
"""Readers call the second column of a name `name_2`, and cut names at this many characters."""


def column_key(name: str) -> str:
    """A column name as it is compared: NFKC, case folded, without white space and invisible characters."""
    normal = unicodedata.normalize("NFKC", name)
    return "".join(sign for sign in normal if not sign.isspace() and unicodedata.category(sign) != "Cf").casefold()


def person_key(name: str) -> str:
    """A person's name as it is compared: NFKC, without case, white space, punctuation and invisible characters; empty when
    nothing of a name is left."""
    normal = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return "".join(sign for sign in normal if unicodedata.category(sign)[0] in "LNM")


def is_same_person(one: str, other: str) -> bool:
    """Whether two names are the same, however they are written; a name without a letter is nobody's, so nobody new."""
    keys = person_key(one), person_key(other)
    return keys[0] == keys[1] or "" in keys


def column_keys(name: str) -> set[str]:
    """What a name that somebody wrote may be called in a table: whole, or as short as readers make it."""
    return {column_key(name), column_key(name[:_LONGEST_NAME])} - {""}


def first_of_its_name(name: str) -> str:
    """The key of the column that a repeated one (`name_2`) repeats: what keeps that in, keeps this in."""
    return column_key(_MADE_UNIQUE.sub("", name))
