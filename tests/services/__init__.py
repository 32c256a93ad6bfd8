"""Real servers for tests: found through an environment variable, or started on a free port and stopped at the end.

`TEST_<NAME>_URL` points at a server that already runs; otherwise the program is started where it is installed.
`python -m tests.services -- COMMAND` starts all of them once, runs COMMAND, and says which it used and which it could not.
"""

from tests.services.processes import Absent
from tests.services.registry import NAMES, service_url

__all__ = ["NAMES", "Absent", "service_url"]
