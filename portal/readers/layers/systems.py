"""Which coordinate system a layer is in, and the way from it to WGS 84.

Nothing is guessed: a file states its system (.prj, `crs`, KML by its standard), the source's record or the signed mapping
states it, or the layer is held. CGCS2000 and WGS 84 differ by a few centimetres, so degrees of one are published as degrees
of the other; PROJ, which has no transformation between them, does the same.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyproj
from pyproj.exceptions import CRSError, ProjError
from pyproj.transformer import TransformerGroup

from portal.kernel.coordinate_systems import GCJ_02, LOCAL, system_of
from portal.readers.errors import FileRefused
from portal.readers.layers.gcj02 import AREA, from_gcj02

_DECIMALS = 7  # about a centimetre
_WORLD = (-180.0, -90.0, 180.0, 90.0)
_CHINA = (73.0, 3.0, 136.0, 54.0)
_CGCS2000 = "China 2000"
_MOST_INACCURATE_M = 2.0
_OWN_PARAMETERS = ("Beijing 1954", "New Beijing", "Xian 1980")
_MARGIN_DEGREES = 0.5
_MOST_OUTSIDE = 0.01
Coordinates = npt.NDArray[np.float64]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class LayerSystem:
    """A system that is known: its name for people, the way to WGS 84, and where its coordinates may be (WGS 84)."""

    name: str
    to_wgs84: Callable[[Coordinates], Coordinates]
    area: Box
    is_geographic: bool


def decide_system(in_file: str, stated: Sequence[str], *, is_axiomatic: bool = False) -> LayerSystem:
    """The system of a layer: `in_file` is WKT or a code or empty, `stated` what record or mapping say.

    `is_axiomatic`: the format knows one system only, so that the file's word is no more than a habit. GCJ-02 has no code
    and travels under the name of WGS 84: a statement of it beats that name, and no other. Raises FileRefused.
    """
    named = {system_of(label) for label in stated if label.strip()}
    if None in named:
        raise FileRefused("layer_system_unknown", "The stated coordinate system is none that is known here.")
    if len(named) > 1:
        raise FileRefused(
            "layer_system_contradicts",
            "The record and the signed mapping state different coordinate systems; correct one.",
        )
    said = next(iter(named), None)
    if said == LOCAL:
        raise _local()
    found = _crs(in_file) if in_file else None
    if found is None and said is None:
        raise FileRefused(
            "layer_system_unknown",
            "Neither the file nor the source says which coordinate system this is; add a .prj file or state it in the "
            "signed mapping (coordinate_system).",
        )
    if found is not None and _is_local(found):
        raise _local()
    if said == GCJ_02:
        if found is not None and not _is_wgs84(found):
            raise _contradiction(found, said)
        return LayerSystem(GCJ_02, from_gcj02, AREA, is_geographic=True)
    stated_crs = _crs(said) if said else None
    if found is not None and stated_crs is not None and not _agree(found, stated_crs):
        if not (is_axiomatic and stated_crs.is_geographic):
            raise _contradiction(found, said or "")
        found = stated_crs
    # a projected file under a statement of its datum alone keeps its projection
    return _of_crs(found or stated_crs or pyproj.CRS(4326))


def moved(system: LayerSystem, points: Coordinates) -> Coordinates:
    """Coordinates (n × 2) in WGS 84, to a centimetre; what cannot be moved is not finite."""
    if not points.size:
        return points
    return np.round(system.to_wgs84(points), _DECIMALS)


def check_area(system: LayerSystem, boxes: Coordinates) -> int:
    """How many of these bounding boxes (n × 4, WGS 84) lie outside the system's area, if they are few.

    Raises FileRefused when they are many: the layer is in another system than the one it was read in.
    """
    known = boxes[~np.isnan(boxes[:, 0])]
    if not len(known):
        return 0
    outside = ~_within(known, system.area)
    count = int(outside.sum())
    if count <= _MOST_OUTSIDE * len(known):
        return count
    swapped = known[:, [1, 0, 3, 2]]
    if system.is_geographic and float(_within(swapped, _CHINA).mean()) > 1 - _MOST_OUTSIDE:
        raise FileRefused(
            "layer_axes_swapped", "Longitude and latitude are the wrong way round; write longitude first."
        )
    if system.is_geographic and np.isfinite(known).all() and float(np.abs(known).max()) > 360:
        raise FileRefused(
            "layer_metres_as_degrees",
            f"The coordinates are metres, but the layer says {system.name}, which has degrees.",
        )
    raise FileRefused(
        "layer_outside_area",
        f"{count} of {len(known)} features lie outside the area of {system.name}; state the system.",
    )


def check_order(boxes: Coordinates) -> None:
    """Raise FileRefused for degrees that make sense in China only the other way round."""
    known = boxes[~np.isnan(boxes[:, 0])]
    if len(known) and not _within(known, _CHINA).any() and _within(known[:, [1, 0, 3, 2]], _CHINA).all():
        raise FileRefused(
            "layer_axes_swapped", "Longitude and latitude are the wrong way round; write longitude first."
        )


def _within(boxes: Coordinates, area: Box) -> npt.NDArray[np.bool_]:
    west, south, east, north = area
    inside: npt.NDArray[np.bool_] = (
        (boxes[:, 0] >= west) & (boxes[:, 1] >= south) & (boxes[:, 2] <= east) & (boxes[:, 3] <= north)
    )
    return inside


def _crs(text: str) -> pyproj.CRS:
    try:
        return pyproj.CRS.from_user_input(text)
    except CRSError as error:
        raise FileRefused(
            "layer_system_unknown", "The coordinate system that the file states cannot be understood."
        ) from error


def _of_crs(crs: pyproj.CRS) -> LayerSystem:
    crs = crs.sub_crs_list[0] if crs.is_compound else crs
    if not (crs.is_geographic or crs.is_projected):
        raise _local()
    code = crs.to_epsg(min_confidence=70)
    name = f"EPSG:{code}" if code else crs.name
    datum = _datum(crs)
    area = _area(pyproj.CRS(code) if code else crs)
    if datum == _CGCS2000:  # the same degrees
        way = _transformation(crs, pyproj.CRS(4490)) if crs.is_projected else _same
        return LayerSystem(name, way, area, crs.is_geographic)
    if datum.startswith(_OWN_PARAMETERS):
        raise FileRefused(
            "layer_system_unsupported", f"{name} needs parameters that are not public; convert the layer to CGCS2000."
        )
    way = _same if _is_wgs84(crs) else _transformation(crs, pyproj.CRS(4326))
    return LayerSystem(name, way, area, crs.is_geographic)


def _datum(crs: pyproj.CRS) -> str:
    geodetic = crs.geodetic_crs
    name = geodetic.datum.name if geodetic is not None and geodetic.datum is not None else ""
    epsg = geodetic.to_epsg(min_confidence=25) if geodetic is not None else None
    if epsg == 4490 or "China" in name or "CGCS" in name.upper():
        return _CGCS2000
    return name


def _area(crs: pyproj.CRS) -> Box:
    """Where the system is used, and a little around it: zones are drawn on at their edges."""
    if crs.is_geographic and _is_wgs84(crs):
        return _WORLD
    if crs.area_of_use is None:
        return _CHINA if _datum(crs) == _CGCS2000 else _WORLD
    west, south, east, north = crs.area_of_use.bounds
    if _datum(crs) == _CGCS2000:  # zones' areas are drawn round China's land; the sea belongs to them as well
        south, north = _CHINA[1], _CHINA[3]
    margin = _MARGIN_DEGREES if crs.is_geographic else 3 * _MARGIN_DEGREES
    return (west - margin, south - margin, east + margin, north + margin)


def _transformation(crs: pyproj.CRS, target: pyproj.CRS) -> Callable[[Coordinates], Coordinates]:
    """PROJ's way, without grids from the network. Raises FileRefused when it is a guess or worse than two metres."""
    try:
        group = TransformerGroup(crs, target, always_xy=True)
    except ProjError as error:
        raise FileRefused("layer_system_unsupported", f"There is no way from {crs.name} to WGS 84.") from error
    good = [one for one in group.transformers if 0 <= one.accuracy <= _MOST_INACCURATE_M]
    if not good:
        raise FileRefused(
            "layer_system_unsupported", f"There is no exact way from {crs.name} to WGS 84; deliver it in CGCS2000."
        )
    way = good[0]

    def apply(points: Coordinates) -> Coordinates:
        x, y = way.transform(points[:, 0], points[:, 1])
        result: Coordinates = np.column_stack((x, y))
        return result

    return apply


