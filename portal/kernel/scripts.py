"""The two Chinese scripts, character by character, by OpenCC's table."""

from collections.abc import Mapping
from functools import cache
from importlib import resources


@cache
def simplified_forms() -> Mapping[str, tuple[str, ...]]:
    """Traditional → its Simplified forms, the usual one first; read once."""
    table = resources.files("opencc") / "dictionary" / "TSCharacters.txt"
    pairs = (line.split("\t") for line in table.read_text("utf-8").splitlines() if "\t" in line)
    return {old: tuple(sign for sign in new.split() if len(sign) == 1) for old, new in pairs if len(old) == 1}
