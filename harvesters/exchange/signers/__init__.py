"""The signature schemes of exchange platforms, by name. A signer proves one attempt of one request.

To add a scheme: a module here with a `SCHEME` and a line in `SCHEMES`; outside of this repository, an entry point of the
group `harvesters.signers` that names a `Scheme`.
"""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points

from harvesters.exchange.signers import canonical, client, gateway, keys, resource, sorted_md5
from harvesters.exchange.signers.protocol import Asking, Scheme, Signer, Unsigned

GROUP = "harvesters.signers"
_OURS = (canonical.SCHEME, resource.SCHEME, gateway.SCHEME, client.SCHEME, *keys.SCHEMES, sorted_md5.SCHEME)

__all__ = ["GROUP", "Asking", "Scheme", "Signer", "Unsigned", "schemes"]


@cache
def schemes() -> Mapping[str, Scheme]:
    """Every scheme by its name; one of ours is never replaced by one from outside."""
    found = {scheme.name: scheme for scheme in _OURS}
    for point in entry_points(group=GROUP):
        scheme = point.load()
        if isinstance(scheme, Scheme):
            found.setdefault(scheme.name, scheme)
    return found
