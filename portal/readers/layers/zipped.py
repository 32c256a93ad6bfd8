"""Layers inside a zip: shapefiles by their members, and KMZ. Names may be in GBK and in folders."""

import shutil
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from portal.readers.archives import decoded_name
from portal.readers.errors import FileRefused
from portal.readers.reading import ReadingLimits

_NEEDED = ("shp", "dbf")
_USED = (*_NEEDED, "shx", "prj", "cpg")
_PASSED_OVER = ("sbn", "sbx", "qix", "qpj", "fbn", "fbx", "ain", "aih", "ixs", "mxs", "atx")
_TEXTS = ("shp.xml", "xml", "txt", "cst")
_MOST_LAYERS = 100
_MOST_TEXT_BYTES = 4 << 20


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive under its name as people know it."""

    name: str
    info: zipfile.ZipInfo

    @property
    def stem(self) -> str:
        return self.name[: -len(PurePosixPath(self.name).suffix)] if self.suffix else self.name

    @property
    def suffix(self) -> str:
        return PurePosixPath(self.name).suffix.lower().lstrip(".")


@dataclass(frozen=True, slots=True)
class ZippedLayers:
    """What an archive holds: `shapes` are paths of unpacked `.shp` files with the names of their layers.

    `texts`: descriptions beside the layers, `others`: names of members that are no part of a layer.
    """

    shapes: tuple[tuple[str, Path], ...] = ()
    kml: Path | None = None
    texts: dict[str, str] = field(default_factory=dict)
    others: tuple[str, ...] = ()


def has_layers(names: Iterable[str]) -> bool:
    """Whether members of these names make a shapefile or a KMZ."""
    lower = [name.lower() for name in names]
    return any(name.endswith(".shp") for name in lower) or "doc.kml" in lower


def unpack_layers(path: Path, work_dir: Path, limits: ReadingLimits) -> ZippedLayers:
    """Unpack the layers under names of our own into `work_dir`. Raises FileRefused."""
    with zipfile.ZipFile(path) as archive:
        members = [Member(decoded_name(info), info) for info in archive.infolist() if not info.is_dir()]
        members = [member for member in members if "__MACOSX/" not in member.name]
        if any(member.info.flag_bits & 1 for member in members):
            raise FileRefused("file_encrypted", "The archive is protected by a password; deliver it without one.")
        shapes = [member for member in members if member.suffix == "shp"]
        if not shapes:
            kml = next(member for member in members if member.name.lower() == "doc.kml")
            target = _unpack(archive, kml, work_dir / "doc.kml", limits)
            return ZippedLayers(kml=target, others=tuple(m.name for m in members if m is not kml))
        if len(shapes) > _MOST_LAYERS:
            raise FileRefused(
                "file_too_large", f"The archive has {len(shapes)} layers; at most {_MOST_LAYERS} are read."
            )
        by_name = {member.name.lower(): member for member in members}
        unpacked, used = [], set()
        for number, shape in enumerate(shapes, 1):
            parts = _parts(shape, by_name)
            used |= {part.name for part in parts.values()}
            for suffix, part in parts.items():
                _unpack(archive, part, work_dir / f"layer{number}.{suffix}", limits)
            unpacked.append((PurePosixPath(shape.stem).name, work_dir / f"layer{number}.shp"))
        rest = [m for m in members if m.name not in used and m.suffix not in _PASSED_OVER]
        texts = {m.name: _text(archive, m) for m in rest if m.name.lower().endswith(_TEXTS)}
    return ZippedLayers(tuple(unpacked), None, texts, tuple(m.name for m in rest if m.name not in texts))


def _parts(shape: Member, by_name: dict[str, Member]) -> dict[str, Member]:
    """The files that belong to a `.shp`; case of names does not count."""
    found = {suffix: by_name.get(f"{shape.stem}.{suffix}".lower()) for suffix in _USED}
    for suffix in _NEEDED:
        if found[suffix] is None:
            name = PurePosixPath(shape.name).name
            raise FileRefused(
                "layer_incomplete", f"The .{suffix} of {name} is missing; deliver .shp, .shx, .dbf, .prj."
            )
    return {suffix: member for suffix, member in found.items() if member is not None}


def _unpack(archive: zipfile.ZipFile, member: Member, target: Path, limits: ReadingLimits) -> Path:
    if member.info.file_size > limits.unpacked_bytes:
        raise FileRefused("file_bomb", f"A member of the archive unpacks to {member.info.file_size} bytes.")
    try:
        with archive.open(member.info) as source, target.open("wb") as file:
            shutil.copyfileobj(source, file, 1 << 20)
    except (zipfile.BadZipFile, EOFError, OSError, RuntimeError, NotImplementedError) as error:
        raise FileRefused("file_damaged", "A member of the archive is damaged; deliver it again.") from error
    return target


def _text(archive: zipfile.ZipFile, member: Member) -> str:
    with archive.open(member.info) as file:
        content = file.read(_MOST_TEXT_BYTES)
    for codec in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(codec)
        except UnicodeDecodeError:
            continue
    return content.decode("utf-8", "replace")
