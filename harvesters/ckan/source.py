"""stub"""

from collections.abc import Callable, Mapping

from harvesters.ckan.config import CkanConfig
from harvesters.protocols import Source, Transport


class CkanSource(Source):
    """stub"""

    def __init__(
        self,
        name: str,
        config: CkanConfig,
        secret: Mapping[str, str],
        transport: Transport,
        *,
        sleep: Callable[[float], None],
    ) -> None:
        raise NotImplementedError
