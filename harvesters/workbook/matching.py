"""Which data files beside the workbook belong to which resource: by a column that names them, by code, by title. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from harvesters.folder.drops import DropFile

_PARTED = re.compile(r"[;；、\n|]+")
_JOINTS = re.compile(r"[/\\_\-—－\s]+")


@dataclass(slots=True)
class DataFiles:
    """The files of a drop that may be data. `claims`: path → how many resources claim it."""

    files: Mapping[str, DropFile]
    base: str = ""
    claims: dict[str, int] = field(default_factory=dict)
    _by_key: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for path in self.files:
            inside = PurePosixPath(path.removeprefix(f"{self.base}/") if self.base else path)
            keys = {_key(str(inside.with_suffix(""))), _key(inside.stem), _key(str(inside)), _key(inside.name)}
            for parent in inside.parents:
                if parent.name:
                    keys |= {_key(str(parent)), _key(parent.name)}
            for key in keys:
                self._by_key.setdefault(key, []).append(path)

    def find(self, resource: Mapping[str, str]) -> tuple[tuple[DropFile, ...], str]:
        """The files of a resource, and what is wrong about them ("": nothing). Files named in a column come first."""
        named = resource.get("files", "")
        if named:
            found: list[str] = []
            missing: list[str] = []
            for name in (part.strip() for part in _PARTED.split(named) if part.strip()):
                path = next((p for p in (f"{self.base}/{name}" if self.base else name, name) if p in self.files), None)
                (found if path else missing).append(path or name)
            if missing:
                return (), f"the file {missing[0][-120:]!r} that it names is not there"
            paths: Iterable[str] = dict.fromkeys(found)
        else:
            keys = (_key(resource.get(name, "")) for name in ("code", "title"))
            paths = next((self._by_key[key] for key in keys if key and key in self._by_key), ())
        files = tuple(self.files[path] for path in sorted(paths))
        broken = next((file.problem for file in files if file.problem), "")
        return ((), broken) if broken else (files, "")

    def claim(self, files: Iterable[DropFile]) -> None:
        """Count that a resource takes these files."""
        for file in files:
            self.claims[file.path] = self.claims.get(file.path, 0) + 1

    def shared(self, files: Iterable[DropFile]) -> str:
        """A file that another resource claims as well, "" if there is none."""
        return next((file.path for file in files if self.claims.get(file.path, 0) > 1), "")

    def unclaimed(self) -> list[str]:
        """Files that belong to nobody."""
        return [path for path in self.files if path not in self.claims]


def _key(text: str) -> str:
    """Codes hold slashes and file names cannot: what joins the pieces of a name does not count."""
    return _JOINTS.sub("-", unicodedata.normalize("NFKC", text).casefold()).strip("-")
