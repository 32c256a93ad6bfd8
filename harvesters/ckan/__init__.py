"""CKAN Action API v3, through `ckanapi`."""

from harvesters.ckan.config import CkanConfig, read_ckan_config
from harvesters.ckan.source import CkanSource

__all__ = ["CkanConfig", "CkanSource", "read_ckan_config"]
