"""Addresses of datasets: `id` or `id@v3`, as every door writes them."""

import re

from portal.catalogue.views import Ref
from portal.kernel.errors import NotFound

_SHAPE = re.compile(r"([a-z2-7]{16})(?:@v([1-9][0-9]{0,8}))?", re.ASCII)


def parse_ref(text: str) -> Ref:
    """The dataset or version that an address names. Raises NotFound for anything that cannot name one."""
    found = _SHAPE.fullmatch(text)
    if found is None:
        raise NotFound("No dataset has this address; an id has 16 letters and digits, a version follows as @v3.")
    dataset_id, version = found.groups()
    return Ref(dataset_id, int(version) if version else None)
