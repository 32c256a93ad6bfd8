"""How much one record may bring; a source's configuration may say otherwise under `limits`."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from portal.ingest.errors import SourceInvalid


@dataclass(frozen=True, slots=True)
class Caps:
    """Upper bounds for one record. What is larger is skipped with a reason, and what is published stays."""

    file_bytes: int = 2 << 30
    table_rows: int = 50_000_000
    parts: int = 200
    raw_bytes: int = 8 << 20
    title_chars: int = 500
    text_chars: int = 50_000
    keywords: int = 100
    fields: int = 5_000

    @classmethod
    def of(cls, limits: Mapping[str, int]) -> "Caps":
        """The defaults with a source's own numbers. Raises SourceInvalid on a name that is no cap."""
        unknown = sorted(set(limits) - {field.name for field in fields(cls)})
        if unknown:
            known = ", ".join(field.name for field in fields(cls))
            raise SourceInvalid(f"`limits` knows {known}; not {', '.join(unknown)}.", parameter="limits")
        return cls(**limits)
