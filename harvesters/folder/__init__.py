"""A directory or zip drop: metadata file and data files, or data files alone."""

from harvesters.folder.config import FolderConfig, read_folder_config
from harvesters.folder.source import FolderSource

__all__ = ["FolderConfig", "FolderSource", "read_folder_config"]
