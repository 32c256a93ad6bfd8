"""Layers as departments deliver them, written by GDAL."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyogrio
import shapely


def write_shapefile(
    folder: Path,
    name: str,
    geometries: Sequence[object],
    attributes: Mapping[str, Sequence[object]],
    *,
    crs: str | None = "EPSG:4490",
    encoding: str = "GB18030",
    kind: str = "Point",
) -> dict[str, bytes]:
    """The files of a shapefile by name, without the `.cpg` that tells the encoding."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.shp"
    columns = [np.array(list(cells), dtype=object) for cells in attributes.values()]
    pyogrio.raw.write(
        path,
        shapely.to_wkb(np.array(list(geometries), dtype=object)),
        columns,
        list(attributes),
        crs=crs or "EPSG:4490",
        geometry_type=kind,
        driver="ESRI Shapefile",
        encoding=encoding,
    )
    left_out = {".cpg"} if crs else {".cpg", ".prj"}
    return {part.name: part.read_bytes() for part in sorted(folder.glob(f"{name}.*")) if part.suffix not in left_out}


def zipped(files: Mapping[str, bytes], *, names_in_gbk: bool = True) -> bytes:
    """A zip whose names are in GBK without a mark of it, as packers on Chinese computers write them."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            if names_in_gbk and not name.isascii():
                archive.writestr(_GbkInfo(name), content)
            else:
                archive.writestr(name, content)
    return buffer.getvalue()


class _GbkInfo(zipfile.ZipInfo):
    """An entry whose name is written as GBK."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("gb18030"), self.flag_bits & ~0x800
