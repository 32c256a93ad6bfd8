"""The `dcat` source: DCAT and DCAT-AP in RDF, paged with Hydra or not, and DCAT-US `data.json`."""

from harvesters.dcat.config import DcatConfig, read_dcat_config
from harvesters.dcat.source import DcatSource

__all__ = ["DcatConfig", "DcatSource", "read_dcat_config"]
