"""GCJ-02, the offset system of Chinese map services, into WGS 84.

The offset from WGS 84 to GCJ-02 has a published form (a smooth sum of sines on the Krasovsky ellipsoid, quoted the same by
every open implementation since 2013); its inverse has none and is found by iteration. After the last round, going forth
again gives the same point within `ERROR_DEGREES`. The formula itself agrees with the official service within about a metre
or two; that, not the iteration, bounds the result (docs/adr/0017).
"""

import numpy as np
import numpy.typing as npt

ERROR_DEGREES = 1e-9
"""What the iteration leaves: a tenth of a millimetre."""

AREA = (72.004, 0.8293, 137.8347, 55.8271)
"""West, south, east, north of where map services shift coordinates."""

_SEMI_MAJOR_M = 6_378_245.0
_ECCENTRICITY_2 = 0.00669342162296594323
_ROUNDS = 12
Coordinates = npt.NDArray[np.float64]


def to_gcj02(points: Coordinates) -> Coordinates:
    """WGS 84 longitudes and latitudes (n × 2) as GCJ-02."""
    return points + _offset(points)


def from_gcj02(points: Coordinates) -> Coordinates:
    """GCJ-02 longitudes and latitudes (n × 2) as WGS 84. The offset changes slowly, so each round gains three digits."""
    found = points - _offset(points)
    for _ in range(_ROUNDS):
        missed = to_gcj02(found) - points
        if not missed.size or np.nanmax(np.abs(missed)) < ERROR_DEGREES / 10:
            break
        found = found - missed
    return found


def _offset(points: Coordinates) -> Coordinates:
    x, y = points[:, 0] - 105.0, points[:, 1] - 35.0
    ripples = (20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)) * 2.0 / 3.0
    root = np.sqrt(np.abs(x))
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ripples
    north += (20.0 * np.sin(np.pi * y) + 40.0 * np.sin(np.pi / 3.0 * y)) * 2.0 / 3.0
    north += (160.0 * np.sin(np.pi / 12.0 * y) + 320.0 * np.sin(np.pi / 30.0 * y)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ripples
    east += (20.0 * np.sin(np.pi * x) + 40.0 * np.sin(np.pi / 3.0 * x)) * 2.0 / 3.0
    east += (150.0 * np.sin(np.pi / 12.0 * x) + 300.0 * np.sin(np.pi / 30.0 * x)) * 2.0 / 3.0
    latitude = np.radians(points[:, 1])
    curve = 1.0 - _ECCENTRICITY_2 * np.sin(latitude) ** 2
    meridian = _SEMI_MAJOR_M * (1.0 - _ECCENTRICITY_2) / (curve * np.sqrt(curve))
    parallel = _SEMI_MAJOR_M / np.sqrt(curve) * np.cos(latitude)
    offset: Coordinates = np.column_stack((np.degrees(east / parallel), np.degrees(north / meridian)))
    return offset
