"""What the data dictionary says about a geometry, in both languages."""

from portal.kernel.text import Text

GEOMETRY_TITLE = Text.of(zh="几何位置", en="Geometry")
_NAMES = {
    "EPSG:4326": "WGS 84",
    "EPSG:4490": "CGCS2000",
}


def geometry_description(delivered_crs: str) -> Text:
    """Which system the coordinates are in and which one they came in (`EPSG:4549`, `GCJ-02` …)."""
    delivered = _NAMES.get(delivered_crs, delivered_crs)
    if delivered in ("", "WGS 84"):
        return Text.of(zh="经度和纬度，WGS 84 坐标系", en="Longitude and latitude in WGS 84")
    return Text.of(
        zh=f"经度和纬度，WGS 84 坐标系（由 {delivered} 转换而来）",
        en=f"Longitude and latitude in WGS 84 (delivered in {delivered})",
    )
