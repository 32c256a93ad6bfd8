"""What a download address names: a part and a format."""

from portal.exports import FORMATS
from portal.kernel.errors import NotFound

ORIGINAL = "original"
NAMES = (*FORMATS, ORIGINAL)


def split_file_name(file_name: str) -> tuple[str, str]:
    """`schools.excel.csv` → (`schools`, `excel.csv`): the longest format that fits. Raises NotFound that lists them."""
    for name in sorted(NAMES, key=len, reverse=True):
        part = file_name.removesuffix(f".{name}")
        if part and part != file_name:
            return part, name
    raise NotFound(f"A download is named <part>.<format>; the formats are {', '.join(NAMES)}.")