def _same(points: Coordinates) -> Coordinates:
    return points


def _is_wgs84(crs: pyproj.CRS) -> bool:
    return crs.is_geographic and "1984" in _datum(crs)


def _is_local(crs: pyproj.CRS) -> bool:
    return crs.is_engineering or not (crs.is_geographic or crs.is_projected or crs.is_compound)


def _agree(found: pyproj.CRS, stated: pyproj.CRS) -> bool:
    """Whether a file's system is the stated one; a stated datum (degrees) covers its projections, and CGCS2000 and WGS 84
    are one for this."""
    if stated.is_geographic:
        return _same_degrees(found) == _same_degrees(stated)
    return found.equals(stated, ignore_axis_order=True) or found.to_epsg(min_confidence=70) == stated.to_epsg()


def _same_degrees(crs: pyproj.CRS) -> str:
    datum = _datum(crs)
    return _CGCS2000 if "1984" in datum else datum


def _local() -> FileRefused:
    return FileRefused(
        "layer_system_local",
        "The layer is in a local coordinate system; have it converted to CGCS2000 and deliver it again.",
    )


def _contradiction(found: pyproj.CRS, stated: str) -> FileRefused:
    return FileRefused(
        "layer_system_contradicts",
        f"The file says {found.name}, the source says {stated}; correct one of the two and deliver it again.",
    )
