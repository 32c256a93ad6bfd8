"""GeoJSON, read strictly: RFC 7946 with the older `crs` member, and every fault told with the number of its feature."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import orjson
import shapely

from portal.readers.errors import FileRefused
from portal.readers.layers.gdal import LayerBatch
from portal.readers.reading import ReadingLimits
from portal.readers.text.json_text import flattened
from portal.readers.text_table import Row

_BATCH_FEATURES = 2_048
_NESTING = {"Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}
_LEAST = {"LineString": 2, "MultiLineString": 2, "Polygon": 4, "MultiPolygon": 4}
_KINDS = (*_NESTING, "GeometryCollection")
_MOST_DIMENSIONS = 3
_ID = "id"


@dataclass(frozen=True, slots=True)
class GeoJson:
    """A checked document: `names` of the properties in order of first appearance, `crs` as a code or empty."""

    features: Sequence[Mapping[str, Any]]
    names: tuple[str, ...]
    crs: str

    def batches(self) -> Iterator[LayerBatch]:
        """Features as rows and geometries. Raises FileRefused naming the feature whose geometry is wrong."""
        iterator = iter(enumerate(self.features, 1))
        while group := list(islice(iterator, _BATCH_FEATURES)):
            texts = [_geometry_text(number, feature.get("geometry")) for number, feature in group]
            geometries = np.array(shapely.from_geojson(np.array(texts, dtype=object)), dtype=object)
            rows: list[Row] = []
            for _, feature in group:
                cells = flattened(_attributes(feature))
                rows.append([cells.get(name) for name in self.names])
            yield LayerBatch(rows, geometries)


def check_geojson(document: object, limits: ReadingLimits) -> GeoJson:
    """The document's features. Raises FileRefused."""
    if not isinstance(document, Mapping):
        raise _wrong("The document is not an object.")
    kind = document.get("type")
    if kind == "FeatureCollection":
        features = document.get("features")
        if not isinstance(features, list):
            raise _wrong("A FeatureCollection needs an array “features”.")
    elif kind == "Feature":
        features = [document]
    elif kind in _KINDS:
        features = [{"type": "Feature", "geometry": document, "properties": None}]
    else:
        raise _wrong("“type” must be FeatureCollection, written just so.")
    if not features:
        raise FileRefused("file_empty", "The layer has no feature; deliver a file with data.")
    names: dict[str, None] = {}
    for number, feature in enumerate(features, 1):
        _check_feature(number, feature)
        names.update(dict.fromkeys(flattened(_attributes(feature))))
        if len(names) > limits.columns:
            raise FileRefused("file_too_wide", f"The features have more than {limits.columns} different properties.")
    return GeoJson(features, tuple(names), _crs(document))


def _attributes(feature: Mapping[str, Any]) -> Mapping[str, Any]:
    properties = feature.get("properties") or {}
    if _ID in feature and _ID not in properties:
        return {_ID: feature[_ID], **properties}
    return properties


def _check_feature(number: int, feature: object) -> None:
    if not isinstance(feature, Mapping) or feature.get("type") != "Feature":
        raise _wrong(f"Feature {number} is not an object of the type “Feature”.")
    properties = feature.get("properties")
    if properties is not None and not isinstance(properties, Mapping):
        raise _wrong(f"Feature {number}: “properties” must be an object or null.")
    if "geometry" not in feature:
        raise _wrong(f"Feature {number} has no “geometry”; write null where there is none.")
    if isinstance(feature.get(_ID), Mapping | list | bool):
        raise _wrong(f"Feature {number}: “id” must be a text or a number.")
    if "coordinates" in feature or "features" in feature:
        raise _wrong(f"Feature {number} has members of another type beside its own.")
    _check_geometry(number, feature["geometry"])


def _check_geometry(number: int, geometry: object, depth: int = 0) -> None:
    if geometry is None and not depth:
        return
    if not isinstance(geometry, Mapping) or geometry.get("type") not in _KINDS:
        raise _wrong(f"Feature {number} has a geometry of no known type.")
    kind = geometry["type"]
    if kind == "GeometryCollection":
        parts = geometry.get("geometries")
        if not isinstance(parts, list) or depth > 1:
            raise _wrong(f"Feature {number}: a GeometryCollection needs an array “geometries” of plain geometries.")
        for part in parts:
            _check_geometry(number, part, depth + 1)
        return
    coordinates = geometry.get("coordinates")
    if not isinstance(coordinates, list):
        raise _wrong(f"Feature {number}: a {kind} needs an array “coordinates”.")
    _check_coordinates(number, kind, coordinates, _NESTING[kind])


def _check_coordinates(number: int, kind: str, coordinates: object, nesting: int) -> None:
    if not isinstance(coordinates, list):
        raise _wrong(f"Feature {number}: the coordinates of its {kind} are not nested as they must be.")
    if nesting == 0:
        are_numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in coordinates)
        if coordinates and not (2 <= len(coordinates) <= _MOST_DIMENSIONS and are_numbers):
            raise _wrong(f"Feature {number}: a position of its {kind} is not two or three numbers.")
        return
    if nesting == 1 and kind in _LEAST:
        if coordinates and len(coordinates) < _LEAST[kind]:
            raise _wrong(f"Feature {number}: its {kind} has too few positions.")
        if kind.endswith("Polygon") and coordinates and coordinates[0] != coordinates[-1]:
            raise _wrong(f"Feature {number}: a ring of its {kind} does not end where it begins.")
    for one in coordinates:
        _check_coordinates(number, kind, one, nesting - 1)


def _crs(document: Mapping[str, Any]) -> str:
    """The system that the older `crs` member names; empty: none is stated."""
    stated = document.get("crs")
    if stated is None:
        return ""
    properties = stated.get("properties") if isinstance(stated, Mapping) else None
    name = properties.get("name") if isinstance(properties, Mapping) else None
    if not isinstance(name, str) or stated.get("type") != "name":
        raise FileRefused("layer_system_unknown", "The member “crs” does not name a coordinate system.")
    return name


def _geometry_text(number: int, geometry: object) -> str | None:
    if geometry is None:
        return None
    try:
        return orjson.dumps(geometry).decode()
    except orjson.JSONEncodeError as error:
        raise _wrong(f"Feature {number} has a geometry that cannot be read.") from error


def _wrong(what: str) -> FileRefused:
    return FileRefused("layer_geojson_invalid", what)
