"""What an inspection found: rule, place and count, never the value."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that matched in one place.

    `column` None: not in a column. `place`: `cell`, `column name`, `sheet name`, `hidden sheet`, `hidden row`, `comment`,
    `property`, `file name`, `title`, `description`, …  `share`: matching cells / non-empty cells of the column, 0–1.
    """

    rule: str
    column: str | None
    place: str
    count: int
    share: float = 0.0


@dataclass(frozen=True, slots=True)
class Findings:
    """The result of a scan of all rows of one thing, identified by the digest of what was scanned.

    The gate admits nothing on findings with `rows_scanned != rows_present` or `is_complete` False.
    """

    digest: str
    scanner_version: str
    rows_scanned: int
    rows_present: int
    columns: tuple[str, ...]
    findings: tuple[Finding, ...]
    is_complete: bool = True
    has_hidden_content: bool = False
