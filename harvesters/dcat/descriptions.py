"""What a dataset's entry says, whatever it was written in: the seam between the two vocabularies and the mapping."""

from dataclasses import dataclass, field

Tagged = dict[str, tuple[str, ...]]
"""Language tag as written ("" for none) → texts in order."""


@dataclass(frozen=True, slots=True)
class Described:
    """One distribution or data service. `format` and `language` are labels or the last part of an authority's address."""

    key: str
    titles: Tagged
    descriptions: Tagged
    download_url: str = ""
    access_url: str = ""
    format: str = ""
    language: str = ""
    size_bytes: int | None = None
    sha256: str = ""
    stamp: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Description:
    """One dataset. Blank: not stated."""

    id: str
    titles: Tagged
    descriptions: Tagged = field(default_factory=dict)
    keywords: Tagged = field(default_factory=dict)
    publisher_names: Tagged = field(default_factory=dict)
    publisher_code: str = ""
    identifier: str = ""
    themes: tuple[str, ...] = ()
    cycle: str = ""
    licence: str = ""
    access: str = ""
    issued: str = ""
    modified: str = ""
    parts: tuple[Described, ...] = ()
