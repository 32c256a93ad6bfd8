"""stub"""

from harvesters.folder.config import FolderConfig
from harvesters.protocols import Source


class FolderSource(Source):
    """stub"""

    def __init__(self, name: str, config: FolderConfig) -> None:
        raise NotImplementedError
