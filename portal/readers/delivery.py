"""What is asked of the reader of one file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from portal.readers.headers.proof import HeaderChoice
from portal.readers.reading import ReadingLimits


@dataclass(frozen=True, slots=True)
class Delivery:
    """A file to be opened and how. `choices`: sheet ("" for a file without sheets) → the header that a person confirmed.

    `depth`: how many archives it is inside.
    """

    path: Path
    file_name: str
    work_dir: Path
    limits: ReadingLimits
    encoding: str | None = None
    with_original_text: bool = True
    coordinate_systems: tuple[str, ...] = ()
    choices: Mapping[str, HeaderChoice] = field(default_factory=dict)
    depth: int = 0

    @property
    def stem(self) -> str:
        return Path(self.file_name).stem
