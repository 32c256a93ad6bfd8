"""Shapefiles through GDAL, which is told to know nothing else: no other driver, no network, no other file.

Import it only in the child process and before anything else imports `pyogrio`: which drivers GDAL registers is decided
once, when it is loaded.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from portal.readers.errors import FileRefused
from portal.readers.text_table import Row

DRIVERS = frozenset({"ESRI Shapefile"})
_OTHERS = (
    "ADBC,AIVector,AVCBin,AVCE00,AmigoCloud,CSV,CSW,Carto,DGN,DXF,EDIGEO,EEDA,ESRIJSON,Elasticsearch,FlatGeobuf,"
    "GDALG,GML,GPKG,GPSBabel,GPX,GTFS,GeoJSON,GeoJSONSeq,GeoRSS,HTTP,Idrisi,JML,JSONFG,KML,LIBKML,LVBAG,MBTiles,MEM,MVT,"
    "MapML,MiraMonVector,NGW,OAPIF,ODS,OGCAPI,OGR_GMT,OGR_PDS,OGR_VRT,OSM,OpenFileGDB,PCIDSK,PDF,PDS4,PGDUMP,"
    "PLSCENES,PMTiles,S57,SQLite,SXF,Selafin,TopoJSON,VDV,VFK,VICAR,WAsP,WFS,XLSX,"
    "MapInfo File"
)
_SETTINGS = {
    "GDAL_SKIP": _OTHERS,
    "GDAL_DISABLE_READDIR_ON_OPEN": "TRUE",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{none}",
    "GDAL_HTTP_MAX_RETRY": "0",
    "GDAL_DRIVER_PATH": "disable",
    "PROJ_NETWORK": "OFF",
    "SHAPE_RESTORE_SHX": "YES",
}
_BATCH_ROWS = 4_096
Geometries = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class LayerBatch:
    """Some features: cells as text in the order of the layer's names, and geometries (None where there is none)."""

    rows: list[Row]
    geometries: Geometries


def load_gdal() -> Any:
    """GDAL with one driver. Raises FileRefused when it knows more than it should."""
    os.environ.update(_SETTINGS)
    import pyogrio  # noqa: PLC0415 - after the settings, which it reads when it is loaded

    if set(pyogrio.list_drivers()) != DRIVERS:
        raise FileRefused("reader_failed", "The reader of layers knows formats it must not know.")
    return pyogrio


def layer_names(path: Path, layer: str, encoding: str | None) -> tuple[tuple[str, ...], str]:
    """Attribute names and the stated coordinate system (WKT or code; empty: none). Raises FileRefused."""
    pyogrio = load_gdal()
    try:
        info = pyogrio.read_info(path, layer=layer, encoding=encoding)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, UnicodeDecodeError) as error:
        raise _damaged(path) from error
    return tuple(str(name) for name in info["fields"]), str(info["crs"] or "")


def read_features(path: Path, layer: str, encoding: str | None, names: tuple[str, ...]) -> Iterator[LayerBatch]:
    """The features in order, some thousand at a time. Raises FileRefused."""
    pyogrio = load_gdal()
    try:
        with pyogrio.raw.open_arrow(path, layer=layer, encoding=encoding, use_pyarrow=True, batch_size=_BATCH_ROWS) as (
            meta,
            reader,
        ):
            for batch in reader:
                yield _batch(batch, names, meta["geometry_name"] or "wkb_geometry")
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        UnicodeDecodeError,
        pa.ArrowException,
    ) as error:
        raise _damaged(path) from error


def _batch(batch: pa.RecordBatch, names: tuple[str, ...], geometry_name: str) -> LayerBatch:
    columns = [[_text(cell) for cell in batch.column(name).to_pylist()] for name in names]
    rows: list[Row] = list(zip(*columns, strict=True)) if columns else [()] * batch.num_rows
    if geometry_name in batch.schema.names:
        cells = np.array(batch.column(geometry_name).to_pylist(), dtype=object)
        geometries = shapely.from_wkb(cells, on_invalid="ignore")
        lost = int((shapely.is_missing(geometries) & np.array([cell is not None for cell in cells])).sum())
        if lost:
            raise FileRefused(
                "layer_geometry_unreadable",
                f"{lost} geometries are of a kind that is not read; deliver points, lines or areas.",
            )
    else:
        geometries = np.full(batch.num_rows, None, dtype=object)
    return LayerBatch(rows, geometries)


def _text(cell: object) -> str | None:
    if cell is None or isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return repr(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _damaged(path: Path) -> FileRefused:
    return FileRefused(
        "file_damaged", f"The layer cannot be opened ({path.suffix.lstrip('.')}); deliver it again, whole."
    )
