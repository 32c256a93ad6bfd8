"""KML: placemarks by folder, with every value they carry. WGS 84 by its standard (OGC 07-147r2), longitude first.

Read here and not through GDAL, which keeps only the values that a schema of the document names. Declarations of entities
are refused, links to other documents are not followed.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import shapely
from shapely.errors import ShapelyError

from portal.readers.errors import FileRefused
from portal.readers.layers.gdal import LayerBatch
from portal.readers.reading import ReadingLimits
from portal.readers.text_table import Row

_BATCH_FEATURES = 2_048
_CONTAINERS = ("Document", "Folder")
_SHOWN_BY = frozenset({"styleUrl", "Style", "StyleMap", "LookAt", "Camera", "Region", "visibility", "open"})
_GEOMETRIES = frozenset(
    {"Point", "LineString", "LinearRing", "Polygon", "MultiGeometry", "Track", "MultiTrack", "Model"}
)


@dataclass(slots=True)
class KmlLayer:
    """The placemarks of one folder: `rows` map names to texts, `geometries` go with them."""

    name: str
    names: dict[str, None] = field(default_factory=dict)
    rows: list[dict[str, str]] = field(default_factory=list)
    geometries: list[object] = field(default_factory=list)

    def batches(self) -> Iterator[LayerBatch]:
        """Placemarks in order."""
        for start in range(0, len(self.rows), _BATCH_FEATURES):
            part = slice(start, start + _BATCH_FEATURES)
            rows: list[Row] = [[row.get(name) for name in self.names] for row in self.rows[part]]
            geometries = np.full(len(rows), None, dtype=object)
            geometries[:] = self.geometries[part]
            yield LayerBatch(rows, geometries)


def read_kml(path: Path, limits: ReadingLimits) -> list[KmlLayer]:
    """The folders that have placemarks. Raises FileRefused."""
    if path.stat().st_size > limits.json_bytes:
        raise FileRefused("file_too_large", "The KML document is too large; deliver a zipped shapefile instead.")
    content = path.read_bytes()
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise FileRefused(
            "xml_entities", "The document declares entities, which are not resolved; deliver it without them."
        )
    try:
        root = ET.fromstring(content)  # noqa: S314 - no entities, in a child process with limits
    except (ET.ParseError, ValueError) as error:
        raise FileRefused("file_damaged", "The KML document is not well-formed; deliver it again.") from error
    layers: list[KmlLayer] = []
    waiting = deque([(root, KmlLayer(""))])
    while waiting:
        container, layer = waiting.popleft()
        for child in container:
            local = _local(child)
            if local == "Placemark":
                _add(child, layer)
                if len(layer.rows) == 1:
                    layers.append(layer)
            elif local in _CONTAINERS:
                waiting.append((child, KmlLayer(_child_text(child, "name"))))
            elif local == "kml":
                waiting.append((child, layer))
    return layers


def _add(placemark: ET.Element, layer: KmlLayer) -> None:
    values: dict[str, str] = {}
    geometry: object = None
    for child in placemark:
        local = _local(child)
        if local in _GEOMETRIES:
            geometry = _geometry(child)
        elif local == "ExtendedData":
            values |= dict(_extended(child))
        elif local not in _SHOWN_BY:
            values |= {name: text for name, text in _texts(child, local) if text}
    layer.names.update(dict.fromkeys(values))
    layer.rows.append(values)
    layer.geometries.append(geometry)


def _extended(element: ET.Element) -> Iterator[tuple[str, str]]:
    """Values under the names that the document gives them."""
    for child in element:
        local, name = _local(child), child.get("name", "")
        if local == "Data" and name:
            yield name, _child_text(child, "value")
        elif local == "SchemaData":
            yield from ((one.get("name", _local(one)), "".join(one.itertext()).strip()) for one in child)
        else:
            yield from _texts(child, local)


def _texts(element: ET.Element, name: str) -> Iterator[tuple[str, str]]:
    if not len(element):
        yield name, (element.text or "").strip()
    for child in element:
        yield from _texts(child, f"{name}.{_local(child)}")


def _geometry(element: ET.Element) -> object:
    """A geometry in the document's coordinates. Raises FileRefused."""
    local = _local(element)
    try:
        if local == "MultiGeometry":
            parts = [_geometry(one) for one in element if _local(one) in _GEOMETRIES]
            return shapely.GeometryCollection(parts)  # type: ignore[type-var]
        if local == "Polygon":
            outer = [_positions(ring) for b in element if _local(b) == "outerBoundaryIs" for ring in b]
            inner = [_positions(ring) for b in element if _local(b) == "innerBoundaryIs" for ring in b]
            if len(outer) != 1:
                raise _unreadable()
            return shapely.Polygon(outer[0], inner)
        if local == "Point":
            (position,) = _positions(element)
            return shapely.Point(position)
        if local in {"LineString", "LinearRing"}:
            return shapely.LineString(_positions(element))
    except (ValueError, TypeError, ShapelyError) as error:
        raise _unreadable() from error
    raise _unreadable()


def _positions(element: ET.Element) -> Sequence[tuple[float, ...]]:
    return [tuple(float(number) for number in one.split(",")) for one in _child_text(element, "coordinates").split()]


def _child_text(element: ET.Element, name: str) -> str:
    return next(("".join(child.itertext()).strip() for child in element if _local(child) == name), "")


def _local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _unreadable() -> FileRefused:
    return FileRefused(
        "layer_geometry_unreadable", "A placemark has a geometry that cannot be read; deliver points, lines, areas."
    )
