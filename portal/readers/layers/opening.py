"""Open files that hold layers: GeoJSON, KML, zips of shapefiles, KMZ. What is delivered is published as tables only.

The delivered file itself never leaves: its coordinates are in its own system and its own precision, and no page tells what
lies beside the layers in an archive.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import duckdb

from portal.kernel.vocab import PartKind
from portal.readers.errors import FileRefused
from portal.readers.layers.dbf import dbf_encoding
from portal.readers.layers.gdal import LayerBatch, layer_names, read_features
from portal.readers.layers.geojson import check_geojson
from portal.readers.layers.kml import read_kml
from portal.readers.layers.tables import LayerSource, read_layer
from portal.readers.layers.zipped import unpack_layers
from portal.readers.reading import FileReading, Note, ReadingLimits, TableReading

_KML_SYSTEM = "EPSG:4326"


def open_zipped(
    connection: duckdb.DuckDBPyConnection, path: Path, work_dir: Path, limits: ReadingLimits, *, stated: Sequence[str]
) -> FileReading:
    """A zip of shapefiles or a KMZ: a table for each layer. Raises FileRefused."""
    found = unpack_layers(path, work_dir, limits)
    if found.kml is not None:
        tables, kind = open_kml(connection, found.kml, work_dir, limits, stated=stated, name="doc"), "kmz"
    else:
        read: list[TableReading] = []
        for number, (name, shape) in enumerate(found.shapes, 1):
            try:
                read.append(read_layer(connection, _shapefile(name, shape, number), work_dir, stated, limits))
            finally:
                for part in work_dir.glob(f"{shape.stem}.*"):
                    if not part.name.endswith(".parquet"):
                        part.unlink()
        tables, kind = tuple(read), "shapefile"
    notes = (Note("archive_members_left_out", count=len(found.others)),) if found.others else ()
    hidden = {"archive member": tuple(found.texts.values()), "file name": (*found.texts, *found.others)}
    texts = {place: told for place, told in hidden.items() if told}
    return FileReading(PartKind.TABLE, kind, "application/zip", None, tables, texts, True, None, notes)


def open_kml(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    work_dir: Path,
    limits: ReadingLimits,
    *,
    stated: Sequence[str],
    name: str,
) -> tuple[TableReading, ...]:
    """A KML document in UTF-8: a table for each folder with placemarks. Raises FileRefused."""
    tables = []
    for number, layer in enumerate(read_kml(path, limits), 1):
        names = tuple(layer.names)
        source = LayerSource(_key(number), layer.name or name, names, _KML_SYSTEM, layer.batches, is_axiomatic=True)
        tables.append(read_layer(connection, source, work_dir, stated, limits))
    if not tables:
        raise FileRefused("file_empty", "The document has no placemark; deliver a file with data.")
    return tuple(tables)


def open_geojson(
    connection: duckdb.DuckDBPyConnection,
    document: object,
    work_dir: Path,
    limits: ReadingLimits,
    *,
    stated: Sequence[str],
    name: str,
) -> tuple[TableReading, ...]:
    """The table of a document that means to be GeoJSON. Raises FileRefused."""
    checked = check_geojson(document, limits)
    source = LayerSource("table", name, checked.names, checked.crs, checked.batches)
    return (read_layer(connection, source, work_dir, stated, limits),)


def _shapefile(name: str, path: Path, number: int) -> LayerSource:
    encoding = dbf_encoding(path.with_suffix(".dbf"))
    names, crs = layer_names(path, path.stem, encoding)
    return LayerSource(_key(number), name, names, crs, _features(path, path.stem, encoding, names))


def _features(
    path: Path, layer: str, encoding: str | None, names: tuple[str, ...]
) -> Callable[[], Iterator[LayerBatch]]:
    return lambda: read_features(path, layer, encoding, names)


def _key(number: int) -> str:
    return "table" if number == 1 else f"table-{number}"
