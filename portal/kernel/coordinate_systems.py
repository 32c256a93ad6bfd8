"""Names of coordinate systems as departments and mappings write them."""

import re
import unicodedata

GCJ_02 = "GCJ-02"
LOCAL = "local"
_NAMES = {
    "wgs84": "EPSG:4326",
    "4326": "EPSG:4326",
    "crs84": "EPSG:4326",
    "cgcs2000": "EPSG:4490",
    "cgcs": "EPSG:4490",
    "国家2000": "EPSG:4490",
    "2000国家大地坐标系": "EPSG:4490",
    "国家大地坐标系2000": "EPSG:4490",
    "大地2000": "EPSG:4490",
    "4490": "EPSG:4490",
    "gcj02": GCJ_02,
    "火星坐标": GCJ_02,
    "火星坐标系": GCJ_02,
    "高德坐标系": GCJ_02,
    "local": LOCAL,
    "地方坐标系": LOCAL,
    "独立坐标系": LOCAL,
    "城市坐标系": LOCAL,
}
_EPSG = re.compile(r"epsg:?(?P<code>[0-9]{4,6})")
_NOISE = re.compile(r"[\s_\-()（）]+")


def system_of(label: str) -> str | None:
    """The system that a label names: `EPSG:…`, `GCJ-02` or `local`; None for an empty or unknown one."""
    plain = _NOISE.sub("", unicodedata.normalize("NFKC", label)).casefold()
    if coded := _EPSG.fullmatch(plain):
        return f"EPSG:{coded['code']}"
    return _NAMES.get(plain)
