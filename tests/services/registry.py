"""Which services there are, and one running server of each per process tree."""

import os
from collections.abc import Callable

from tests.services import mariadb, oidc, servers
from tests.services.processes import Absent

_STARTERS: dict[str, Callable[[], str]] = {
    "postgres": servers.start_postgres,
    "mariadb": mariadb.start_mariadb,
    "redis": servers.start_redis,
    "elasticsearch8": lambda: servers.start_elasticsearch("8.19.21", 17),
    "elasticsearch9": lambda: servers.start_elasticsearch("9.5.3", 21),
    "s3": servers.start_s3,
    "oidc": oidc.start_provider,
    "nginx": servers.find_nginx,
    "chromium": servers.find_chromium,
}
NAMES = tuple(_STARTERS)


def variable(name: str) -> str:
    """The environment variable that points at a running service."""
    return f"TEST_{name.upper()}_URL"


def service_url(name: str) -> str:
    """The address of the service (for nginx and chromium: the program), started now if need be; raises Absent.

    What was learnt is kept in the environment, so child processes and later calls share it; `absent:` marks a failure.
    """
    known = os.environ.get(variable(name), "")
    if known.startswith("absent:"):
        raise Absent(known.removeprefix("absent:"))
    if not known:
        try:
            known = _STARTERS[name]()
        except Absent as error:
            os.environ[variable(name)] = f"absent:{error}"
            raise
        os.environ[variable(name)] = known
    return known
