"""Ids of resources: a dataset's id and the address of one of its parts, which together are unique for good."""

import re

from portal.catalogue.views import Ref
from portal.ckan.errors import ActionNotFound

_SHAPE = re.compile(r"([a-z2-7]{16})-([a-z0-9]+(?:-[a-z0-9]+)*)", re.ASCII)


def resource_id(dataset_id: str, part: str) -> str:
    """The id of a part as a resource. It names the part of the current version, whichever that is."""
    return f"{dataset_id}-{part}"


def parse_resource_id(text: str, message: str = "Not found") -> tuple[Ref, str]:
    """The dataset and the part that a resource's id names. Raises ActionNotFound for what cannot name one."""
    found = _SHAPE.fullmatch(text)
    if found is None:
        raise ActionNotFound(message)
    return Ref(found[1]), found[2]
